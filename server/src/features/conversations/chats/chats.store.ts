// Reads tables of other areas: sessions (sessions).
import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A chat as senders and receivers need it. */
export interface ChatRef {
  id: string
  tenantId: string
  sessionId: string
  kind: 'person' | 'group' | 'channel'
  contactId: string | null
  waChatId: string
  name: string | null
  /** Milliseconds since the epoch; null when nobody has written here yet: the contact is cold. */
  lastInboundMs: number | null
  /** The last UTC day on which a cold send was charged, `YYYY-MM-DD`. */
  coldDay: string | null
}

type Raw = Omit<ChatRef, 'lastInboundMs'> & { lastInboundAt: Date | string | null } & Record<string, unknown>

const columns = text`h.id, h.tenant_id AS "tenantId", h.session_id AS "sessionId", h.kind,
  h.contact_id AS "contactId", h.wa_chat_id AS "waChatId", h.name, h.last_inbound_at AS "lastInboundAt",
  h.cold_day::text AS "coldDay"`

function toRef({ lastInboundAt, ...row }: Raw): ChatRef {
  return { ...row, lastInboundMs: lastInboundAt === null ? null : new Date(lastInboundAt).getTime() }
}

/** Chats of a session with some contacts and with some groups or channels. */
export async function listChatRefs(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  contactIds: readonly string[],
  waChatIds: readonly string[],
): Promise<ChatRef[]> {
  const { rows } = await sql.execute<Raw>(text`
    SELECT ${columns} FROM chats h WHERE h.tenant_id = ${tenantId} AND h.session_id = ${sessionId}
      AND h.contact_id = ANY(${text.param([...contactIds])}::uuid[])
    UNION ALL
    SELECT ${columns} FROM chats h WHERE h.tenant_id = ${tenantId} AND h.session_id = ${sessionId}
      AND h.contact_id IS NULL AND h.wa_chat_id = ANY(${text.param([...waChatIds])}::text[])`)
  return rows.map(toRef)
}

/** One chat of a session by its internal id. */
export async function findChatRef(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  id: string,
): Promise<ChatRef | undefined> {
  const { rows } = await sql.execute<Raw>(text`
    SELECT ${columns} FROM chats h
    WHERE h.tenant_id = ${tenantId} AND h.session_id = ${sessionId} AND h.id = ${id}`)
  return rows[0] === undefined ? undefined : toRef(rows[0])
}

/** Labels that a phone put on chats before anything was said in them are theirs from the beginning. */
const labelled = text`
  INSERT INTO chat_labels (label_id, chat_id, tenant_id, changed_at)
  SELECT s.label_id, made.id, made.tenant_id, m.changed_at FROM made
  JOIN wa_chat_labels m ON m.session_id = made.session_id AND m.wa_chat_id = made.wa_chat_id AND NOT m.is_deleted
  JOIN label_syncs s ON s.session_id = m.session_id AND s.wa_label_id = m.wa_label_id AND s.label_id IS NOT NULL
  ON CONFLICT DO NOTHING`

/** Inserts chats with their ids already chosen and the settings kept for them; those that exist are left alone. */
export async function insertChats(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  rows: readonly Pick<ChatRef, 'id' | 'kind' | 'contactId' | 'waChatId'>[],
  now: Date,
): Promise<void> {
  await sql.execute(text`
    WITH made AS (INSERT INTO chats (id, tenant_id, session_id, kind, contact_id, wa_chat_id, created_at, is_archived, is_pinned,
      muted_until, unread_count, unread_changed_at)
    SELECT id, ${tenantId}::uuid, ${sessionId}::uuid, kind, "contactId", "waChatId", ${now.toISOString()}::timestamptz,
      coalesce(w.is_archived, false), coalesce(w.is_pinned, false), w.muted_until, coalesce(w.unread_count, 0),
      w.unread_changed_at
    FROM json_to_recordset(${JSON.stringify(rows)}::json)
      AS r(id uuid, kind text, "contactId" uuid, "waChatId" text)
    LEFT JOIN wa_chat_states w ON w.session_id = ${sessionId} AND w.wa_chat_id = r."waChatId"
    ON CONFLICT DO NOTHING RETURNING id, tenant_id, session_id, wa_chat_id) ${labelled}`)
}

/** A contact got a phone: its chats are called by it from now on. */
export async function renameChats(
  sql: Sql,
  tenantId: string,
  names: readonly { contactId: string; waChatId: string }[],
): Promise<void> {
  await sql.execute(text`
    UPDATE chats h SET wa_chat_id = r."waChatId"
    FROM json_to_recordset(${JSON.stringify(names)}::json) AS r("contactId" uuid, "waChatId" text)
    WHERE h.contact_id = r."contactId" AND h.tenant_id = ${tenantId} AND h.wa_chat_id <> r."waChatId"`)
}

/** A group or channel and what it is called. */
export interface NamedChat {
  id: string
  tenantId: string
  sessionId: string
  kind: 'group' | 'channel'
  waChatId: string
  name: string
}

/** Keeps the subjects of groups and channels, also of those where nothing has been said yet. */
export async function upsertSubjects(sql: Sql, rows: readonly NamedChat[], now: Date): Promise<void> {
  await sql.execute(text`
    WITH made AS (INSERT INTO chats (id, tenant_id, session_id, kind, wa_chat_id, name, created_at, is_archived, is_pinned,
      muted_until, unread_count, unread_changed_at)
    SELECT r.id, s.tenant_id, s.id, r.kind, r."waChatId", r.name, ${now.toISOString()}::timestamptz,
      coalesce(w.is_archived, false), coalesce(w.is_pinned, false), w.muted_until, coalesce(w.unread_count, 0),
      w.unread_changed_at
    FROM json_to_recordset(${JSON.stringify(rows)}::json)
      AS r(id uuid, "tenantId" uuid, "sessionId" uuid, kind text, "waChatId" text, name text)
    JOIN sessions s ON s.id = r."sessionId" AND s.tenant_id = r."tenantId"
    LEFT JOIN wa_chat_states w ON w.session_id = s.id AND w.wa_chat_id = r."waChatId"
    ON CONFLICT (session_id, wa_chat_id) WHERE contact_id IS NULL DO UPDATE SET name = excluded.name
    RETURNING id, tenant_id, session_id, wa_chat_id) ${labelled}`)
}

/** Keeps the day (UTC, `YYYY-MM-DD`) on which starting this conversation was charged. */
export async function updateColdDay(sql: Sql, tenantId: string, id: string, day: string): Promise<void> {
  await sql.execute(
    text`UPDATE chats SET cold_day = ${day}::date WHERE id = ${id} AND tenant_id = ${tenantId}`,
  )
}
