// Reads tables of other areas: conversations (chat_labels, chats, contacts), groups (custom_group_members, custom_groups), leads (lead_groups, lead_status_changes, leads), sessions (sessions).
import { type SQL, sql as text } from 'drizzle-orm'
import { beginningOfDate, beginningOfWord } from './calendar.ts'
import {
  type CalendarWord,
  calendarWords,
  type Moment,
  type SegmentConditions,
  type SegmentFilter,
} from './segments.schema.ts'

const dayMs = 86_400_000

/** For whom a filter is written as SQL. */
export interface Evaluation {
  tenantId: string
  now: Date
  /** IANA zone of words and dates, unless the filter names one. */
  timeZone: string
  /** Lists and segments that filters name, as subqueries with the columns phone, name and variables. */
  groups: ReadonlyMap<string, NamedGroup>
}

/** A group that a filter names. */
export interface NamedGroup {
  people: SQL
  /** A list is looked up by number; a segment is found out once and compared as a whole. */
  isList: boolean
}

/** Everything a condition needs; `p` is a row with phone and contact_id, which is null for somebody never met. */
interface Place extends Evaluation {
  sessionId: string | undefined
}

const timestamp = (date: Date) => text`${date.toISOString()}::timestamptz`
const uuids = (ids: readonly string[]) => text`ANY(${text.param([...ids])}::uuid[])`
const texts = (values: readonly string[]) => text`ANY(${text.param([...values])}::text[])`

const isWord = (value: string): value is CalendarWord => (calendarWords as readonly string[]).includes(value)

function momentOf(value: Moment, { now, timeZone }: Evaluation): SQL {
  if (typeof value !== 'string') return timestamp(new Date(now.getTime() - value.days_ago * dayMs))
  if (isWord(value)) return timestamp(beginningOfWord(value, now, timeZone))
  return timestamp(/^\d{4}-\d\d-\d\d$/.test(value) ? beginningOfDate(value, timeZone) : new Date(value))
}

const before = (column: SQL, value: Moment | undefined, place: Evaluation) =>
  value === undefined ? [] : [text`${column} < ${momentOf(value, place)}`]
const since = (column: SQL, value: Moment | undefined, place: Evaluation) =>
  value === undefined ? [] : [text`${column} >= ${momentOf(value, place)}`]
const forDays = (column: SQL, days: number | undefined, { now }: Evaluation) =>
  days === undefined ? [] : [text`${column} <= ${timestamp(new Date(now.getTime() - days * dayMs))}`]

/** What the conditions say of the person's lead: the open one, otherwise the newest. */
function leadConditions(c: SegmentConditions, place: Place): SQL[] {
  const changed = text`coalesce((SELECT max(s.at) FROM lead_status_changes s WHERE s.lead_id = l.id), l.detected_at)`
  const parts = [
    ...(c.lead_status === undefined ? [] : [text`l.status = ${texts(c.lead_status)}`]),
    ...forDays(changed, c.lead_status_for_days, place),
    ...before(changed, c.lead_status_changed_before, place),
    ...since(changed, c.lead_status_changed_after, place),
  ]
  if (parts.length === 0) return []
  const isOpen = (lead: SQL) => text`${lead}.status IN ('new', 'contacted', 'qualified')`
  return [
    text`EXISTS (SELECT FROM leads l
      WHERE l.contact_id = p.contact_id AND l.tenant_id = ${place.tenantId} AND ${text.join(parts, text` AND `)}
      AND NOT EXISTS (SELECT FROM leads o
        WHERE o.contact_id = l.contact_id AND o.tenant_id = l.tenant_id AND o.id <> l.id
          AND (${isOpen(text`o`)}, o.detected_at, o.id) > (${isOpen(text`l`)}, l.detected_at, l.id)))`,
  ]
}

/** What the conditions say of the person's conversations. */
function chatConditions(c: SegmentConditions, place: Place): SQL[] {
  const parts = [
    ...before(text`t.inbound`, c.last_inbound_before, place),
    ...since(text`t.inbound`, c.last_inbound_after, place),
    ...(c.has_written === undefined
      ? []
      : [c.has_written ? text`t.inbound IS NOT NULL` : text`t.inbound IS NULL`]),
    ...(c.no_answer_days === undefined
      ? []
      : [
          ...forDays(text`t.outbound`, c.no_answer_days, place),
          text`(t.inbound IS NULL OR t.inbound < t.outbound)`,
        ]),
  ]
  if (parts.length === 0) return []
  return [
    text`EXISTS (SELECT FROM (
        SELECT max(h.last_inbound_at) AS inbound, max(h.last_outbound_at) AS outbound FROM chats h
        WHERE h.contact_id = p.contact_id AND h.tenant_id = ${place.tenantId} ${ofSession(place)}
      ) t WHERE ${text.join(parts, text` AND `)})`,
  ]
}

const ofSession = ({ sessionId }: Place) =>
  sessionId === undefined ? text`` : text`AND h.session_id = ${sessionId}`

/** For each of the groups whether the person is in it. */
function groupConditions(ids: readonly string[], { groups }: Place): SQL[] {
  return ids.map((id) => {
    const group = groups.get(id)
    return group?.isList === true
      ? text`EXISTS (SELECT FROM ${group.people} g WHERE g.phone = p.phone)`
      : text`p.phone IN (SELECT g.phone FROM ${group?.people} g)`
  })
}

