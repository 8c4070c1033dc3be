import { and, count, desc, eq, gte, like, lt, type SQL, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { auditLogs } from './audit.tables.ts'

/** One entry as stored. */
export type AuditRow = typeof auditLogs.$inferSelect

/** Adds entries. A tenant that deleted itself has no log any more. */
export async function insertEntries(sql: Sql, rows: readonly AuditRow[]): Promise<void> {
  const items = rows.map((row) => ({
    id: row.id,
    tenant_id: row.tenantId,
    user_id: row.userId,
    key_id: row.keyId,
    action: row.action,
    targets: row.targets,
    ip: row.ip,
    created_at: row.createdAt.toISOString(),
  }))
  await sql.execute(text`
    INSERT INTO audit_logs (id, tenant_id, user_id, key_id, action, targets, ip, created_at)
    SELECT r.id, r.tenant_id, r.user_id, r.key_id, r.action, r.targets, r.ip, r.created_at
    FROM json_to_recordset(${JSON.stringify(items)}::json) AS r(id uuid, tenant_id uuid, user_id uuid, key_id uuid,
      action text, targets jsonb, ip text, created_at timestamptz)
    JOIN tenants t ON t.id = r.tenant_id`)
}

/** Which entries of a tenant. */
export interface AuditFilter {
  tenantId: string
  from?: Date | undefined
  to?: Date | undefined
  /** An operation, or a feature followed by a dot. */
  action?: string | undefined
  userId?: string | undefined
}

function where({ tenantId, from, to, action, userId }: AuditFilter): SQL | undefined {
  const byAction = action?.endsWith('.')
    ? like(auditLogs.action, `${action.replaceAll(/[\\%_]/g, '\\$&')}%`)
    : action === undefined
      ? undefined
      : eq(auditLogs.action, action)
  return and(
    eq(auditLogs.tenantId, tenantId),
    from === undefined ? undefined : gte(auditLogs.createdAt, from),
    to === undefined ? undefined : lt(auditLogs.createdAt, to),
    byAction,
    userId === undefined ? undefined : eq(auditLogs.userId, userId),
  )
}

/** Entries of a tenant, newest first, and how many there are. */
export async function listEntries(
  sql: Sql,
  filter: AuditFilter,
  limit: number,
  offset: number,
): Promise<{ rows: AuditRow[]; total: number }> {
  const rows = await sql
    .select()
    .from(auditLogs)
    .where(where(filter))
    .orderBy(desc(auditLogs.createdAt), desc(auditLogs.id))
    .limit(limit)
    .offset(offset)
  const [counted] = await sql.select({ total: count() }).from(auditLogs).where(where(filter))
  return { rows, total: counted?.total ?? 0 }
}

/** Removes entries older than their tenant keeps them; the job does so for all. */
export async function deleteOldEntries(sql: Sql, now: Date): Promise<void> {
  await sql.execute(text`
    DELETE FROM audit_logs a USING tenant_settings s
    WHERE s.tenant_id = a.tenant_id
      AND a.created_at < ${now.toISOString()}::timestamptz - make_interval(days => s.audit_retention_days)`)
}
