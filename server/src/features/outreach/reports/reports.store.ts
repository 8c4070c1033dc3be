// Reads tables of other areas: account (tenant_settings).
import { and, count, desc, eq, lt, ne, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type ReportExecutionRow, type ReportRow, reportExecutions, reports } from './reports.tables.ts'

const ofTenant = (tenantId: string, id: string) => and(eq(reports.tenantId, tenantId), eq(reports.id, id))

/** Adds a report. */
export async function insertReport(sql: Sql, row: typeof reports.$inferInsert): Promise<ReportRow> {
  const [inserted] = await sql.insert(reports).values(row).returning()
  if (inserted === undefined) throw new Error('the insert returned no report')
  return inserted
}

/** One report of a tenant. */
export async function findReport(sql: Sql, tenantId: string, id: string): Promise<ReportRow | undefined> {
  const [row] = await sql.select().from(reports).where(ofTenant(tenantId, id))
  return row
}

/** As findReport, and nobody else changes it until the transaction ends. */
export async function lockReport(sql: Sql, tenantId: string, id: string): Promise<ReportRow | undefined> {
  const [row] = await sql.select().from(reports).where(ofTenant(tenantId, id)).for('update')
  return row
}

const ofStatus = (tenantId: string, status: ReportRow['status'] | undefined) =>
  and(eq(reports.tenantId, tenantId), ...(status === undefined ? [] : [eq(reports.status, status)]))

/** One page of a tenant's reports, newest first. */
export function listReports(
  sql: Sql,
  tenantId: string,
  { status, limit, offset }: { status: ReportRow['status'] | undefined; limit: number; offset: number },
): Promise<ReportRow[]> {
  return sql
    .select()
    .from(reports)
    .where(ofStatus(tenantId, status))
    .orderBy(desc(reports.createdAt), desc(reports.id))
    .limit(limit)
    .offset(offset)
}

/** How many reports a tenant has. */
export async function countReportRows(
  sql: Sql,
  tenantId: string,
  status?: ReportRow['status'],
): Promise<number> {
  const [row] = await sql.select({ total: count() }).from(reports).where(ofStatus(tenantId, status))
  return row?.total ?? 0
}

/** How many reports of its tenant are older than this one. */
export async function countOlder(sql: Sql, { tenantId, id, createdAt }: ReportRow): Promise<number> {
  const [row] = await sql
    .select({ total: count() })
    .from(reports)
    .where(
      and(
        eq(reports.tenantId, tenantId),
        text`(${reports.createdAt}, ${reports.id}) < (${createdAt.toISOString()}::timestamptz, ${id}::uuid)`,
      ),
    )
  return row?.total ?? 0
}

/** Changes what is given. */
export async function updateReport(
  sql: Sql,
  tenantId: string,
  id: string,
  change: Partial<Omit<ReportRow, 'id' | 'tenantId' | 'createdAt'>>,
): Promise<ReportRow | undefined> {
  const [row] = await sql.update(reports).set(change).where(ofTenant(tenantId, id)).returning()
  return row
}

/** Removes a report with its runs. */
export async function deleteReportRow(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql.delete(reports).where(ofTenant(tenantId, id)).returning({ id: reports.id })
  return rows.length > 0
}

/** Ends reports that go to the own chat of a session that is gone. */
export async function cancelReportsOf(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  now: Date,
): Promise<void> {
  const ofSession = and(eq(reports.tenantId, tenantId), eq(reports.sessionId, sessionId))
  await sql
    .update(reports)
    .set({
      status: text`CASE WHEN delivery_method = 'whatsapp' AND status <> 'completed' THEN 'cancelled' ELSE status END`,
      nextRunAt: text`CASE WHEN delivery_method = 'whatsapp' THEN NULL ELSE next_run_at END`,
      lastError: text`CASE WHEN delivery_method = 'whatsapp' THEN 'The session was deleted' ELSE last_error END`,
      sessionId: null,
      updatedAt: now,
    })
    .where(ofSession)
}

/** Adds a run; undefined when there is one of this moment already. */
export async function insertExecution(
  sql: Sql,
  row: typeof reportExecutions.$inferInsert,
): Promise<ReportExecutionRow | undefined> {
  const [inserted] = await sql.insert(reportExecutions).values(row).onConflictDoNothing().returning()
  return inserted
}

/** One run of a tenant. */
export async function findExecution(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<ReportExecutionRow | undefined> {
  const [row] = await sql
    .select()
    .from(reportExecutions)
    .where(and(eq(reportExecutions.tenantId, tenantId), eq(reportExecutions.id, id)))
  return row
}

/** The newest runs of a report that have come to an end. */
export function listExecutions(
  sql: Sql,
  tenantId: string,
  reportId: string,
  limit: number,
): Promise<ReportExecutionRow[]> {
  return sql
    .select()
    .from(reportExecutions)
    .where(
      and(
        eq(reportExecutions.reportId, reportId),
        eq(reportExecutions.tenantId, tenantId),
        ne(reportExecutions.status, 'running'),
      ),
    )
    .orderBy(desc(reportExecutions.runAt), desc(reportExecutions.id))
    .limit(limit)
}

/** Changes a run that is still as it is expected to be; undefined when it is not. */
export async function settleExecution(
  sql: Sql,
  tenantId: string,
  id: string,
  expected: 'running' | 'undelivered',
  change: Partial<Omit<ReportExecutionRow, 'id' | 'tenantId' | 'reportId'>>,
): Promise<ReportExecutionRow | undefined> {
  const isExpected =
    expected === 'running'
      ? text`status = 'running'`
      : text`status = 'completed' AND delivery_method = 'whatsapp' AND NOT delivered AND error IS NULL`
  const [row] = await sql
    .update(reportExecutions)
    .set(change)
    .where(and(eq(reportExecutions.tenantId, tenantId), eq(reportExecutions.id, id), isExpected))
    .returning()
  return row
}

/** Runs of a report that began before a moment and have not come to an end. */
export async function listRunning(
  sql: Sql,
  tenantId: string,
  reportId: string,
  before: Date,
): Promise<string[]> {
  const rows = await sql
    .select({ id: reportExecutions.id })
    .from(reportExecutions)
    .where(
      and(
        eq(reportExecutions.reportId, reportId),
        eq(reportExecutions.tenantId, tenantId),
        eq(reportExecutions.status, 'running'),
        lt(reportExecutions.runAt, before),
      ),
    )
  return rows.map(({ id }) => id)
}

/** Removes what a report has beyond its newest runs. */
export async function deleteBeyond(
  sql: Sql,
  tenantId: string,
  reportId: string,
  limit: number,
): Promise<void> {
  await sql.execute(text`
    DELETE FROM report_executions WHERE id IN (
      SELECT id FROM report_executions WHERE report_id = ${reportId} AND tenant_id = ${tenantId}
      ORDER BY run_at DESC, id DESC OFFSET ${limit})`)
}

/** Removes runs that are older than their tenants keep texts, some at a time; answers how many. */
export async function deleteExpired(sql: Sql, now: Date, limit: number): Promise<number> {
  const { rows } = await sql.execute(text`
    DELETE FROM report_executions WHERE id IN (
      SELECT e.id FROM report_executions e JOIN tenant_settings s ON s.tenant_id = e.tenant_id
      WHERE e.run_at < ${now.toISOString()}::timestamptz - s.message_retention_days * interval '1 day'
      ORDER BY e.run_at LIMIT ${limit})
    RETURNING id`)
  return rows.length
}
