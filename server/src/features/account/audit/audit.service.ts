import { type Context, tenantOf } from '../../../context.ts'
import type { Operation } from '../../../operation.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { createBatcher } from '../../../platform/database/write-batcher.ts'
import { isUuid } from '../../../platform/ids.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { toTimestamp } from '../../../wire.ts'
import { type AuditRow, insertEntries, listEntries } from './audit.store.ts'

/** They change nothing that lasts, though they are no GET. */
const harmlessActions: ReadonlySet<string> = new Set([
  'a2a_policy.test',
  'contacts.check',
  'groups.test_keywords',
  'messages.typing',
  'sessions.set_presence',
])

const writers = defineProcessState(
  (ctx: Context) =>
    createBatcher<AuditRow, undefined>(ctx.db, {
      write: async (sql, rows) => {
        await insertEntries(sql, rows)
        return rows.map(() => undefined)
      },
    }),
  (writer) => writer.flush(),
)

/** The ids of a path, and of what was made. Only ids: a phone in a path, or a text in a body, stays out. */
function targetsOf(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  result: unknown,
): Record<string, string> {
  const targets: Record<string, string> = {}
  for (const [, name = ''] of operation.path.matchAll(/\{(\w+)\}/g)) {
    const value = input[name]
    if (typeof value === 'string' && isUuid(value)) targets[name] = value
  }
  const body = typeof result === 'object' && result !== null && 'body' in result ? result.body : result
  const made = typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined
  if (operation.method === 'POST' && typeof made === 'string' && isUuid(made)) {
    if (!Object.values(targets).includes(made)) targets.created = made
  }
  return targets
}

/**
 * Records a change that a user or a key made, once it has succeeded; resolves after the commit, so that no change is
 * acknowledged that the log does not know. Sends are not recorded: each is a message with origin and timestamp.
 */
export async function recordChange(
  ctx: Context,
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  result: unknown,
): Promise<void> {
  const { caller } = ctx
  if (operation.method === 'GET' || operation.isSend === true || harmlessActions.has(operation.id)) return
  if (caller.kind !== 'user' && caller.kind !== 'key') return
  await writers.of(ctx).add({
    id: ctx.ids.uuid(),
    tenantId: caller.tenantId,
    userId: caller.userId,
    keyId: caller.kind === 'key' ? caller.keyId : null,
    action: operation.id,
    targets: targetsOf(operation, input, result),
    ip: caller.ip,
    createdAt: ctx.clock.now(),
  })
}

/** Records, inside the transaction that makes it, a change by a person whom no credential named. */
export async function recordChangeBy(
  ctx: Context,
  sql: Sql,
  change: Pick<AuditRow, 'tenantId' | 'userId' | 'action' | 'ip'>,
): Promise<void> {
  const { ids, clock } = ctx
  await insertEntries(sql, [{ ...change, id: ids.uuid(), keyId: null, targets: {}, createdAt: clock.now() }])
}

/** Which entries a caller wants. */
export interface AuditInput {
  from?: Date | undefined
  to?: Date | undefined
  action?: string | undefined
  user_id?: string | undefined
  limit: number
  offset: number
}

/** Changes in the caller's tenant, newest first. */
export async function getAuditLogs(ctx: Context, input: AuditInput) {
  const { from, to, action, user_id: userId, limit, offset } = input
  const filter = { tenantId: tenantOf(ctx), from, to, action, userId }
  const { rows, total } = await listEntries(ctx.db.sql, filter, limit, offset)
  const entries = rows.map((row) => ({
    id: row.id,
    action: row.action,
    user_id: row.userId,
    api_key_id: row.keyId,
    ip: row.ip,
    targets: row.targets,
    created_at: toTimestamp(row.createdAt),
  }))
  return { audit_logs: entries, total, limit, offset }
}
