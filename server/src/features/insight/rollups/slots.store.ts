// Reads tables of other areas: conversations (chat_labels, chats, messages), leads (lead_status_changes, leads).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { everyId, replyHours, waitStep } from './rollups.schema.ts'
import { waitSeries } from './series.store.ts'

/** A time of a session, from whole hours to whole hours. */
export interface Span {
  sessionId: string
  from: Date
  to: Date
}

const at = (date: Date): SQL => text`${date.toISOString()}::timestamptz`
const slotOf = (column: SQL): SQL => text`date_bin('15 minutes', ${column}, '2000-01-01T00:00:00Z')`
const replyTime = text`make_interval(hours => ${replyHours}::int)`
/** What was said: no reactions, nothing that waits or failed. */
const isSaid = (m: SQL): SQL =>
  text`${m}.message_type <> 'reaction' AND ${m}.status NOT IN ('pending', 'pending_approval', 'failed')`
/** Campaigns answer nobody, so they neither end a wait nor are part of a conversation. */
const isConversation = (m: SQL): SQL =>
  text`(${m}.origin IS NULL OR ${m}.origin NOT IN ('bulk', 'schedule', 'report'))`

/**
 * Whether something written here came before something that arrived. WhatsApp gives the time of what arrives in whole
 * seconds; within one the order of storing decides.
 */
const isBefore = (ours: SQL, theirs: SQL): SQL =>
  text`${ours}.ordered_at < ${theirs}.ordered_at + interval '1 second'
    AND (${ours}.ordered_at < ${theirs}.ordered_at OR ${ours}.id < ${theirs}.id)`
const isAfter = (ours: SQL, theirs: SQL): SQL =>
  text`${theirs}.ordered_at <= ${ours}.ordered_at
    AND (${theirs}.ordered_at <= ${ours}.ordered_at - interval '1 second' OR ${theirs}.id < ${ours}.id)`

const [m, o, p, i, b, r] = ['m', 'o', 'p', 'i', 'b', 'r'].map((name) => text.raw(name)) as [
  SQL,
  SQL,
  SQL,
  SQL,
  SQL,
  SQL,
]

/** Everything said in the span, with the kind of its chat. */
const said = (tenantId: string, { sessionId, from, to }: Span): SQL => text`
  SELECT h.kind, m.* FROM chats h CROSS JOIN LATERAL (
    SELECT m.id, m.chat_id, m.direction, m.ordered_at, m.origin, m.sent_at, m.delivered_at, m.read_at
    FROM messages m
    WHERE m.chat_id = h.id AND m.tenant_id = ${tenantId} AND m.ordered_at >= ${at(from)} AND m.ordered_at < ${at(to)}
      AND ${isSaid(m)}
    -- Chat by chat: by the time alone, the whole index would be read.
    OFFSET 0
  ) m
  WHERE h.session_id = ${sessionId} AND h.tenant_id = ${tenantId} AND h.kind <> 'channel'
    AND h.last_message_at >= ${at(from)}`

/** Which messages to persons were answered in time: a quoted reply is that message's, any other the newest one's. */
const replied = (tenantId: string, { from, to }: Span): SQL => text`
  SELECT DISTINCT coalesce(q.id, p.id) AS id
  FROM (SELECT DISTINCT chat_id FROM said WHERE kind = 'person' AND direction = 'outbound') c
  JOIN messages r ON r.chat_id = c.chat_id AND r.tenant_id = ${tenantId} AND r.direction = 'inbound'
    AND r.ordered_at >= ${at(from)} - interval '1 second' AND r.ordered_at < ${at(to)} + ${replyTime} AND ${isSaid(r)}
  LEFT JOIN messages q ON q.id = r.reply_to_id AND q.chat_id = r.chat_id AND q.direction = 'outbound'
  LEFT JOIN LATERAL (
    SELECT p.id, p.ordered_at FROM messages p
    WHERE q.id IS NULL AND p.chat_id = r.chat_id AND p.direction = 'outbound' AND ${isSaid(p)} AND ${isBefore(p, r)}
    ORDER BY p.ordered_at DESC, p.id DESC LIMIT 1
  ) p ON true
  WHERE r.ordered_at - coalesce(q.ordered_at, p.ordered_at) BETWEEN interval '-1 second' AND ${replyTime}`

