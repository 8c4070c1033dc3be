import type { BaileysEventMap } from 'baileys'
import type { Arrival } from '../inbox.ts'
import type { WorldContext } from './world-receiver.ts'

/** A label of WhatsApp Business that was made, changed or deleted. */
export function readLabel(label: BaileysEventMap['labels.edit'], context: WorldContext): Arrival {
  const { tenantId, sessionId, now } = context
  const { id, name, color, deleted } = label
  return {
    labels: [
      {
        tenantId,
        sessionId,
        at: now,
        kind: 'label',
        waLabelId: id,
        name: name ?? '',
        colorIndex: color ?? 0,
        isDeleted: deleted === true,
      },
    ],
  }
}

/** A chat that got or lost a label; labels of single messages are not kept. */
export async function readLabelledChat(
  { association, type }: BaileysEventMap['labels.association'],
  context: WorldContext,
): Promise<Arrival | undefined> {
  if ('messageId' in association) return undefined
  const { tenantId, sessionId, now, addresses } = context
  const chatId = await addresses.chatIdOfJid(association.chatId)
  if (chatId === undefined) return undefined
  const isLabelled = type === 'add'
  const waLabelId = association.labelId
  return { labels: [{ tenantId, sessionId, at: now, kind: 'chat', waLabelId, chatId, isLabelled }] }
}
