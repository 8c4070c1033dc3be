import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { toTimestamp } from '../../../wire.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { dayOf } from '../../account/usage/usage.schema.ts'
import { coldBudgetOf } from '../../sending/limits/cold-contacts.service.ts'
import { listTenantSessions, type SessionRow } from '../../sessions/lifecycle/sessions.service.ts'
import type { coldBudgetsAnswer } from './cold-budgets.schema.ts'

const dayMs = 86_400_000

/** Whether WhatsApp itself allows no new conversation, as sends are refused then. */
function isLocked({ reachOutLockedUntil: until, statusReason }: SessionRow, now: Date): boolean {
  if (until !== null && until > now) return true
  return statusReason === 'reach_out_locked' || statusReason === 'message_capped'
}

/** What each session of the caller's tenant may start today, counted as sends are charged. */
export async function getColdBudgets(ctx: Context): Promise<z.output<typeof coldBudgetsAnswer>> {
  const settings = await getSettings(ctx, tenantOf(ctx))
  const now = ctx.clock.now()
  const today = dayOf(now.getTime())
  const sessions = (await listTenantSessions(ctx)).map((session) => {
    const used = session.coldDay === today ? session.coldCount : 0
    const isClosed = settings.coldContacts === 'strict' || isLocked(session, now)
    const bornAt = session.pairedAt ?? session.createdAt
    const budget = isClosed ? 0 : coldBudgetOf(settings.antispam, bornAt, now)
    return { session_id: session.id, budget, used, remaining: Math.max(0, budget - used) }
  })
  const renewsAt = toTimestamp(new Date(Date.parse(today) + dayMs))
  return { mode: settings.coldContacts, renews_at: renewsAt, sessions }
}
