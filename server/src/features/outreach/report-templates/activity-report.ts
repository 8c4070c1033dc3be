import type { Context } from '../../../context.ts'
import { listTenantSessions } from '../../sessions/lifecycle/sessions.service.ts'
import { countLeadsOf } from '../report-figures/lead-figures.service.ts'
import { countVolume, type SessionVolume } from '../report-figures/message-figures.service.ts'
import { measureUptimes } from '../report-figures/session-figures.service.ts'
import {
  figure,
  partsOf,
  type ReportAsk,
  type ReportParts,
  rateOf,
  seriesOf,
  table,
  uptimeOf,
} from './report-parts.ts'

const sum = (counts: ReadonlyMap<number, number>): number =>
  [...counts.values()].reduce((all, one) => all + one, 0)

/** Counts of many sessions as those of one. */
function merge(volumes: readonly ReadonlyMap<number, number>[]): Map<number, number> {
  const all = new Map<number, number>()
  for (const volume of volumes)
    for (const [quarter, count] of volume) all.set(quarter, (all.get(quarter) ?? 0) + count)
  return all
}

/** What came in and went out, how many leads that made, and how the sessions did. */
export async function reportActivity(ctx: Context, ask: ReportAsk): Promise<ReportParts> {
  const sessions = await listTenantSessions(ctx)
  const volumes: SessionVolume[] = []
  for (const { id } of sessions) volumes.push(await countVolume(ctx, ask, id))
  const leads = await countLeadsOf(ctx, ask)
  const uptimes = await measureUptimes(
    ctx,
    ask,
    sessions.map(({ id }) => id),
  )
  const received = merge(volumes.map((volume) => volume.received))
  const sent = merge(volumes.map((volume) => volume.sent))
  const working = [...uptimes.values()].reduce((all, { workingSeconds }) => all + workingSeconds, 0)
  const known = [...uptimes.values()].reduce((all, { knownSeconds }) => all + knownSeconds, 0)
  const rows = sessions.map(({ id, name, status }, index) => {
    const volume = volumes[index]
    return {
      session: name,
      status,
      received: sum(volume?.received ?? new Map()),
      sent: sum(volume?.sent ?? new Map()),
      failed: volume?.failed ?? 0,
      uptime: uptimeOf(uptimes.get(id)),
    }
  })
  const [allReceived, allSent, allLeads] = [sum(received), sum(sent), sum(leads)]
  return partsOf({
    has_data: sessions.length > 0,
    figures: [
      figure('messages_received', 'Messages received', allReceived),
      figure('messages_sent', 'Messages sent', allSent),
      figure(
        'messages_failed',
        'Messages failed',
        rows.reduce((all, { failed }) => all + failed, 0),
      ),
      figure('leads', 'New leads', allLeads),
      figure('uptime', 'Session uptime', rateOf(working, known), 'rate'),
    ],
    series: [
      seriesOf(ask, 'messages_received', 'Messages received', received),
      seriesOf(ask, 'messages_sent', 'Messages sent', sent),
      seriesOf(ask, 'leads', 'New leads', leads),
    ],
    tables: [
      table(
        'sessions',
        'Sessions',
        {
          session: ['Session', 'text'],
          status: ['Status', 'text'],
          received: ['Received', 'count'],
          sent: ['Sent', 'count'],
          failed: ['Failed', 'count'],
          uptime: ['Uptime', 'rate'],
        },
        rows.slice(0, ask.maxRows),
        rows.length,
      ),
    ],
    notes: sessions.length === 0 ? ['No session is linked yet.'] : [],
  })
}
