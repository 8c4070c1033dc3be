import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { type AppError, unknownThing } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import type { AntispamSettings, TenantSettings } from '../../account/settings/settings.schema.ts'
import { dayOf } from '../../account/usage/usage.schema.ts'
import { noteColdDay } from '../../conversations/chats/chats.service.ts'
import { countColdSend, lockReachOut } from '../../sessions/lifecycle/reach-out.service.ts'
import { findTenantSession, type SessionRow } from '../../sessions/lifecycle/sessions.service.ts'
import { coldBudgetUsed, coldContactRefused, reachOutLocked } from './send-limits.schema.ts'
import { type ColdCharge, lockColdBudget } from './send-limits.store.ts'

const dayMs = 86_400_000
const firstWeekDays = 7

function nextDay(timestamp: Date): Date {
  return new Date(Date.parse(dayOf(timestamp.getTime())) + dayMs)
}

/** How many new conversations a session may start on a day: constant in its first week of life, then growing. */
export function coldBudgetOf(settings: AntispamSettings, bornAt: Date, now: Date): number {
  const ageDays = Math.floor((now.getTime() - bornAt.getTime()) / dayMs)
  const growthDays = Math.max(0, ageDays - firstWeekDays + 1)
  const grown = settings.coldBudgetFirstWeek * settings.coldBudgetGrowth ** growthDays
  return Math.floor(Math.min(grown, Math.max(settings.coldBudgetMax, 0)))
}

/** The refusal of a session whose budget of the day is used up, naming when it renews. */
export function budgetRefusal(budget: number, now: Date): AppError {
  const renewsAt = toTimestamp(nextDay(now))
  const message = `${coldBudgetUsed.text}: ${budget} a day for this session; it renews at ${renewsAt}`
  return coldBudgetUsed.create({ message, details: { renews_at: renewsAt } })
}

/** The refusal while WhatsApp itself forbids new conversations. */
export function lockRefusal(until: Date): AppError {
  const renewsAt = toTimestamp(until)
  return reachOutLocked.create({
    message: `${reachOutLocked.text} (until ${renewsAt})`,
    details: { renews_at: renewsAt },
  })
}

function requireBudget(session: SessionRow, budget: number, isCharged: boolean, now: Date): void {
  if (isCharged) return
  const used = session.coldDay === dayOf(now.getTime()) ? session.coldCount : 0
  if (used >= budget) throw budgetRefusal(budget, now)
}

/** Who wants to start a conversation. */
export interface ColdSend {
  tenantId: string
  sessionId: string
  settings: TenantSettings
  /** The day on which a send in this chat was charged last. */
  coldDay: string | null
}

/**
 * Step 4, decision 2: refuses a send to a contact that has not written, or answers the budget that it will be charged
 * to when the message is stored; null when the tenant only wants to be warned.
 */
export async function admitCold(ctx: Context, send: ColdSend): Promise<number | null> {
  const { settings, tenantId, sessionId } = send
  if (settings.coldContacts === 'strict') throw coldContactRefused.create()
  const session = await findTenantSession(ctx.db.sql, tenantId, sessionId)
  if (session === undefined) throw unknownThing('Session')
  const now = ctx.clock.now()
  // Every further attempt under a lock counts against the account, so not even `warn` sends.
  if (session.reachOutLockedUntil !== null && session.reachOutLockedUntil > now) {
    throw lockRefusal(session.reachOutLockedUntil)
  }
  // WhatsApp named no end, or the end of a cycle that has passed: the engine asks again and tells when it is over.
  if (session.statusReason === 'reach_out_locked' || session.statusReason === 'message_capped') {
    throw reachOutLocked.create()
  }
  if (settings.coldContacts === 'warn') return null
  const budget = coldBudgetOf(settings.antispam, session.pairedAt ?? session.createdAt, now)
  requireBudget(session, budget, send.coldDay === dayOf(now.getTime()), now)
  return budget
}

/**
 * Charges a new conversation in the transaction that stores its message, once per chat and day; false when the budget of
 * the day is used up. Both rows are locked, so it is exact however many send at once.
 */
export async function chargeBudget(sql: Sql, charge: ColdCharge): Promise<boolean> {
  const { tenantId, sessionId, chatId, day } = charge
  const found = await lockColdBudget(sql, charge)
  if (found === undefined || found.isCharged) return found !== undefined
  if (found.isUsed) return false
  await countColdSend(sql, tenantId, sessionId, day)
  await noteColdDay(sql, tenantId, chatId, day)
  return true
}

const defaultLockMs = 24 * 3_600_000

/** WhatsApp refused a new conversation: none until tomorrow, unless it named another end. */
export function noteReachOutLock(ctx: Context, sql: Sql, tenantId: string, sessionId: string): Promise<void> {
  const until = new Date(ctx.clock.nowMs() + defaultLockMs)
  return lockReachOut(ctx, sql, { tenantId, sessionId, until })
}
