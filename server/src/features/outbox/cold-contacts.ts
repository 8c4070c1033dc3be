import type { Context } from '../../context.ts'
import type { AppError } from '../../platform/errors.ts'
import { toTimestamp } from '../../wire.ts'
import { findTenantSession, type SessionRow } from '../sessions/sessions.service.ts'
import type { AntispamSettings } from '../tenant-settings/settings.schema.ts'
import { isOwnChat, type Step } from './draft.ts'
import { coldBudgetUsed, coldContactRefused, reachOutLocked } from './outbox.schema.ts'

const dayMs = 86_400_000
const firstWeekDays = 7

/** The UTC day of a moment, `YYYY-MM-DD`. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}

function nextDay(moment: Date): Date {
  return new Date(Date.parse(dayOf(moment)) + dayMs)
}

/** How many new conversations a session may start on a day: constant in its first week of life, then growing. */
export function coldBudgetOf(settings: AntispamSettings, bornAt: Date, now: Date): number {
  const ageDays = Math.floor((now.getTime() - bornAt.getTime()) / dayMs)
  const growthDays = Math.max(0, ageDays - firstWeekDays + 1)
  const grown = settings.coldBudgetFirstWeek * settings.coldBudgetGrowth ** growthDays
  return Math.floor(Math.min(grown, Math.max(settings.coldBudgetMax, 0)))
}

/** The refusal of a session whose budget of the day is used up, naming the moment when it renews. */
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
  const used = session.coldDay === dayOf(now) ? session.coldCount : 0
  if (used >= budget) throw budgetRefusal(budget, now)
}

async function admitCold(ctx: Context, draft: Parameters<Step['pass']>[1]): Promise<void> {
  const { settings, tenantId, outgoing } = draft
  if (settings.coldContacts === 'strict') throw coldContactRefused.create()
  const session = await findTenantSession(ctx.db.sql, tenantId, outgoing.sessionId)
  if (session === undefined) return
  const now = ctx.clock.now()
  // Every further attempt under a lock counts against the account, so not even `warn` sends.
  if (session.reachOutLockedUntil !== null && session.reachOutLockedUntil > now) {
    throw lockRefusal(session.reachOutLockedUntil)
  }
  draft.isCold = true
  if (settings.coldContacts === 'warn') return
  draft.coldBudget = coldBudgetOf(settings.antispam, session.pairedAt ?? session.createdAt, now)
  requireBudget(session, draft.coldBudget, draft.chat?.coldDay === dayOf(now), now)
}

/**
 * Step 4, decision 2: a contact that has written to the session is warm, any other is cold. Groups, channels and the
 * own chat are exempt. The budget is charged when the message is stored; here it is only refused early.
 */
export const classifyContact: Step = {
  name: 'cold_contacts',
  isForChannels: false,
  async pass(ctx, draft) {
    if (draft.kind !== 'person' || isOwnChat(draft)) return
    if (draft.chat !== undefined && draft.chat.lastInboundMs !== null) return
    await admitCold(ctx, draft)
  },
}
