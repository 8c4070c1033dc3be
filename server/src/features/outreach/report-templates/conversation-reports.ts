import type { Context } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { listTenantSessions } from '../../sessions/lifecycle/sessions.service.ts'
import { findBusiest, findUnanswered } from '../report-figures/message-figures.service.ts'
import { figure, partsOf, type ReportAsk, type ReportParts, table } from './report-parts.ts'

const plus = (digits: string | null): string | null =>
  digits === null ? null : (phoneOf(`${digits}@c.us` as Parameters<typeof phoneOf>[0]) ?? null)

/** People whose last message nobody has answered, those who wait longest first. */
export async function reportUnanswered(ctx: Context, ask: ReportAsk): Promise<ReportParts> {
  const sessions = await listTenantSessions(ctx)
  let total = 0
  let waiting: Awaited<ReturnType<typeof findUnanswered>>['rows'] = []
  for (const { id } of sessions) {
    ask.signal.throwIfAborted()
    const found = await findUnanswered(ctx, ask, id)
    total += found.total
    waiting = [...waiting, ...found.rows].sort((a, b) => (a.since < b.since ? -1 : 1)).slice(0, ask.maxRows)
  }
  const waitOf = ({ since }: { since: string }) => Math.round((ask.to.getTime() - Date.parse(since)) / 1000)
  const [longest] = waiting
  return partsOf({
    has_data: total > 0,
    figures: [
      figure('unanswered', 'Waiting for an answer', total),
      figure('longest_wait', 'Longest wait', longest === undefined ? null : waitOf(longest), 'seconds'),
    ],
    tables: [
      table(
        'contacts',
        'Who waits',
        {
          name: ['Name', 'text'],
          phone: ['Phone', 'phone'],
          session: ['Session', 'text'],
          since: ['Since', 'timestamp'],
          waiting: ['Waiting', 'seconds'],
          unread: ['Unread', 'count'],
        },
        waiting.map((chat) => ({
          name: chat.contactName,
          phone: plus(chat.contactPhone),
          session: chat.sessionName,
          since: chat.since,
          waiting: waitOf(chat),
          unread: chat.unread,
        })),
        total,
      ),
    ],
    notes: total === 0 ? ['Nobody waits for an answer.'] : [],
  })
}

/** The people with whom most was written. */
export async function reportVips(ctx: Context, ask: ReportAsk): Promise<ReportParts> {
  const found = []
  for (const { id, name } of await listTenantSessions(ctx))
    for (const chat of await findBusiest(ctx, ask, id)) found.push({ ...chat, session: name })
  const busiest = found
    .sort((a, b) => b.received + b.sent - (a.received + a.sent) || (a.lastAt < b.lastAt ? 1 : -1))
    .slice(0, ask.maxRows)
  const all = busiest.reduce((sum, { received, sent }) => sum + received + sent, 0)
  return partsOf({
    has_data: busiest.length > 0,
    figures: [
      figure('contacts', 'Contacts listed', busiest.length),
      figure('messages', 'Messages with them', all),
    ],
    tables: [
      table(
        'contacts',
        'Most active conversations',
        {
          name: ['Name', 'text'],
          phone: ['Phone', 'phone'],
          session: ['Session', 'text'],
          received: ['Received', 'count'],
          sent: ['Sent', 'count'],
          last: ['Last message', 'timestamp'],
        },
        busiest.map(({ contactName, contactPhone, session, received, sent, lastAt }) => ({
          name: contactName,
          phone: plus(contactPhone),
          session,
          received,
          sent,
          last: lastAt,
        })),
      ),
    ],
    notes: busiest.length === 0 ? ['Nobody wrote or was written to.'] : [],
  })
}
