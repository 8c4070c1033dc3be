import { sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** A task as stored: the protocol's JSON, with what is searched beside it. */
export interface StoredTask {
  id: string
  contextId: string
  state: number
  statusAt: Date
  task: unknown
}

/** Adds a task or replaces it. */
export async function saveTask(sql: Sql, tenantId: string, row: StoredTask): Promise<void> {
  await sql.execute(text`
    INSERT INTO a2a_tasks (tenant_id, id, context_id, state, status_at, task)
      VALUES (${tenantId}, ${row.id}, ${row.contextId}, ${row.state}, ${row.statusAt.toISOString()},
        ${JSON.stringify(row.task)}::jsonb)
      ON CONFLICT (tenant_id, id) DO UPDATE SET context_id = excluded.context_id, state = excluded.state,
        status_at = excluded.status_at, task = excluded.task`)
}

/** A tenant's task; undefined for an unknown one. */
export async function findTask(sql: Sql, tenantId: string, id: string): Promise<unknown> {
  const { rows } = await sql.execute<{ task: unknown }>(
    text`SELECT task FROM a2a_tasks WHERE tenant_id = ${tenantId} AND id = ${id}`,
  )
  return rows[0]?.task
}

/** Which of a tenant's tasks. */
export interface TaskFilter {
  contextId: string | undefined
  state: number | undefined
  changedAfter: Date | undefined
  /** The last task of the page before. */
  before: { statusAt: Date; id: string } | undefined
  limit: number
}

function conditions(tenantId: string, { contextId, state, changedAfter }: TaskFilter) {
  return text`tenant_id = ${tenantId}
    AND ${contextId === undefined ? text`true` : text`context_id = ${contextId}`}
    AND ${state === undefined ? text`true` : text`state = ${state}`}
    AND ${changedAfter === undefined ? text`true` : text`status_at > ${changedAfter.toISOString()}`}`
}

/** One page of a tenant's tasks, last changed first, and how many there are on all pages. */
export async function listTaskRows(
  sql: Sql,
  tenantId: string,
  filter: TaskFilter,
): Promise<{ tasks: unknown[]; total: number }> {
  const { before, limit } = filter
  const after =
    before === undefined
      ? text`true`
      : text`(status_at, id) < (${before.statusAt.toISOString()}::timestamptz, ${before.id})`
  const { rows } = await sql.execute<{ task: unknown }>(text`
    SELECT task FROM a2a_tasks WHERE ${conditions(tenantId, filter)} AND ${after}
      ORDER BY status_at DESC, id DESC LIMIT ${limit}`)
  const counted = await sql.execute<{ total: number }>(
    text`SELECT count(*)::int AS total FROM a2a_tasks WHERE ${conditions(tenantId, filter)}`,
  )
  return { tasks: rows.map(({ task }) => task), total: counted.rows[0]?.total ?? 0 }
}

/** Where a tenant's agent wants to be told of a task. */
export interface StoredConfig {
  id: string
  version: string
  sealed: string
}

/** Adds a place or replaces the one with this id. */
export async function saveConfig(
  sql: Sql,
  tenantId: string,
  taskId: string,
  row: StoredConfig & { createdAt: Date },
): Promise<void> {
  await sql.execute(text`
    INSERT INTO a2a_push_configs (tenant_id, task_id, id, version, sealed, created_at)
      VALUES (${tenantId}, ${taskId}, ${row.id}, ${row.version}, ${row.sealed}, ${row.createdAt.toISOString()})
      ON CONFLICT (tenant_id, task_id, id) DO UPDATE SET version = excluded.version, sealed = excluded.sealed`)
}

/** The places of one task, oldest first. */
export async function listConfigs(sql: Sql, tenantId: string, taskId: string): Promise<StoredConfig[]> {
  const { rows } = await sql.execute<{ id: string; version: string; sealed: string }>(text`
    SELECT id, version, sealed FROM a2a_push_configs
      WHERE tenant_id = ${tenantId} AND task_id = ${taskId} ORDER BY created_at, id`)
  return rows
}

/** Forgets a place; all of a task without an id. */
export async function deleteConfigs(
  sql: Sql,
  tenantId: string,
  taskId: string,
  id: string | undefined,
): Promise<void> {
  await sql.execute(text`
    DELETE FROM a2a_push_configs WHERE tenant_id = ${tenantId} AND task_id = ${taskId}
      AND ${id === undefined ? text`true` : text`id = ${id}`}`)
}

/** Forgets tasks of all tenants that last changed before, and places whose task is gone. */
export async function deleteOldTasks(sql: Sql, before: Date): Promise<void> {
  await sql.execute(text`DELETE FROM a2a_tasks WHERE status_at < ${before.toISOString()}`)
  await sql.execute(text`
    DELETE FROM a2a_push_configs c WHERE c.created_at < ${before.toISOString()} AND NOT EXISTS
      (SELECT 1 FROM a2a_tasks t WHERE t.tenant_id = c.tenant_id AND t.id = c.task_id)`)
}
