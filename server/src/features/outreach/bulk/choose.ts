import type { Context } from '../../../context.ts'
import { resolveNumbers } from '../accounts/accounts.service.ts'
import { lockJob, updateJob } from './bulk.store.ts'
import type { BulkJobRow, BulkRecipientRow, JobWait } from './bulk.tables.ts'
import { noteNotSent } from './ending.service.ts'
import { zonesOfPhone } from './phone-zones.service.ts'
import { quietUntil } from './quiet-hours.ts'
import {
  findFirstPutOff,
  findFirstWaiting,
  findRecipient,
  findWarm,
  listDue,
  listNext,
  listRepeated,
  listUnchecked,
  updateAccounts,
  updateNotBefore,
} from './recipients.store.ts'

/** Whose turn it is, or why nobody's. */
export type Choice =
  | { kind: 'recipient'; recipient: BulkRecipientRow }
  /** Something was found out or put off: ask again. */
  | { kind: 'again' }
  | { kind: 'wait'; until: Date; shown: Date; reason: JobWait }
  | { kind: 'nobody' }

const again: Choice = { kind: 'again' }

/** Numbers that WhatsApp is asked about at once, before their turn. */
const checkedAtOnce = 20
/** Recipients that are put off by one statement. */
const putOffAtOnce = 500
/** Recipients among whom somebody warm is looked for by one statement, and statements by turn. */
const warmPageSize = 1000
const warmPages = 10
/** While only warm people get anything, somebody who has just written is found after this long at most. */
const warmAgainMs = 3_600_000

/** Looks for somebody who has written, while nobody else gets anything. */
async function chooseWarm(ctx: Context, job: BulkJobRow, until: Date): Promise<Choice> {
  const now = ctx.clock.now()
  let from: number | undefined = job.warmPosition
  for (let page = 0; page < warmPages; page += 1) {
    const search = { job: job.id, sessionId: job.sessionId, from, now }
    const { recipientId, nextPosition } = await findWarm(ctx.db.sql, search, warmPageSize)
    const recipient = recipientId === undefined ? undefined : await findRecipient(ctx.db.sql, recipientId)
    if (recipient?.status === 'pending') {
      // Not behind: if nothing comes of it, this one is found again.
      await updateJob(ctx.db.sql, job.id, { warmPosition: recipient.position })
      return { kind: 'recipient', recipient }
    }
    if (nextPosition === undefined) return waitForCold(ctx, job, until)
    from = nextPosition
  }
  await updateJob(ctx.db.sql, job.id, { warmPosition: from })
  return again
}

async function waitForCold(ctx: Context, job: BulkJobRow, until: Date): Promise<Choice> {
  await updateJob(ctx.db.sql, job.id, { warmPosition: 0 })
  const lookMs = Math.min(until.getTime(), ctx.clock.nowMs() + warmAgainMs)
  const reason = job.coldReason ?? 'cold_budget'
  return { kind: 'wait', until: new Date(lookMs), shown: until, reason }
}

/** Nobody is left in front: those who were put off, those whom the place was moved past, or really nobody. */
async function chooseLast(ctx: Context, job: BulkJobRow): Promise<Choice> {
  const first = await findFirstWaiting(ctx.db.sql, job.id)
  if (first !== undefined) {
    await updateJob(ctx.db.sql, job.id, { nextPosition: first })
    return again
  }
  const until = await findFirstPutOff(ctx.db.sql, job.id)
  return until === undefined
    ? { kind: 'nobody' }
    : { kind: 'wait', until, shown: until, reason: 'quiet_hours' }
}

/** Until when a recipient is left in peace; null when they are not. */
function peaceOf(ctx: Context, job: BulkJobRow, { account, phone }: BulkRecipientRow): Date | null {
  if (job.quietHours === null) return null
  const zones = job.timeZone === null ? zonesOfPhone(ctx, account ?? phone) : [job.timeZone]
  return quietUntil(ctx, job.quietHours, zones, ctx.clock.nowMs())
}