/** All parts of one set of conditions. */
function conditionsOf(c: SegmentConditions, evaluation: Evaluation): SQL[] {
  const place: Place = { ...evaluation, sessionId: c.session_id }
  const { tenantId } = evaluation
  const parts = [...leadConditions(c, place), ...chatConditions(c, place)]
  if (c.label_id !== undefined)
    parts.push(text`EXISTS (SELECT FROM chats h JOIN chat_labels x ON x.chat_id = h.id AND x.is_set
      WHERE h.contact_id = p.contact_id AND h.tenant_id = ${tenantId} AND x.label_id = ${uuids(c.label_id)}
        ${ofSession(place)})`)
  if (c.language !== undefined)
    parts.push(text`EXISTS (SELECT FROM person_languages y
      WHERE y.contact_id = p.contact_id AND y.tenant_id = ${tenantId} AND y.language = ${texts(c.language)})`)
  if (c.source_group_id !== undefined)
    parts.push(text`EXISTS (SELECT FROM leads l JOIN lead_groups z ON z.lead_id = l.id
      WHERE l.contact_id = p.contact_id AND l.tenant_id = ${tenantId} AND z.group_id = ${uuids(c.source_group_id)})`)
  if (c.in_group_id !== undefined) parts.push(anyOf(groupConditions(c.in_group_id, place)))
  for (const part of groupConditions(c.not_in_group_id ?? [], place)) parts.push(text`NOT ${part}`)
  return parts
}

const anyOf = (parts: readonly SQL[]) => text`(${text.join([...parts], text` OR `)})`
const allOf = (parts: readonly SQL[]) => text`(${text.join([...parts], text` AND `)})`

const shownName = text`coalesce(c.name, c.book_name, c.push_name)`

/** Everybody who wrote or was written to, or showed interest, and whose number is known. */
const contactsOf = (tenantId: string) => text`
  SELECT c.id AS contact_id, c.phone, ${shownName} AS name, '{}'::jsonb AS variables
  FROM contacts c WHERE c.tenant_id = ${tenantId} AND c.phone IS NOT NULL`

/** The people of several groups, each once, as the first of them that has it describes it. */
function mergedPeople(groups: readonly (SQL | undefined)[]): SQL {
  const [only, ...others] = groups
  if (only !== undefined && others.length === 0) return only
  const parts = groups.map(
    (people, place) => text`SELECT ${text.raw(String(place))} AS place, s.* FROM ${people} s`,
  )
  return text`(SELECT DISTINCT ON (u.phone) u.phone, u.name, u.variables
    FROM (${text.join(parts, text` UNION ALL `)}) u ORDER BY u.phone, u.place)`
}

/** The people of groups, each once, with what is known of them. */
const peopleOfGroups = (ids: readonly string[], { tenantId, groups }: Evaluation) => text`
  SELECT c.id AS contact_id, g.phone, coalesce(g.name, ${shownName}) AS name, g.variables
  FROM ${mergedPeople(ids.map((id) => groups.get(id)?.people))} g
  LEFT JOIN contacts c ON c.tenant_id = ${tenantId} AND c.phone = g.phone`

/** Those of lists whom nobody has met yet, each once. */
const strangersOf = (tenantId: string) => text`
  (SELECT DISTINCT ON (m.phone) NULL::uuid AS contact_id, m.phone, m.name, m.variables
  FROM custom_group_members m JOIN custom_groups r ON r.id = m.group_id
  WHERE m.tenant_id = ${tenantId} AND r.tenant_id = ${tenantId}
    AND NOT EXISTS (SELECT FROM contacts c WHERE c.tenant_id = ${tenantId} AND c.phone = m.phone)
  ORDER BY m.phone, m.id DESC)`

/** Whether only somebody who has been met can meet the conditions. */
function needsContact(c: SegmentConditions): boolean {
  return (
    c.has_written === true ||
    [
      c.lead_status,
      c.lead_status_for_days,
      c.lead_status_changed_before,
      c.lead_status_changed_after,
      c.label_id,
      c.last_inbound_before,
      c.last_inbound_after,
      c.no_answer_days,
      c.language,
      c.source_group_id,
    ].some((value) => value !== undefined)
  )
}

function baseOf(filter: SegmentFilter, evaluation: Evaluation): SQL {
  const { tenantId } = evaluation
  if (filter.in_group_id !== undefined) return peopleOfGroups(filter.in_group_id, evaluation)
  if (needsContact(filter) || filter.any_of?.every(needsContact)) return contactsOf(tenantId)
  return text`${contactsOf(tenantId)} UNION ALL ${strangersOf(tenantId)}`
}

/** The people of a segment, with the columns phone, name and variables; the tenant's own numbers are not among them. */
export function peopleOfFilter(filter: SegmentFilter, outer: Evaluation): SQL {
  const evaluation = { ...outer, timeZone: filter.time_zone ?? outer.timeZone }
  const { in_group_id: _, ...others } = filter
  const parts = conditionsOf(others, evaluation)
  if (filter.any_of !== undefined) {
    const any = filter.any_of.map((each) => allOf(conditionsOf(each, evaluation)))
    parts.push(anyOf(any))
  }
  for (const each of filter.none_of ?? []) parts.push(text`NOT ${allOf(conditionsOf(each, evaluation))}`)
  parts.push(text`NOT EXISTS (SELECT FROM sessions o
    WHERE o.tenant_id = ${outer.tenantId} AND o.phone_number = p.phone)`)
  return text`SELECT p.phone, p.name, p.variables FROM (${baseOf(filter, evaluation)}) p
    WHERE ${text.join(parts, text` AND `)}`
}
