import { tenantOf } from '../../context.ts'
import { parsePhone } from '../../engine/ids.ts'
import { notFound } from '../../platform/errors.ts'
import { findChat, knownWarmChat } from '../chats/chats.service.ts'
import { sessionNotWorking } from '../sessions/sessions.schema.ts'
import { classifyContact } from './cold-contacts.ts'
import { isOwnChat, type Step } from './draft.ts'
import { notAllowedNumber } from './outbox.schema.ts'
import { findQuoted } from './quoting.ts'
import { chooseWindow } from './send-windows.ts'
import { findSessionFacts, forgetSessionFacts } from './session-facts.ts'

/** Step 1: the session is the tenant's and working; one that another process holds is left to it. */
const requireSession: Step = {
  name: 'session',
  isForChannels: true,
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
  chooseWindow,
]
