import { and, count, desc, eq, inArray, isNotNull, lt } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type ScheduleRow, scheduledMessages } from './schedules.tables.ts'

const own = (tenantId: string, id: string) =>
  and(eq(scheduledMessages.tenantId, tenantId), eq(scheduledMessages.id, id))

const ofStatus = (tenantId: string, status: ScheduleRow['status'] | undefined) =>
  and(
    eq(scheduledMessages.tenantId, tenantId),
    status === undefined ? undefined : eq(scheduledMessages.status, status),
  )

/** Adds a schedule; false when its idempotency key is in use. */
export async function insertSchedule(sql: Sql, row: ScheduleRow): Promise<boolean> {
  const rows = await sql
    .insert(scheduledMessages)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: scheduledMessages.id })
  return rows.length > 0
}

/** The schedule made under an idempotency key. */
export async function findScheduleByKey(
  sql: Sql,
  tenantId: string,
  key: string,
): Promise<ScheduleRow | undefined> {
  const isSame = and(eq(scheduledMessages.tenantId, tenantId), eq(scheduledMessages.idempotencyKey, key))
  const [row] = await sql.select().from(scheduledMessages).where(isSame)
  return row
}

/** Frees an idempotency key that was used before a timestamp. */
export async function clearScheduleKey(sql: Sql, tenantId: string, key: string, before: Date): Promise<void> {
  const isSame = and(eq(scheduledMessages.tenantId, tenantId), eq(scheduledMessages.idempotencyKey, key))
  await sql
    .update(scheduledMessages)
    .set({ idempotencyKey: null, idempotencyHash: null })
    .where(and(isSame, lt(scheduledMessages.createdAt, before)))
}

/** One schedule of a tenant. */
export async function findSchedule(sql: Sql, tenantId: string, id: string): Promise<ScheduleRow | undefined> {
  const [row] = await sql.select().from(scheduledMessages).where(own(tenantId, id))
  return row
}

/** The same, held until the transaction ends. */
export async function lockSchedule(sql: Sql, tenantId: string, id: string): Promise<ScheduleRow | undefined> {
  const [row] = await sql.select().from(scheduledMessages).where(own(tenantId, id)).for('update')
  return row
}

/** One page, newest first. */
export function listScheduleRows(
  sql: Sql,
  tenantId: string,
  status: ScheduleRow['status'] | undefined,
  page: { limit: number; offset: number },
): Promise<ScheduleRow[]> {
  return sql
    .select()
    .from(scheduledMessages)
    .where(ofStatus(tenantId, status))
    .orderBy(desc(scheduledMessages.createdAt), desc(scheduledMessages.id))
    .limit(page.limit)
    .offset(page.offset)
}

/** How many there are. */
export async function countSchedules(
  sql: Sql,
  tenantId: string,
  status: ScheduleRow['status'] | undefined,
): Promise<number> {
  const [row] = await sql.select({ total: count() }).from(scheduledMessages).where(ofStatus(tenantId, status))
  return row?.total ?? 0
}

/** Changes a schedule; undefined when it is gone. */
export async function updateSchedule(
  sql: Sql,
  tenantId: string,
  id: string,
  change: Partial<ScheduleRow>,
): Promise<ScheduleRow | undefined> {
  const [row] = await sql.update(scheduledMessages).set(change).where(own(tenantId, id)).returning()
  return row
}

/** Deletes a schedule with its history. */
export async function deleteScheduleRow(sql: Sql, tenantId: string, id: string): Promise<void> {
  await sql.delete(scheduledMessages).where(own(tenantId, id))
}

/** What a schedule works with, of which something goes. */
export interface ScheduleUse {
  sessionId?: string
  customGroupId?: string
  channelId?: string
}

const using = ({ sessionId, customGroupId, channelId }: ScheduleUse) =>
  and(
    sessionId === undefined ? undefined : eq(scheduledMessages.sessionId, sessionId),
    customGroupId === undefined ? undefined : eq(scheduledMessages.customGroupId, customGroupId),
    channelId === undefined ? undefined : eq(scheduledMessages.channelId, channelId),
  )

/** Schedules that may still run and use something, held until the transaction ends, in one order for everybody. */
export function lockUsers(sql: Sql, tenantId: string, use: ScheduleUse): Promise<ScheduleRow[]> {
  return sql
    .select()
    .from(scheduledMessages)
    .where(
      and(
        eq(scheduledMessages.tenantId, tenantId),
        inArray(scheduledMessages.status, ['active', 'paused']),
        using(use),
      ),
    )
    .orderBy(scheduledMessages.id)
    .for('update')
}

/** Whether an active schedule uses something. */
export async function hasActiveUser(sql: Sql, tenantId: string, use: ScheduleUse): Promise<boolean> {
  const rows = await sql
    .select({ id: scheduledMessages.id })
    .from(scheduledMessages)
    .where(and(eq(scheduledMessages.tenantId, tenantId), eq(scheduledMessages.status, 'active'), using(use)))
    .limit(1)
  return rows.length > 0
}

/** Schedules of all tenants whose run should have begun before a moment; the one most overdue first. */
export function listOverdue(sql: Sql, before: Date, limit: number): Promise<ScheduleRow[]> {
  return sql
    .select()
    .from(scheduledMessages)
    .where(and(isNotNull(scheduledMessages.nextRunAt), lt(scheduledMessages.nextRunAt, before)))
    .orderBy(scheduledMessages.nextRunAt)
    .limit(limit)
}
