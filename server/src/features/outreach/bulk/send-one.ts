import type { Context } from '../../../context.ts'
import { whatsappTooManyRequests } from '../../../engine/engine-errors.ts'
import { AppError, planLimitReached, unavailable } from '../../../platform/errors.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import {
  converterMissing,
  fileTooLarge,
  mediaNotFound,
  unreadableFile,
  wrongFileType,
} from '../../conversations/media/media.schema.ts'
import { duplicateRefused, spamRefused } from '../../safety/antispam/antispam.schema.ts'
import { contentRefused } from '../../safety/content-policy/content-policy.schema.ts'
import { recipientOptedOut } from '../../safety/opt-outs/opt-outs.schema.ts'
import {
  coldBudgetUsed,
  coldContactRefused,
  reachOutLocked,
  tooManyWaiting,
} from '../../sending/limits/send-limits.schema.ts'
import { notAllowedNumber } from '../../sending/outbox/outbox.schema.ts'
import { recipientNotOnWhatsapp } from '../../sending/outbox/send-failures.schema.ts'
import { submitTextOrFile } from '../../sending/send/send-attachment.service.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { chooseVariant, fillText } from '../templating/templating.service.ts'
import { lockJob, updateJob } from './bulk.store.ts'
import type { BulkJobRow, BulkRecipientRow } from './bulk.tables.ts'
import { noteNotSent, pauseByItself, type SideEffects } from './ending.service.ts'
import { claimRecipient, type NotSent } from './recipients.store.ts'

/** Nobody else touches a recipient for so long: what was claimed and is idle is taken up again. */
const claimMs = 20_000
const minuteMs = 60_000

/** What tells this process's claims from those of others. */
const claimants = defineProcessState(({ ids }: Context) => ({ name: ids.token(9) }))

/** Decision 4: between two messages of a job, at random so that they do not look like a machine's. */
export function pauseMsOf(ctx: Context): number {
  return (30_000 + 90_000 * ctx.ids.random()) * ctx.config.pace
}

/** The text for a recipient, or why there is none. */
function textFor(job: BulkJobRow, recipient: BulkRecipientRow): ReturnType<typeof fillText> {
  const { variants } = job
  const template =
    variants === null ? (job.messageContent ?? '') : (variants[chooseVariant(job, recipient.position)] ?? '')
  const filled = fillText(template, recipient)
  return 'skip' in filled && filled.skip === 'empty' && job.mediaUrl !== null ? { text: '' } : filled
}

/**
 * Takes a recipient for the job's next message: from here on the message has its id, so that whatever happens they get
 * that one and no other. False when the job does not run any more or somebody is in flight.
 */
async function claim(
  ctx: Context,
  job: BulkJobRow,
  recipient: BulkRecipientRow,
): Promise<string | undefined> {
  const now = ctx.clock.now()
  const pacedUntil = new Date(now.getTime() + pauseMsOf(ctx))
  return ctx.db.transaction(async (sql) => {
    const held = await lockJob(sql, job.tenantId, job.id)
    if (held?.status !== 'running' || held.inFlightId !== null) return undefined
    if (held.pacedUntil !== null && held.pacedUntil > now) return undefined
    const messageId = await claimRecipient(sql, {
      id: recipient.id,
      newMessageId: ctx.ids.uuid(),
      variant: held.variants === null ? null : chooseVariant(held, recipient.position),
      by: claimants.of(ctx).name,
      until: new Date(now.getTime() + claimMs),
    })
    if (messageId === undefined) return undefined
    const isInTurn = recipient.notBefore === null && recipient.position >= held.nextPosition
    const isCold = held.coldUntil !== null && held.coldUntil > now
    await updateJob(sql, job.id, {
      inFlightId: recipient.id,
      pacedUntil,
      waitsFor: null,
      nextSendAt: pacedUntil,
      updatedAt: now,
      ...(isInTurn && !isCold ? { nextPosition: recipient.position + 1 } : {}),
      ...(isCold ? {} : { coldUntil: null, coldReason: null }),
    })
    return messageId
  })
}

/** Whether a claim is so fresh that the process that made it may still be at it; not when that is this one. */
export function isHeldElsewhere(ctx: Context, { claimedBy, claimedUntil }: BulkRecipientRow): boolean {
  if (claimedBy === claimants.of(ctx).name || claimedUntil === null) return false
  return claimedUntil > ctx.clock.now()
}

/** Hands the message to the outbox; a known id is not sent again. Throws what refuses it. */
async function handToOutbox(
  ctx: Context,
  job: BulkJobRow,
  recipient: BulkRecipientRow,
  { messageId, text }: { messageId: string; text: string },
): Promise<void> {
  const outgoing = {
    sessionId: job.sessionId,
    chatId: `${recipient.account ?? recipient.phone}@c.us`,
    origin: job.source === 'schedule' ? ('schedule' as const) : ('bulk' as const),
    metadata: { bulk_job_id: job.id, bulk_recipient_id: recipient.id },
    isQuotaReserved: job.quotaMonth !== null,
    messageId,
    isAsync: true,
  }
  await submitTextOrFile(ctx, outgoing, { text, mediaUrl: job.mediaUrl })
}