/** What persons had waited for when they were answered, since the first of what they wrote. */
const answers = text`
  SELECT o.chat_id, o.ordered_at, greatest(0, extract(epoch FROM coalesce(o.sent_at, o.ordered_at) - i.ordered_at))::bigint
      AS seconds,
    b.ordered_at IS NULL OR b.ordered_at < i.ordered_at - interval '24 hours' AS is_first
  FROM said o
  LEFT JOIN LATERAL (
    SELECT p.ordered_at, p.id FROM messages p
    WHERE p.chat_id = o.chat_id AND p.direction = 'outbound' AND ${isSaid(p)} AND ${isConversation(p)}
      AND (p.ordered_at, p.id) < (o.ordered_at, o.id)
    ORDER BY p.ordered_at DESC, p.id DESC LIMIT 1
  ) p ON true
  CROSS JOIN LATERAL (
    SELECT i.ordered_at, i.id FROM messages i
    WHERE i.chat_id = o.chat_id AND i.direction = 'inbound' AND ${isSaid(i)} AND ${isAfter(o, i)}
      AND i.ordered_at > coalesce(p.ordered_at, '-infinity') - interval '1 second'
      AND (p.id IS NULL OR (${isBefore(p, i)}))
    ORDER BY i.ordered_at, i.id LIMIT 1
  ) i
  LEFT JOIN LATERAL (
    SELECT b.ordered_at FROM messages b
    WHERE b.chat_id = o.chat_id AND ${isSaid(b)} AND (b.direction = 'inbound' OR ${isConversation(b)})
      AND (b.ordered_at, b.id) < (i.ordered_at, i.id)
    ORDER BY b.ordered_at DESC, b.id DESC LIMIT 1
  ) b ON true
  WHERE o.kind = 'person' AND o.direction = 'outbound' AND ${isConversation(o)}`

/** Leads detected in the span, with how far each ever came. */
const leadsDetected = (tenantId: string, { sessionId, from, to }: Span): SQL => text`
  SELECT h.id AS chat_id, l.detected_at AS ordered_at,
    l.status IN ('contacted', 'qualified', 'converted') OR coalesce(c.contacted, false) AS contacted,
    l.status IN ('qualified', 'converted') OR coalesce(c.qualified, false) AS qualified,
    l.status = 'converted' AS converted, l.status = 'lost' AS lost
  FROM leads l
  LEFT JOIN LATERAL (
    SELECT bool_or(to_status IN ('contacted', 'qualified', 'converted')) AS contacted,
      bool_or(to_status IN ('qualified', 'converted')) AS qualified
    FROM lead_status_changes c WHERE c.lead_id = l.id AND c.tenant_id = l.tenant_id
  ) c ON true
  LEFT JOIN chats h ON h.session_id = l.session_id AND h.contact_id = l.contact_id
  WHERE l.tenant_id = ${tenantId} AND l.session_id = ${sessionId}
    AND l.detected_at >= ${at(from)} AND l.detected_at < ${at(to)}`

const failures = (tenantId: string, { sessionId, from, to }: Span): SQL => text`
  SELECT m.chat_id, m.ordered_at FROM rollup_failures f
  JOIN messages m ON m.id = f.message_id AND m.status = 'failed' AND m.message_type <> 'reaction'
  JOIN chats h ON h.id = m.chat_id AND h.kind <> 'channel'
  WHERE f.session_id = ${sessionId} AND f.tenant_id = ${tenantId} AND f.at >= ${at(from)} AND f.at < ${at(to)}`

/** The columns of figures that add up, in their order. */
export const sums = text.raw(
  [
    'received',
    'sent',
    'group_received',
    'group_sent',
    'failed',
    'delivered',
    'read',
    'replied',
    'outreach_sent',
    'outreach_read',
    'outreach_replied',
    'leads_detected',
    'leads_contacted',
    'leads_qualified',
    'leads_converted',
    'leads_lost',
  ].join(', '),
)
const summed = text.raw(
  'received sent group_received group_sent failed delivered read replied outreach_sent outreach_read outreach_replied leads_detected leads_contacted leads_qualified leads_converted leads_lost'
    .split(' ')
    .map((column) => `sum(${column})::int AS ${column}`)
    .join(', '),
)

