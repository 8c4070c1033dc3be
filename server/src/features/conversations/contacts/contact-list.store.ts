import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { readPhonePart } from '../../../platform/phone-text.ts'

/** A contact as the API shows it. */
export interface ContactRow extends Record<string, unknown> {
  id: string
  phone: string | null
  lid: string | null
  name: string | null
  bookName: string | null
  pushName: string | null
  notes: string | null
  isBusiness: boolean
  isBlocked: boolean
  sessions: string[]
  messageCount: number
  lastInboundAt: string | null
  lastOutboundAt: string | null
  labels: { id: string; name: string; color: string }[]
}

/** Which contacts of a tenant. */
export interface ContactFilter {
  tenantId: string
  sessionId: string | undefined
  search: string | undefined
  /** Only those whose number is known. */
  hasPhone?: boolean
}

// Both expressions are those of the indexes `contacts_shown` and `contacts_words`, to the letter.
const shown = text`lower(coalesce(c.name, c.book_name, c.push_name))`
const words = text`to_tsvector('simple'::regconfig,
  coalesce(c.name, '') || ' ' || coalesce(c.book_name, '') || ' ' || coalesce(c.push_name, ''))`

const likePattern = (part: string) => part.replace(/[\\%_]/g, '\\$&')

/** The beginning of a number in international form, or a part of one that was written as people dial it at home. */
function phonePattern(search: string): string | undefined {
  const digits = readPhonePart(search)
  if (!/^\d{2,}$/.test(digits)) return undefined
  if (digits.startsWith('00')) return `${digits.slice(2)}%`
  return digits.startsWith('0') ? `%${digits.slice(1)}%` : `${digits}%`
}

function matching(search: string) {
  const parts = search.match(/[\p{L}\p{N}]+/gu) ?? []
  const phone = phonePattern(search)
  const ofPhone = phone === undefined ? text`` : text`OR c.phone LIKE ${phone}`
  // Names of signs alone have no words to look up.
  if (parts.length === 0) return text`AND ${shown} LIKE lower(${`%${likePattern(search)}%`})`
  const query = parts.map((part) => `${part}:*`).join(' & ')
  return text`AND (${words} @@ to_tsquery('simple', ${query}) ${ofPhone})`
}

function condition({ tenantId, sessionId, search, hasPhone }: ContactFilter) {
  const ofSession =
    sessionId === undefined
      ? text``
      : text`AND EXISTS (SELECT FROM contact_sessions s WHERE s.contact_id = c.id AND s.session_id = ${sessionId})`
  return text`WHERE c.tenant_id = ${tenantId} ${ofSession} ${hasPhone === true ? text`AND c.phone IS NOT NULL` : text``}
    ${search === undefined ? text`` : matching(search)}`
}

const described = text`c.id, c.phone, c.lid, c.name, c.book_name AS "bookName", c.push_name AS "pushName", c.notes,
  c.is_business AS "isBusiness", coalesce(s."isBlocked", false) AS "isBlocked",
  coalesce(s.sessions, '{}') AS sessions, coalesce(h."messageCount", 0) AS "messageCount",
  h."lastInboundAt", h."lastOutboundAt", coalesce(x.labels, '[]') AS labels`

const details = text`
  LEFT JOIN LATERAL (SELECT array_agg(cs.session_id ORDER BY cs.session_id) AS sessions,
    bool_or(cs.is_blocked) AS "isBlocked" FROM contact_sessions cs WHERE cs.contact_id = c.id) s ON true
  LEFT JOIN LATERAL (SELECT sum(ch.message_count)::int AS "messageCount", max(ch.last_inbound_at) AS "lastInboundAt",
    max(ch.last_outbound_at) AS "lastOutboundAt" FROM chats ch WHERE ch.contact_id = c.id) h ON true
  LEFT JOIN LATERAL (SELECT json_agg(json_build_object('id', l.id, 'name', l.name, 'color', l.color)
    ORDER BY lower(l.name), l.id) AS labels FROM labels l WHERE l.id IN (
      SELECT cl.label_id FROM chats ch JOIN chat_labels cl ON cl.chat_id = ch.id AND cl.is_set
      WHERE ch.contact_id = c.id)) x ON true`

