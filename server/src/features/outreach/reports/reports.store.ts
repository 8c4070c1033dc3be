// Reads tables of other areas: account (tenant_settings).
import { and, count, desc, eq, isNotNull, lt, ne, sql as text } from 'drizzle-orm'
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

/** Reports that name a session, held until the transaction ends, in one order for everybody. */
export function lockReportsOf(sql: Sql, tenantId: string, sessionId: string): Promise<ReportRow[]> {
  return sql
    .select()
    .from(reports)
    .where(and(eq(reports.tenantId, tenantId), eq(reports.sessionId, sessionId)))
    .orderBy(reports.id)
    .for('update')
}

/**
 * The report of a run, held until the transaction ends. It is always held before its runs are: whoever begins a run tidies
 * up older ones of the same report, and would otherwise wait for whoever ends one of them, who waits for the report.
 */
export async function lockReportOfRun(
  sql: Sql,
  tenantId: string,
  executionId: string,
): Promise<ReportRow | undefined> {
  const ofRun = text`${reports.id} = (
    SELECT report_id FROM report_executions WHERE id = ${executionId} AND tenant_id = ${tenantId})`
  const [row] = await sql
    .select()
    .from(reports)
    .where(and(eq(reports.tenantId, tenantId), ofRun))
    .for('update')
  return row
}

/** Reports of all tenants whose run should have begun before a moment; the one most overdue first. */
export function listOverdue(sql: Sql, before: Date, limit: number): Promise<ReportRow[]> {
  return sql
    .select()
    .from(reports)
    .where(and(isNotNull(reports.nextRunAt), lt(reports.nextRunAt, before)))
    .orderBy(reports.nextRunAt)
    .limit(limit)
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

const undelivered = text`status = 'completed' AND delivery_method = 'whatsapp' AND NOT delivered AND error IS NULL`

/** Changes a run that is still as it is expected to be; undefined when it is not. */
export async function settleExecution(
  sql: Sql,
  tenantId: string,
  id: string,
  expected: 'running' | 'undelivered',
  change: Partial<Omit<ReportExecutionRow, 'id' | 'tenantId' | 'reportId'>>,
): Promise<ReportExecutionRow | undefined> {
  const isExpected = expected === 'running' ? text`status = 'running'` : undelivered
  const [row] = await sql
    .update(reportExecutions)
    .set(change)
    .where(and(eq(reportExecutions.tenantId, tenantId), eq(reportExecutions.id, id), isExpected))
    .returning()
  return row
}

/** Runs of a report that are still to be brought to an own chat: those that are being made, and those made. */
export async function listToBring(
  sql: Sql,
  tenantId: string,
  reportId: string,
): Promise<{ id: string; isRunning: boolean }[]> {
  const rows = await sql
    .select({ id: reportExecutions.id, status: reportExecutions.status })
    .from(reportExecutions)
    .where(
      and(
        eq(reportExecutions.reportId, reportId),
        eq(reportExecutions.tenantId, tenantId),
        text`((${undelivered}) OR (status = 'running' AND delivery_method = 'whatsapp'))`,
      ),
    )
  return rows.map(({ id, status }) => ({ id, isRunning: status === 'running' }))
}

/** Runs of all tenants that began before a moment and have not come to an end. */
export function listAbandoned(
  sql: Sql,
  before: Date,
  limit: number,
): Promise<{ id: string; tenantId: string }[]> {
  return sql
    .select({ id: reportExecutions.id, tenantId: reportExecutions.tenantId })
    .from(reportExecutions)
    .where(and(eq(reportExecutions.status, 'running'), lt(reportExecutions.runAt, before)))
    .orderBy(reportExecutions.runAt)
    .limit(limit)
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