const facts = text`
  SELECT m.chat_id, ${slotOf(text`m.ordered_at`)} AS slot, f.*, NULL::int AS step, NULL::bigint AS seconds,
    NULL::boolean AS is_first, 0 AS leads_detected, 0 AS leads_contacted, 0 AS leads_qualified, 0 AS leads_converted,
    0 AS leads_lost
  FROM said m LEFT JOIN replied a ON a.id = m.id
  CROSS JOIN LATERAL (
    SELECT m.direction = 'outbound' AS is_sent, m.kind = 'group' AS is_group,
      m.direction = 'outbound' AND m.kind = 'person' AS is_to_person,
      m.direction = 'outbound' AND m.kind = 'person' AND m.origin IN ('bulk', 'schedule') AS is_outreach
  ) k
  CROSS JOIN LATERAL (
    SELECT (NOT is_sent)::int AS received, is_sent::int AS sent, (is_group AND NOT is_sent)::int AS group_received,
      (is_group AND is_sent)::int AS group_sent, 0 AS failed,
      (is_to_person AND (m.delivered_at IS NOT NULL OR m.read_at IS NOT NULL OR a.id IS NOT NULL))::int AS delivered,
      (is_to_person AND (m.read_at IS NOT NULL OR a.id IS NOT NULL))::int AS read,
      (is_to_person AND a.id IS NOT NULL)::int AS replied,
      (is_outreach IS TRUE)::int AS outreach_sent,
      (is_outreach IS TRUE AND (m.read_at IS NOT NULL OR a.id IS NOT NULL))::int AS outreach_read,
      (is_outreach IS TRUE AND a.id IS NOT NULL)::int AS outreach_replied
  ) f
  UNION ALL
  SELECT chat_id, ${slotOf(text`ordered_at`)}, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, 0, 0, 0, 0, 0 FROM failures
  UNION ALL
  SELECT chat_id, ${slotOf(text`ordered_at`)}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    floor(ln(greatest(seconds, 1)) / ln(${waitStep}::numeric))::int, seconds, is_first, 0, 0, 0, 0, 0 FROM answers
  UNION ALL
  SELECT chat_id, ${slotOf(text`ordered_at`)}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, 1, contacted::int,
    qualified::int, converted::int, lost::int FROM leads_found`

/** Counts a span of one session from the raw data: figures of its slots, without and with each label. */
export async function countSlots(sql: Sql, tenantId: string, span: Span): Promise<void> {
  const { sessionId, from, to } = span
  // Neighbours are found at the end of an index that has them in order, however long the conversation is.
  await sql.execute(text`SELECT set_config('enable_bitmapscan', 'off', true)`)
  await sql.execute(text`
    DELETE FROM rollup_slots WHERE tenant_id = ${tenantId} AND session_id = ${sessionId}
      AND slot >= ${at(from)} AND slot < ${at(to)}`)
  await sql.execute(text`
    WITH said AS MATERIALIZED (${said(tenantId, span)}), replied AS MATERIALIZED (${replied(tenantId, span)}),
      answers AS (${answers}), failures AS (${failures(tenantId, span)}),
      leads_found AS (${leadsDetected(tenantId, span)}), facts AS (${facts}),
      told AS MATERIALIZED (
        SELECT ${everyId}::uuid AS label_id, f.* FROM facts f
        UNION ALL
        SELECT l.label_id, f.* FROM facts f JOIN chat_labels l ON l.chat_id = f.chat_id AND l.is_set
      ),
      steps AS (
        SELECT label_id, slot, step, count(*) AS n, sum(seconds) AS s, count(*) FILTER (WHERE is_first) AS first_n,
          sum(seconds) FILTER (WHERE is_first) AS first_s
        FROM told WHERE step IS NOT NULL GROUP BY 1, 2, 3
      ),
      waited AS (
        SELECT label_id, slot, jsonb_object_agg(step, jsonb_build_array(n, s)) AS waits,
          jsonb_object_agg(step, jsonb_build_array(first_n, first_s)) FILTER (WHERE first_n > 0) AS first_waits
        FROM steps GROUP BY 1, 2
      )
    INSERT INTO rollup_slots (tenant_id, session_id, label_id, slot, waits, first_waits, ${sums})
    SELECT ${tenantId}, ${sessionId}, t.label_id, t.slot, coalesce(w.waits, '{}'), coalesce(w.first_waits, '{}'), ${sums}
    FROM (SELECT label_id, slot, ${summed} FROM told GROUP BY 1, 2) t LEFT JOIN waited w USING (label_id, slot)`)
  await sql.execute(text`SELECT set_config('enable_bitmapscan', 'on', true)`)
}

