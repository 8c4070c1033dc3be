// Reads tables of other areas: account (tenant_settings, tenants), conversations (chat_labels, chats, labels, messages), leads (leads).
import { type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

const at = (date: Date): SQL => text`${date.toISOString()}::timestamptz`

/** The zone of a tenant's settings, and that of its days; undefined when the tenant is gone. */
export interface CountedTenant {
  timeZone: string
  /** Null when nothing was counted yet. */
  countedZone: string | null
}

/** Holds what is counted of a tenant until the transaction ends: one counts at a time. */
export async function lockTenantRollups(sql: Sql, tenantId: string): Promise<CountedTenant | undefined> {
  await sql.execute(text`
    INSERT INTO rollup_tenants (tenant_id, time_zone)
    SELECT tenant_id, time_zone FROM tenant_settings WHERE tenant_id = ${tenantId} ON CONFLICT DO NOTHING`)
  const { rows } = await sql.execute<{ timeZone: string; countedZone: string }>(text`
    SELECT s.time_zone AS "timeZone", r.time_zone AS "countedZone"
    FROM rollup_tenants r JOIN tenant_settings s ON s.tenant_id = r.tenant_id
    WHERE r.tenant_id = ${tenantId} FOR UPDATE OF r`)
  return rows[0]
}

/** Notes that times were counted, and the zone that the days are in. */
export async function noteCounted(sql: Sql, tenantId: string, timeZone: string): Promise<void> {
  await sql.execute(text`
    UPDATE rollup_tenants SET time_zone = ${timeZone}, version = version + 1 WHERE tenant_id = ${tenantId}`)
}

/** Tenants whose days are in another zone than their settings say. */
export async function listRezonedTenants(sql: Sql): Promise<string[]> {
  const { rows } = await sql.execute<{ tenantId: string }>(text`
    SELECT r.tenant_id AS "tenantId" FROM rollup_tenants r JOIN tenant_settings s ON s.tenant_id = r.tenant_id
    WHERE r.time_zone <> s.time_zone`)
  return rows.map(({ tenantId }) => tenantId)
}

/** Asks for a rebuild of every tenant; answers how many there are. */
export async function wantRebuild(sql: Sql): Promise<number> {
  const { rows } = await sql.execute(text`
    INSERT INTO rollup_tenants (tenant_id, time_zone, is_rebuild_wanted)
    SELECT tenant_id, time_zone, true FROM tenant_settings
    ON CONFLICT (tenant_id) DO UPDATE SET is_rebuild_wanted = true RETURNING tenant_id`)
  return rows.length
}

/** Takes the wishes for a rebuild. */
export async function takeWantedRebuilds(sql: Sql): Promise<string[]> {
  const { rows } = await sql.execute<{ tenantId: string }>(text`
    UPDATE rollup_tenants SET is_rebuild_wanted = false WHERE is_rebuild_wanted RETURNING tenant_id AS "tenantId"`)
  return rows.map(({ tenantId }) => tenantId)
}

/** Every tenant there is. */
export async function listTenantIds(sql: Sql): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`SELECT id FROM tenants ORDER BY id`)
  return rows.map(({ id }) => id)
}

/** The newest message that was looked at; undefined before the first look. Held until the transaction ends. */
export async function lockWatermark(sql: Sql): Promise<string | undefined> {
  const { rows } = await sql.execute<{ id: string }>(
    text`SELECT message_id AS id FROM rollup_watermark FOR UPDATE`,
  )
  return rows[0]?.id
}

/** Moves the watermark. */
export async function moveWatermark(sql: Sql, messageId: string): Promise<void> {
  await sql.execute(text`
    INSERT INTO rollup_watermark (message_id) VALUES (${messageId})
    ON CONFLICT (only_one) DO UPDATE SET message_id = excluded.message_id`)
}

/** The next messages of all tenants by id, which grows with time: after one, up to another. */
export async function listMessageIds(
  sql: Sql,
  { afterId, untilId, limit }: { afterId: string; untilId: string; limit: number },
): Promise<string[]> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM messages WHERE id > ${afterId} AND id <= ${untilId} ORDER BY id LIMIT ${limit}`)
  return rows.map(({ id }) => id)
}

/**
 * Compares the labels of a tenant's chats with those that were counted, and marks everything said in chats where they
 * differ.
 */
export async function markLabelChanges(sql: Sql, tenantId: string, now: Date): Promise<void> {
  await sql.execute(text`
    WITH set_now AS MATERIALIZED (
      SELECT c.chat_id, c.label_id FROM labels l JOIN chat_labels c ON c.label_id = l.id AND c.is_set
      WHERE l.tenant_id = ${tenantId}
    ), gone AS (
      DELETE FROM rollup_chat_labels r WHERE r.tenant_id = ${tenantId}
        AND NOT EXISTS (SELECT FROM set_now s WHERE s.chat_id = r.chat_id AND s.label_id = r.label_id)
      RETURNING r.chat_id
    ), come AS (
      INSERT INTO rollup_chat_labels (tenant_id, chat_id, label_id)
      SELECT ${tenantId}, chat_id, label_id FROM set_now ON CONFLICT DO NOTHING RETURNING chat_id
    ), changed AS (SELECT chat_id FROM gone UNION SELECT chat_id FROM come),
    touched AS (
      SELECT m.session_id, date_trunc('day', m.ordered_at, 'UTC') AS day
      FROM changed c JOIN messages m ON m.chat_id = c.chat_id
      UNION
      SELECT l.session_id, date_trunc('day', l.detected_at, 'UTC')
      FROM changed c JOIN chats h ON h.id = c.chat_id
      JOIN leads l ON l.contact_id = h.contact_id AND l.session_id = h.session_id
    )
    INSERT INTO rollup_marks (tenant_id, session_id, from_at, to_at, created_at)
    SELECT ${tenantId}, session_id, day, day + interval '1 day', ${at(now)} FROM touched t
    WHERE NOT EXISTS (SELECT FROM rollup_marks k WHERE k.tenant_id = ${tenantId} AND k.session_id = t.session_id
      AND k.from_at = t.day AND k.to_at = t.day + interval '1 day')`)
}