/** One page of contacts by what they are called; those without a name come last. */
export async function listContacts(
  sql: Sql,
  filter: ContactFilter,
  limit: number,
  offset: number,
): Promise<ContactRow[]> {
  const { rows } = await sql.execute<ContactRow>(text`
    WITH page AS (
      SELECT c.* FROM contacts c ${condition(filter)} ORDER BY ${shown}, c.id LIMIT ${limit} OFFSET ${offset}
    )
    SELECT ${described} FROM page c ${details} ORDER BY ${shown}, c.id`)
  return rows
}

/** How many contacts match. */
export async function countContacts(sql: Sql, filter: ContactFilter): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(
    text`SELECT count(*)::int AS total FROM contacts c ${condition(filter)}`,
  )
  return rows[0]?.total ?? 0
}

/** One contact of a tenant. */
export async function findContact(sql: Sql, tenantId: string, id: string): Promise<ContactRow | undefined> {
  const { rows } = await sql.execute<ContactRow>(text`
    SELECT ${described} FROM contacts c ${details} WHERE c.tenant_id = ${tenantId} AND c.id = ${id}`)
  return rows[0]
}

/** What the tenant says about a contact; undefined stays. Answers whether there is such a contact. */
export async function updateOwnWords(
  sql: Sql,
  tenantId: string,
  id: string,
  change: { name?: string | null | undefined; notes?: string | null | undefined },
  now: Date,
): Promise<boolean> {
  const name = change.name === undefined ? text`name` : text`${change.name}`
  const notes = change.notes === undefined ? text`notes` : text`${change.notes}`
  const { rows } = await sql.execute(text`
    UPDATE contacts SET name = ${name}, notes = ${notes}, updated_at = ${now.toISOString()}::timestamptz
    WHERE tenant_id = ${tenantId} AND id = ${id} RETURNING id`)
  return rows.length > 0
}

/** What an address book or a profile says; null leaves what is known, and `forgets_name` takes the name away. */
export interface BookEntry {
  id: string
  book_name: string | null
  forgets_name: boolean
  is_business: boolean | null
  is_blocked: boolean | null
}

/** Keeps what address books and profiles say; answers the ids of those who are called otherwise now. */
export async function updateBookEntries(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  entries: readonly BookEntry[],
  now: Date,
): Promise<string[]> {
  const rows = text`json_to_recordset(${JSON.stringify(entries)}::json)
    AS r(id uuid, book_name text, forgets_name boolean, is_business boolean, is_blocked boolean)`
  await sql.execute(text`
    UPDATE contact_sessions s SET is_blocked = r.is_blocked FROM ${rows}
    WHERE s.contact_id = r.id AND s.session_id = ${sessionId} AND s.tenant_id = ${tenantId}
      AND s.is_blocked <> r.is_blocked`)
  await sql.execute(text`
    UPDATE contacts c SET is_business = r.is_business FROM ${rows}
    WHERE c.id = r.id AND c.tenant_id = ${tenantId} AND c.is_business <> r.is_business`)
  const renamed = await sql.execute<{ id: string }>(text`
    UPDATE contacts c SET book_name = CASE WHEN r.forgets_name THEN NULL ELSE r.book_name END,
      updated_at = ${now.toISOString()}::timestamptz
    FROM ${rows}
    WHERE c.id = r.id AND c.tenant_id = ${tenantId} AND (r.forgets_name OR r.book_name IS NOT NULL)
      AND c.book_name IS DISTINCT FROM CASE WHEN r.forgets_name THEN NULL ELSE r.book_name END
    RETURNING c.id`)
  return renamed.rows.map((row) => row.id)
}
