import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A contact as far as addresses and names go. */
export interface ContactRef {
  id: string
  phone: string | null
  lid: string | null
  name: string | null
  /** In the phone's address book. */
  bookName: string | null
  pushName: string | null
}

const columns = text`c.id, c.phone, c.lid, c.name, c.book_name AS "bookName", c.push_name AS "pushName"`

/** Contacts of a tenant that have one of the addresses. */
export async function listContactsByAddress(
  sql: Sql,
  tenantId: string,
  phones: readonly string[],
  lids: readonly string[],
): Promise<ContactRef[]> {
  const { rows } = await sql.execute<ContactRef & Record<string, unknown>>(text`
    SELECT ${columns} FROM contacts c
    WHERE c.tenant_id = ${tenantId} AND c.phone = ANY(${text.param([...phones])}::text[])
    UNION
    SELECT ${columns} FROM contacts c
    WHERE c.tenant_id = ${tenantId} AND c.lid = ANY(${text.param([...lids])}::text[])`)
  return rows
}

/** A new contact with its id already chosen. */
export interface NewContact {
  id: string
  phone: string | null
  lid: string | null
  push_name: string | null
}

/** Inserts those whose addresses are free; answers the ids that went in. */
export async function insertContacts(
  sql: Sql,
  tenantId: string,
  rows: readonly NewContact[],
  now: Date,
): Promise<Set<string>> {
  const result = await sql.execute<{ id: string }>(text`
    INSERT INTO contacts (id, tenant_id, phone, lid, push_name, created_at, updated_at)
    SELECT id, ${tenantId}::uuid, phone, lid, push_name, ${now.toISOString()}::timestamptz, ${now.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id uuid, phone text, lid text, push_name text)
    ON CONFLICT DO NOTHING RETURNING id`)
  return new Set(result.rows.map((row) => row.id))
}

/** What was learned of known contacts: an address they did not have, a new name. Nothing is taken away. */
export async function updateContacts(
  sql: Sql,
  tenantId: string,
  rows: readonly NewContact[],
  now: Date,
): Promise<void> {
  await sql.execute(text`
    UPDATE contacts c SET phone = coalesce(c.phone, r.phone), lid = coalesce(c.lid, r.lid),
      push_name = coalesce(r.push_name, c.push_name), updated_at = ${now.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(id uuid, phone text, lid text, push_name text)
    WHERE c.id = r.id AND c.tenant_id = ${tenantId}`)
}

/** Remembers that a session met contacts. */
export async function linkContacts(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  contactIds: readonly string[],
): Promise<void> {
  await sql.execute(text`
    INSERT INTO contact_sessions (contact_id, session_id, tenant_id)
    SELECT contact_id, ${sessionId}::uuid, ${tenantId}::uuid
    FROM unnest(${text.param([...contactIds])}::uuid[]) AS contact_id
    ON CONFLICT DO NOTHING`)
}

/** Removes contacts that no session knows any more, unless the tenant wrote something about them; but not those to keep. */
export async function deleteOrphanContacts(
  sql: Sql,
  tenantId: string,
  keepIds: readonly string[],
): Promise<void> {
  await sql.execute(text`
    DELETE FROM contacts c WHERE c.tenant_id = ${tenantId} AND c.name IS NULL AND c.notes IS NULL
      AND NOT EXISTS (SELECT FROM contact_sessions s WHERE s.contact_id = c.id)
      AND NOT EXISTS (SELECT FROM unnest(${text.param([...keepIds])}::uuid[]) AS k (id) WHERE k.id = c.id)`)
}
