import { tenantOf } from '../../context.ts'
import { parsePhone } from '../../engine/ids.ts'
import { notFound } from '../../platform/errors.ts'
import { findChat, knownWarmChat } from '../chats/chats.service.ts'
import { getQuotable } from '../messages/messages.service.ts'
import { quotationOf } from '../messages/quoting.service.ts'
import { admitCold } from '../send-limits/cold-contacts.service.ts'
import { chooseWindow } from '../send-limits/send-windows.service.ts'
import { findSessionFacts, forgetSessionFacts } from '../send-limits/session-facts.service.ts'
import { sessionNotWorking } from '../sessions/sessions.schema.ts'
import { isOwnChat, type Step } from './draft.ts'
import { notAllowedNumber, quotedElsewhere } from './outbox.schema.ts'

/** Step 1: the session is the tenant's and working; one that another process holds is left to it. */
const requireSession: Step = {
  name: 'session',
  isForChannels: true,
  isForActions: true,
  async pass(ctx, draft) {
    const { sessionId } = draft.outgoing
    const isHere = ctx.engine.isWorking(sessionId)
    if (!isHere) forgetSessionFacts(ctx, sessionId)
    const session = await findSessionFacts(ctx, tenantOf(ctx), sessionId)
    if (session === undefined) throw notFound.create()
    if (!isHere && session.status !== 'working') {
      throw sessionNotWorking.create({ message: `${sessionNotWorking.text} (it is ${session.status})` })
    }
    draft.ownPhone = session.phoneNumber
    if (!isHere) draft.waitsFor = 'owner'
  },
}

/** Step 3: an individual recipient must be on the list when there is one. */
const requireAllowedNumber: Step = {
  name: 'allowed_numbers',
  isForChannels: false,
  pass(_ctx, draft) {
    const { allowedNumbers } = draft.settings
    if (allowedNumbers.length === 0 || draft.kind !== 'person' || isOwnChat(draft)) return
    if (!allowedNumbers.includes(`+${parsePhone(draft.outgoing.chatId)}`)) throw notAllowedNumber.create()
  },
}

/** The chat record, when the session has one; made with the message otherwise. */
const findRecipient: Step = {
  name: 'chat',
  isForChannels: true,
  async pass(ctx, draft) {
    const { sessionId, chatId } = draft.outgoing
    draft.chat =
      knownWarmChat(ctx, sessionId, chatId) ?? (await findChat(ctx, draft.tenantId, sessionId, chatId))
  },
}

/** The message to quote: of the same chat, and not so old that its content is gone. */
const findQuoted: Step = {
  name: 'reply_to',
  isForChannels: true,
  async pass(ctx, draft) {
    const { replyTo, sessionId } = draft.outgoing
    if (replyTo === undefined) return
    const message = await getQuotable(ctx, draft.tenantId, replyTo)
    if (message.sessionId !== sessionId || message.chatId !== draft.chat?.id) throw quotedElsewhere.create()
    draft.quoted = quotationOf(ctx, message)
  },
}

/**
 * Step 4: a contact that has written to the session is warm, any other is cold. Groups, channels and the own chat are
 * exempt. The budget is charged when the message is stored; here it is only refused early.
 */
const classifyContact: Step = {
  name: 'cold_contacts',
  isForChannels: false,
  async pass(ctx, draft) {
    if (draft.kind !== 'person' || isOwnChat(draft)) return
    if (draft.chat !== undefined && draft.chat.lastInboundMs !== null) return
    const { tenantId, settings, outgoing } = draft
    const send = { tenantId, settings, sessionId: outgoing.sessionId, coldDay: draft.chat?.coldDay ?? null }
    draft.coldBudget = await admitCold(ctx, send)
    draft.isCold = true
  },
}

/** Steps 5 (rate) and 9 (burst): it goes now, waits for room or is refused. */
const waitForRoom: Step = {
  name: 'burst',
  isForChannels: false,
  async pass(ctx, draft) {
    if (isOwnChat(draft)) return
    const { tenantId, outgoing, waitsFor } = draft
    const { antispam: settings } = draft.settings
    const lastInboundMs = draft.chat?.lastInboundMs ?? null
    const send = { tenantId, sessionId: outgoing.sessionId, settings, lastInboundMs, waitsFor }
    draft.waitsFor = (await chooseWindow(ctx, send)) ?? waitsFor
  },
}

/**
 * What every message passes before it is stored, in the order of the contract (section 7). Content safeguards,
 * anti-spam patterns and approvals take their places here. The quota (step 7) and the charge for a new conversation
 * are taken in the transaction that stores the message, so that they are exact.
 */
export const pipeline: readonly Step[] = [
  requireSession,
  requireAllowedNumber,
  findRecipient,
  findQuoted,
  classifyContact,
  waitForRoom,
]
