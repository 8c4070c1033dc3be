import type { Context } from '../../context.ts'
import type { Submission } from '../../engine/engine.ts'
import { unseal } from '../../platform/secrets.ts'
import { waChatIdOf } from '../contacts/contacts.service.ts'
import { getQuotable, type QuotableMessage } from '../messages/messages.service.ts'
import { protoPurpose } from '../messages/purposes.service.ts'
import type { Draft, Step } from './draft.ts'
import { quotedElsewhere, quotedTooOld } from './outbox.schema.ts'

function quotationOf(ctx: Context, message: QuotableMessage): NonNullable<Submission['quoted']> {
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

async function quote(ctx: Context, draft: Draft, id: string): Promise<void> {
  const message = await getQuotable(ctx, draft.tenantId, id)
  if (message.sessionId !== draft.outgoing.sessionId || message.chatId !== draft.chat?.id) {
    throw quotedElsewhere.create()
  }
  draft.quoted = quotationOf(ctx, message)
}

/** The message to quote: of the same chat, and not so old that its content is gone. */
export const findQuoted: Step = {
  name: 'reply_to',
  isForChannels: true,
  async pass(ctx, draft) {
    if (draft.outgoing.replyTo !== undefined) await quote(ctx, draft, draft.outgoing.replyTo)
  },
}
