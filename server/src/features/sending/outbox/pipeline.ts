import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import { parsePhone } from '../../../engine/ids.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { cachedWarmChat, findChat } from '../../conversations/chats/chats.service.ts'
import { getQuotable } from '../../conversations/messages/messages.service.ts'
import { quotationOf } from '../../conversations/messages/quoting.service.ts'
import { screenSpam } from '../../safety/antispam/antispam.service.ts'
import { screenOutbound } from '../../safety/content-policy/content-policy.service.ts'
import { requireOptedIn } from '../../safety/opt-outs/opt-outs.service.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { admitCold } from '../limits/cold-contacts.service.ts'
import { chooseWindow } from '../limits/send-windows.service.ts'
import { findCachedSession, invalidateSession } from '../limits/session-cache.service.ts'
import { type Draft, isOwnChat, type Step } from './draft.ts'
import { notAllowedNumber, type Origin, quotedElsewhere } from './outbox.schema.ts'

/** Step 1: the session is the tenant's and working; one that another process holds is left to it. */
const requireSession: Step = {
  name: 'session',
  isForChannels: true,
  isForActions: true,
  async pass(ctx, draft) {
    const { sessionId } = draft.outgoing
    const isHere = ctx.engine.isWorking(sessionId)
    if (!isHere) invalidateSession(ctx, sessionId)
    const session = await findCachedSession(ctx, tenantOf(ctx), sessionId)
    if (session === undefined) throw unknownThing('Session')
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

/** Between steps 3 and 4: whoever opted out gets nothing that is sent by itself. */
const respectOptOut: Step = {
  name: 'opt_out',
  isForChannels: false,
  pass(ctx, { kind, tenantId, outgoing }) {
    if (kind !== 'person') return
    return requireOptedIn(ctx, { tenantId, chatId: outgoing.chatId, origin: outgoing.origin })
  },
}

/** The chat record, when the session has one; made with the message otherwise. */
const findRecipient: Step = {
  name: 'chat',
  isForChannels: true,
  async pass(ctx, draft) {
    const { sessionId, chatId } = draft.outgoing
    draft.chat =
      cachedWarmChat(ctx, sessionId, chatId) ?? (await findChat(ctx, draft.tenantId, sessionId, chatId))
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

/** Step 5: the tenant's anti-spam patterns. What a person approved as it is was judged by that person. */
const passAntispam: Step = {
  name: 'antispam',
  isForChannels: false,
  async pass(ctx, draft) {
    if (draft.approval === 'as_it_is') return
    const { tenantId, settings, outgoing } = draft
    const { flags, delayMs } = await screenSpam(ctx, tenantId, settings.antispam, outgoing.content)
    draft.flags = [...draft.flags, ...flags]
    if (delayMs > 0) draft.notBefore = new Date(ctx.clock.nowMs() + delayMs)
  },
}

/** What nobody wrote by hand: replies by themselves, agents and tools (contract C15). */
const writtenByItself: ReadonlySet<Origin> = new Set(['auto_reply', 'agent', 'tool'])

/** Step 6: the content policy; the message goes on as it leaves it. */
const passContentPolicy: Step = {
  name: 'content_policy',
  isForChannels: true,
  isForActions: true,
  async pass(ctx, draft) {
    const { outgoing, approval } = draft
    // What a person read and let go is that person's.
    const door = writtenByItself.has(outgoing.origin) && approval === null ? 'model' : 'person'
    const { content, flags } = await screenOutbound(ctx, outgoing.content, door)
    if (content !== draft.outgoing.content) draft.outgoing = { ...draft.outgoing, content }
    draft.flags = [...draft.flags, ...flags]
  },
}

/** Step 8: held until a person of the tenant has seen it. */
const holdForApproval: Step = {
  name: 'approval',
  isForChannels: false,
  pass(_ctx, draft) {
    if (!draft.settings.requireApproval || draft.approval !== null) return
    if (!writtenByItself.has(draft.outgoing.origin)) return
    draft.isHeld = true
    draft.waitsFor = 'approval'
  },
}

/** Steps 5 (rate) and 9 (burst): it goes now, waits for room or is refused. */
const waitForSlot: Step = {
  name: 'burst',
  isForChannels: false,
  async pass(ctx, draft) {
    if (isOwnChat(draft) || draft.isHeld) return
    const { tenantId, outgoing } = draft
    const waitsFor = draft.waitsFor ?? (draft.notBefore === null ? null : ('delay' as const))
    const { antispam: settings } = draft.settings
    const lastInboundMs = draft.chat?.lastInboundMs ?? null
    const send = { tenantId, sessionId: outgoing.sessionId, settings, lastInboundMs, waitsFor }
    draft.waitsFor = (await chooseWindow(ctx, send)) ?? waitsFor
  },
}

/**
 * What every message passes before it is stored, in the order of the contract (section 7). Duplicates (step 5), the
 * quota (step 7) and the charge for a new conversation are taken in the transaction that stores the message, so that
 * they are exact.
 */
const pipeline: readonly Step[] = [
  requireSession,
  requireAllowedNumber,
  respectOptOut,
  findRecipient,
  findQuoted,
  classifyContact,
  passAntispam,
  passContentPolicy,
  holdForApproval,
  waitForSlot,
]

/** Takes a draft through the steps that `applies` leaves, in order; the first refusal is thrown. */
export async function passPipeline(
  ctx: Context,
  draft: Draft,
  applies: (step: Step) => boolean = () => true,
): Promise<void> {
  for (const step of pipeline) {
    if (!applies(step) || (draft.kind === 'channel' && !step.isForChannels)) continue
    const passing = step.pass(ctx, draft)
    // Most steps know the answer at once; waiting for nothing would cost a turn of the loop each.
    if (passing !== undefined) await passing
  }
}