/** Figures of rows put together by what they are grouped by, the answers of both kinds with them. */
export function together(rows: SQL, keys: string): SQL {
  const by = text.raw(keys)
  return text`
    WITH base AS MATERIALIZED (${rows}),
      steps AS (
        SELECT ${by}, k.kind, e.key AS step, sum((e.value->>0)::int) AS n, sum((e.value->>1)::bigint) AS s
        FROM base CROSS JOIN LATERAL (VALUES (0, base.waits), (1, base.first_waits)) AS k (kind, waits)
        CROSS JOIN LATERAL jsonb_each(k.waits) e GROUP BY ${by}, k.kind, e.key
      ),
      waited AS (
        SELECT ${by}, jsonb_object_agg(step, jsonb_build_array(n, s)) FILTER (WHERE kind = 0) AS waits,
          jsonb_object_agg(step, jsonb_build_array(n, s)) FILTER (WHERE kind = 1) AS first_waits
        FROM steps GROUP BY ${by}
      )
    SELECT ${by}, coalesce(w.waits, '{}') AS waits, coalesce(w.first_waits, '{}') AS first_waits, ${sums}
    FROM (SELECT ${by}, ${summed} FROM base GROUP BY ${by}) t LEFT JOIN waited w USING (${by})`
}

/** Puts the slots of all sessions in a time together. */
export async function addUpSlots(sql: Sql, tenantId: string, { from, to }: Span): Promise<void> {
  const during = text`slot >= ${at(from)} AND slot < ${at(to)}`
  await sql.execute(text`
    DELETE FROM rollup_slots WHERE tenant_id = ${tenantId} AND session_id = ${everyId} AND ${during}`)
  const rows = text`SELECT * FROM rollup_slots
    WHERE tenant_id = ${tenantId} AND ${during} AND session_id <> ${everyId}`
  await sql.execute(text`
    INSERT INTO rollup_slots (tenant_id, session_id, label_id, slot, waits, first_waits, ${sums})
    SELECT ${tenantId}, ${everyId}, x.* FROM (${together(rows, 'label_id, slot')}) x`)
}

/** Puts the days that a span touches together, of one session and of all; without a span all days of the tenant. */
export async function addUpDays(sql: Sql, tenantId: string, timeZone: string, span?: Span): Promise<void> {
  const whose = span === undefined ? text`true` : text`session_id IN (${span.sessionId}, ${everyId})`
  const zoned = (moment: SQL): SQL => text`((${moment}) AT TIME ZONE ${timeZone})::date`
  const [first, last] =
    span === undefined
      ? [text`'-infinity'::date`, text`'infinity'::date`]
      : [zoned(at(span.from)), zoned(text`${at(span.to)} - interval '1 second'`)]
  // No day is longer than 26 hours. A zone's midnight may come twice or not at all, so the slots are asked for their day.
  const near =
    span === undefined
      ? text`true`
      : text`slot >= ${at(span.from)} - interval '26 hours' AND slot < ${at(span.to)} + interval '26 hours'
          AND ${zoned(text`slot`)} BETWEEN ${first} AND ${last}`
  await sql.execute(text`
    DELETE FROM rollup_days WHERE tenant_id = ${tenantId} AND ${whose} AND day BETWEEN ${first} AND ${last}`)
  const rows = text`SELECT ${zoned(text`slot`)} AS day, s.* FROM rollup_slots s
    WHERE tenant_id = ${tenantId} AND ${whose} AND ${near}`
  await sql.execute(text`
    INSERT INTO rollup_days (tenant_id, session_id, label_id, day, waits, first_waits, ${sums}, wait_series,
      first_wait_series)
    SELECT ${tenantId}, x.*, ${waitSeries(text`x.waits`)}, ${waitSeries(text`x.first_waits`)} FROM (${together(rows, 'session_id, label_id, day')}) x`)
}
