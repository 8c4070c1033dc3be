import type { Context } from '../../../context.ts'
import type { MessageType } from '../../../engine/content.ts'
import { unseal } from '../../../platform/secrets.ts'
import { openDetails } from '../../conversations/messages/message-details.service.ts'
import { getQuotable, requireMessage } from '../../conversations/messages/messages.service.ts'
import { fullTextPurpose, protoPurpose } from '../../conversations/messages/purposes.service.ts'
import type { OutgoingMessage } from '../outbox/outbox.schema.ts'
import { notForwardable } from './sending.schema.ts'

/** A poll belongs to the chat it was asked in, and a reaction to what it is on. */
const notForwarded: ReadonlySet<MessageType> = new Set(['poll', 'reaction', 'unknown'])

/** A stored message as something to send: its content as WhatsApp has it, marked as forwarded. */
export async function readForwarded(
  ctx: Context,
  id: string,
): Promise<Pick<OutgoingMessage, 'sessionId' | 'content' | 'details'>> {
  const row = await requireMessage(ctx, id)
  if (notForwarded.has(row.messageType) || row.deletedAt !== null) throw notForwardable.create()
  const { proto } = await getQuotable(ctx, row.tenantId, row.id)
  if (proto === null) throw notForwardable.create()
  const text =
    row.contentFull === null
      ? (row.contentPreview ?? '')
      : unseal(ctx.config, fullTextPurpose(row.id), row.contentFull).toString()
  return {
    sessionId: row.sessionId,
    content: {
      kind: 'forward',
      proto: unseal(ctx.config, protoPurpose(row.id), proto).toString('base64'),
      messageType: row.messageType,
      text,
    },
    details: { ...openDetails(ctx, row.id, row.details), is_forwarded: true },
  }
}
