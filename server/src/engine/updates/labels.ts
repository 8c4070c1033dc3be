import type { BaileysEventMap } from 'baileys'
import type { Arrival } from '../inbound/inbox.ts'
import { timestampOf } from '../library/action-timestamps.ts'
import type { UpdateContext } from './update-context.ts'

/** A label of WhatsApp Business that was made, changed or deleted. */
export function readLabel(label: BaileysEventMap['labels.edit'], context: UpdateContext): Arrival {
  const { tenantId, sessionId, now } = context
  const { id, name, color, deleted } = label
  return {
    labels: [
      {
        tenantId,
        sessionId,
        at: timestampOf(label, now),
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
  update: BaileysEventMap['labels.association'],
  context: UpdateContext,
): Promise<Arrival | undefined> {
  const { association, type } = update
  if ('messageId' in association) return undefined
  const { tenantId, sessionId, now, addresses } = context
  const chatId = await addresses.chatIdOfJid(association.chatId)
  if (chatId === undefined) return undefined
  const isLabelled = type === 'add'
  const waLabelId = association.labelId
  const at = timestampOf(update, now)
  return { labels: [{ tenantId, sessionId, at, kind: 'chat', waLabelId, chatId, isLabelled }] }
}