/** Puts off whoever comes next and is left in peace now, many at once. */
async function putOffQuiet(
  ctx: Context,
  job: BulkJobRow,
  page: readonly BulkRecipientRow[],
): Promise<Choice> {
  const later = page.flatMap((recipient) => {
    const at = peaceOf(ctx, job, recipient)
    return at === null ? [] : [{ id: recipient.id, at }]
  })
  await updateNotBefore(ctx.db.sql, later)
  return again
}

/** Finds out who of the next recipients is on WhatsApp, and who is whom; those who are not, or come twice, are skipped. */
async function checkNumbers(ctx: Context, job: BulkJobRow, recipient: BulkRecipientRow): Promise<Choice> {
  const next = await listUnchecked(ctx.db.sql, job.id, recipient.position, checkedAtOnce)
  const phones = [...new Set([recipient.phone, ...next.map(({ phone }) => phone)])]
  const resolved = await resolveNumbers(ctx, job.sessionId, phones)
  const known = next.flatMap(({ id, phone }) => {
    const found = resolved.get(phone)
    return found === undefined || found === 'unknown' ? [] : [{ id, ...found }]
  })
  // WhatsApp could not be asked: the message itself will tell.
  if (!known.some(({ id }) => id === recipient.id)) return { kind: 'recipient', recipient }
  const missing = known.filter(({ isOnWhatsApp }) => !isOnWhatsApp).map(({ id }) => id)
  await ctx.db.transaction(async (sql) => {
    const held = await lockJob(sql, job.tenantId, job.id)
    if (held === undefined) return
    await updateAccounts(sql, known, ctx.clock.now())
    if (missing.length > 0)
      await noteNotSent(ctx, sql, held, missing, { status: 'skipped', skipReason: 'not_on_whatsapp' })
    const ids = known.map(({ id }) => id)
    const repeated = await listRepeated(sql, job.id, ids)
    if (repeated.length === 0) return
    const after = (await lockJob(sql, job.tenantId, job.id)) ?? held
    await noteNotSent(ctx, sql, after, repeated, { status: 'skipped', skipReason: 'duplicate' })
  })
  return again
}

/**
 * Whose turn it is in a job. The place in the list is kept, so that this costs the same however many wait: those who were
 * put off come first when their time has come, then whoever is next. While new conversations are not possible, only
 * people who have written come.
 */
export async function choose(ctx: Context, job: BulkJobRow): Promise<Choice> {
  const now = ctx.clock.now()
  const { sql } = ctx.db
  if (job.coldUntil !== null && job.coldUntil > now) {
    const choice = await chooseWarm(ctx, job, job.coldUntil)
    if (choice.kind !== 'recipient') return choice
    if (peaceOf(ctx, job, choice.recipient) !== null) return putOffQuiet(ctx, job, [choice.recipient])
    return choice.recipient.checkedAt === null ? checkNumbers(ctx, job, choice.recipient) : choice
  }
  const [due] = await listDue(sql, job.id, now, 1)
  const [next] = due === undefined ? await listNext(sql, job.id, job.nextPosition, 1) : []
  const recipient = due ?? next
  if (recipient === undefined) return chooseLast(ctx, job)
  const peace = peaceOf(ctx, job, recipient)
  if (peace !== null) {
    // One zone for all: nobody else could have a turn before.
    if (job.timeZone !== null) return { kind: 'wait', until: peace, shown: peace, reason: 'quiet_hours' }
    const page =
      due === undefined
        ? await listNext(sql, job.id, job.nextPosition, putOffAtOnce)
        : await listDue(sql, job.id, now, putOffAtOnce)
    return putOffQuiet(ctx, job, page)
  }
  return recipient.checkedAt === null ? checkNumbers(ctx, job, recipient) : { kind: 'recipient', recipient }
}
