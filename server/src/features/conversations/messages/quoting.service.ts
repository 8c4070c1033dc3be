import type { Context } from '../../../context.ts'
import type { Submission } from '../../../engine/engine.ts'
import { unseal } from '../../../platform/secrets.ts'
import { waChatIdOf } from '../contacts/contacts.service.ts'
import { quotedTooOld } from './messages.schema.ts'
import { getQuotable, type QuotableMessage } from './messages.service.ts'
import { protoPurpose } from './purposes.service.ts'

/** What WhatsApp needs to show a message as quoted; 400 when its content is gone. */
export function quotationOf(ctx: Context, message: QuotableMessage): NonNullable<Submission['quoted']> {
  if (message.proto === null) throw quotedTooOld.create()
  const isFromMe = message.direction === 'outbound'
  const hasSender = message.phone !== null || message.lid !== null
  return {
    waMessageId: message.waMessageId,
    isFromMe,
    sender: !isFromMe && hasSender ? waChatIdOf(message) : null,
    proto: unseal(ctx.config, protoPurpose(message.id), message.proto),
  }
}

/** The quotation of a message whose answer was accepted before. */
export async function quoteStored(ctx: Context, tenantId: string, id: string): Promise<Submission['quoted']> {
  return quotationOf(ctx, await getQuotable(ctx, tenantId, id))
}
