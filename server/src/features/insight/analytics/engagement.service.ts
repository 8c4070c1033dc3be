import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { getSession } from '../../sessions/lifecycle/sessions.service.ts'
import type { contactsAnswer, contactsQuery, sendTimesAnswer, sendTimesQuery } from './analytics.schema.ts'
import { rateOf } from './analytics.service.ts'
import { countRankedContacts, listRankedContacts, type RankedContact } from './contacts-ranked.store.ts'
import { type HourRow, listHours } from './figures.store.ts'

const dayMs = 24 * 60 * 60_000
const round = (value: number, decimals: number): number => Math.round(value * 10 ** decimals) / 10 ** decimals

function encodeContact(row: RankedContact) {
  return {
    phone: row.phone === null ? null : `+${row.phone}`,
    name: row.name,
    engagement_score: row.score / 10,
    score_parts: {
      received: round(40 * Math.min(1, row.received / 20), 1),
      reply_rate: round(30 * row.replyRate, 1),
      recency: round(20 * row.recency, 1),
      sent: round(10 * Math.min(1, row.sent / 20), 1),
    },
    messages_sent: row.sent,
    messages_received: row.received,
    reply_rate: round(row.replyRate, 3),
    last_active_at: row.lastInboundAt,
    first_seen_at: row.firstAt,
  }
}

/** One page of the tenant's contacts by how much they take part. */
export async function rankContacts(
  ctx: Context,
  input: z.output<typeof contactsQuery>,
): Promise<z.output<typeof contactsAnswer>> {
  const { session_id: sessionId, sort, order, limit, offset } = input
  if (sessionId !== undefined) await getSession(ctx, sessionId)
  const tenantId = tenantOf(ctx)
  const [rows, total] = await Promise.all([
    listRankedContacts(ctx.db.sql, tenantId, { sessionId, sort, order, limit, offset }),
    countRankedContacts(ctx.db.sql, tenantId, sessionId),
  ])
  return { contacts: rows.map(encodeContact), total, limit, offset }
}

const weekdays = 7
const hours = 24
const [bestCount, leastSends] = [5, 10]

/** Hours with enough sends, the most answered first. */
function bestOf(rows: readonly HourRow[]): { weekday: number; hour: number; score: number }[] {
  return rows
    .filter(({ sent }) => sent >= leastSends)
    .sort(
      (a, b) =>
        b.replied / b.sent - a.replied / a.sent ||
        b.sent - a.sent ||
        a.weekday - b.weekday ||
        a.hour - b.hour,
    )
    .slice(0, bestCount)
    .map(({ weekday, hour, sent, replied }) => ({ weekday, hour, score: rateOf(replied, sent, 2) ?? 0 }))
}

/** What became of messages to persons by the hour of the week in which they were sent. */
export async function getSendTimes(
  ctx: Context,
  input: z.output<typeof sendTimesQuery>,
): Promise<z.output<typeof sendTimesAnswer>> {
  const { session_id: sessionId, days, timezone: timeZone = 'UTC', source } = input
  if (sessionId !== undefined) await getSession(ctx, sessionId)
  const rows = await listHours(ctx.db.sql, {
    tenantId: tenantOf(ctx),
    sessionId,
    since: new Date(ctx.clock.nowMs() - days * dayMs),
    timeZone,
    isOutreach: source === 'campaigns',
  })
  const known = new Map(rows.map((row) => [row.weekday * hours + row.hour, row]))
  const cells = Array.from({ length: weekdays * hours }, (_, index) => {
    const [weekday, hour] = [1 + Math.floor(index / hours), index % hours]
    const { sent, read, replied } = known.get(weekday * hours + hour) ?? { sent: 0, read: 0, replied: 0 }
    return {
      weekday,
      hour,
      sent,
      read,
      replied,
      read_rate: rateOf(read, sent, 2),
      reply_rate: rateOf(replied, sent, 2),
    }
  })
  const sampleSize = cells.reduce((sum, { sent }) => sum + sent, 0)
  return {
    timezone: timeZone,
    days,
    metric: 'reply_rate',
    cells,
    best: bestOf(rows),
    sample_size: sampleSize,
  }
}