const skipReasons: Readonly<Record<string, string>> = {
  [notAllowedNumber.code]: 'allow_list',
  [coldContactRefused.code]: 'reciprocity',
  [spamRefused.code]: 'anti_spam',
  [duplicateRefused.code]: 'anti_spam',
  [contentRefused.code]: 'content_policy',
  [recipientNotOnWhatsapp.code]: 'not_on_whatsapp',
}

const passingRefusals: readonly string[] = [
  tooManyWaiting.code,
  unavailable.code,
  whatsappTooManyRequests.code,
]
const fileRefusals: readonly string[] = [
  addressRefused.code,
  mediaNotFound.code,
  wrongFileType.code,
  unreadableFile.code,
  converterMissing.code,
  fileTooLarge.code,
]

/** What follows for a recipient and the job from a refusal of the outbox. */
function consequenceOf(
  ctx: Context,
  job: BulkJobRow,
  recipient: BulkRecipientRow,
  error: AppError,
): { outcome: NotSent; effects: SideEffects } {
  const now = ctx.clock.now()
  const { code } = error
  const later = (ms: number): Date => new Date(now.getTime() + ms)
  if (code === recipientOptedOut.code) {
    return { outcome: { status: 'opted_out', skipReason: 'opted_out' }, effects: { pacedUntil: now } }
  }
  const skipReason = skipReasons[code]
  if (skipReason !== undefined)
    return { outcome: { status: 'skipped', skipReason }, effects: { pacedUntil: now } }
  const back = { rewindTo: recipient.position }
  if (code === coldBudgetUsed.code || code === reachOutLocked.code) {
    const named = (error.details as { renews_at?: string } | undefined)?.renews_at
    const until = named === undefined ? later(60 * minuteMs) : new Date(named)
    const reason = code === coldBudgetUsed.code ? ('cold_budget' as const) : ('reach_out_lock' as const)
    const isColdAlready = job.coldUntil !== null && job.coldUntil > now
    // Somebody who passed for warm and is not: not again before the others.
    const outcome: NotSent = { status: 'pending', ...(isColdAlready ? { notBefore: until } : {}) }
    return { outcome, effects: { ...back, pacedUntil: now, cold: { until, reason } } }
  }
  if (code === sessionNotWorking.code)
    return {
      outcome: { status: 'pending' },
      effects: { ...back, pacedUntil: later(1000), waitsFor: 'session' },
    }
  if (passingRefusals.includes(code))
    return {
      outcome: { status: 'pending' },
      effects: { ...back, pacedUntil: later(minuteMs), waitsFor: 'limits' },
    }
  // The file is everybody's: nobody fails for it, but the job does not try for ever.
  if (fileRefusals.includes(code)) {
    const effects = { ...back, isFailure: true, pacedUntil: later(minuteMs * ctx.config.pace) }
    return { outcome: { status: 'pending' }, effects }
  }
  return { outcome: { status: 'failed', error: code }, effects: { pacedUntil: now } }
}

/** Stores that the recipient in flight gets nothing, or not now; nothing when somebody stored how it ended meanwhile. */
export async function letGo(
  ctx: Context,
  job: BulkJobRow,
  recipientId: string,
  outcome: NotSent,
  effects: SideEffects,
): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    const held = await lockJob(sql, job.tenantId, job.id)
    if (held?.inFlightId !== recipientId) return
    await noteNotSent(ctx, sql, held, [recipientId], outcome, effects)
  })
}

/** Sends the message of a recipient who was claimed, perhaps by a process that is gone. */
export async function sendClaimed(
  ctx: Context,
  job: BulkJobRow,
  recipient: BulkRecipientRow,
  messageId: string,
): Promise<void> {
  const filled = textFor(job, recipient)
  if ('skip' in filled) {
    const effects = { pacedUntil: ctx.clock.now() }
    await letGo(ctx, job, recipient.id, { status: 'skipped', skipReason: filled.skip }, effects)
    return
  }
  try {
    await handToOutbox(ctx, job, recipient, { messageId, text: filled.text })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { outcome, effects } = consequenceOf(ctx, job, recipient, error)
    if (error.code === planLimitReached.code) {
      await letGo(ctx, job, recipient.id, { status: 'pending' }, { rewindTo: recipient.position })
      await pauseByItself(ctx, job, error.message)
      return
    }
    await letGo(ctx, job, recipient.id, outcome, { ...effects, problem: error.message })
  }
}

/** Gives a recipient their turn. */
export async function sendTo(ctx: Context, job: BulkJobRow, recipient: BulkRecipientRow): Promise<void> {
  const messageId = await claim(ctx, job, recipient)
  if (messageId !== undefined) await sendClaimed(ctx, job, recipient, messageId)
}
