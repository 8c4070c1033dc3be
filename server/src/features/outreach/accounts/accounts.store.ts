// Reads tables of other areas: conversations (chats, contacts).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** What WhatsApp said about a number; no account: it has none. */
export interface Lookup extends Record<string, unknown> {
  phone: string
  account: string | null
}

/** Answers that are still good: found ones live longer, since people join more often than they leave. */
export async function listLookups(
  sql: Sql,
  tenantId: string,
  phones: readonly string[],
  since: { found: Date; missing: Date },
): Promise<Lookup[]> {
  const { rows } = await sql.execute<Lookup>(text`
    SELECT phone, account FROM number_lookups
    WHERE tenant_id = ${tenantId} AND phone = ANY(${text.param([...phones])}::text[])
      AND asked_at > CASE WHEN account IS NULL THEN ${since.missing.toISOString()}::timestamptz
        ELSE ${since.found.toISOString()}::timestamptz END`)
  return rows
}

/** Keeps answers. */
export async function saveLookups(
  sql: Sql,
  tenantId: string,
  lookups: readonly Lookup[],
  now: Date,
): Promise<void> {
  await sql.execute(text`
    INSERT INTO number_lookups (tenant_id, phone, account, asked_at)
    SELECT ${tenantId}::uuid, phone, account, ${now.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(lookups)}::json) AS r(phone text, account text)
    ORDER BY phone
    ON CONFLICT (tenant_id, phone) DO UPDATE SET account = excluded.account, asked_at = excluded.asked_at`)
}

/** Which of the numbers belong to somebody who wrote since then. */
export async function listWarmPhones(
  sql: Sql,
  tenantId: string,
  phones: readonly string[],
  since: Date,
): Promise<string[]> {
  const { rows } = await sql.execute<{ phone: string }>(text`
    SELECT c.phone FROM contacts c
    WHERE c.tenant_id = ${tenantId} AND c.phone = ANY(${text.param([...phones])}::text[]) AND EXISTS (
      SELECT FROM chats h WHERE h.contact_id = c.id AND h.last_inbound_at > ${since.toISOString()}::timestamptz)`)
  return rows.map(({ phone }) => phone)
}

/** Removes answers of before, at most so many, but not those that are just asked anew; answers how many went. */
export async function deleteLookups(sql: Sql, before: Date, most: number): Promise<number> {
  const { rowCount } = await sql.execute(text`
    DELETE FROM number_lookups WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM number_lookups WHERE asked_at < ${before.toISOString()}::timestamptz
      ORDER BY asked_at LIMIT ${most} FOR UPDATE SKIP LOCKED))`)
  return rowCount ?? 0
}
