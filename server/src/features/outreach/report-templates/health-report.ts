import type { Context } from '../../../context.ts'
import { statusReasons } from '../../../engine/states.ts'
import { toTimestampOrNull } from '../../../wire.ts'
import { listTenantSessions } from '../../sessions/lifecycle/sessions.service.ts'
import { measureUptimes } from '../report-figures/session-figures.service.ts'
import { figure, partsOf, type ReportAsk, type ReportParts, rateOf, table, uptimeOf } from './report-parts.ts'

/** Uptime of each session, how often it stopped working, and why. */
export async function reportHealth(ctx: Context, ask: ReportAsk): Promise<ReportParts> {
  const sessions = await listTenantSessions(ctx)
  const ids = sessions.map(({ id }) => id)
  const uptimes = await measureUptimes(ctx, ask, ids)
  const all = (key: 'workingSeconds' | 'knownSeconds' | 'drops') =>
    [...uptimes.values()].reduce((sum, uptime) => sum + uptime[key], 0)
  const problems = sessions.flatMap(({ id, name }) =>
    [...(uptimes.get(id)?.problems ?? [])].map(([reason, times]) => ({
      session: name,
      problem: reason,
      meaning: (statusReasons as Readonly<Record<string, string>>)[reason] ?? null,
      times,
    })),
  )
  problems.sort((a, b) => b.times - a.times)
  const working = sessions.filter(({ status }) => status === 'working').length
  return partsOf({
    has_data: sessions.length > 0,
    figures: [
      figure('sessions', 'Sessions', sessions.length),
      figure('working', 'Working now', working),
      figure('uptime', 'Uptime', rateOf(all('workingSeconds'), all('knownSeconds')), 'rate'),
      figure('drops', 'Times a session stopped working', all('drops')),
    ],
    tables: [
      table(
        'sessions',
        'Sessions',
        {
          session: ['Session', 'text'],
          status: ['Status', 'text'],
          uptime: ['Uptime', 'rate'],
          working: ['Working', 'seconds'],
          drops: ['Drops', 'count'],
          last_connected: ['Last connected', 'timestamp'],
        },
        sessions.slice(0, ask.maxRows).map(({ id, name, status, lastConnectedAt }) => ({
          session: name,
          status,
          uptime: uptimeOf(uptimes.get(id)),
          working: uptimes.get(id)?.workingSeconds ?? 0,
          drops: uptimes.get(id)?.drops ?? 0,
          last_connected: toTimestampOrNull(lastConnectedAt),
        })),
        sessions.length,
      ),
      table(
        'problems',
        'Connection problems',
        {
          session: ['Session', 'text'],
          problem: ['Problem', 'text'],
          meaning: ['Meaning', 'text'],
          times: ['Times', 'count'],
        },
        problems.slice(0, ask.maxRows),
        problems.length,
      ),
    ],
    notes: sessions.length === 0 ? ['No session is linked yet.'] : [],
  })
}
