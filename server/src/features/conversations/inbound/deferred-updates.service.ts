import type { Context } from '../../../context.ts'
import type { MessageChange, StatusUpdate } from '../../../engine/events.ts'
import { afterCommit, type Sql } from '../../../platform/database/database.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { seal, unseal } from '../../../platform/secrets.ts'
import { insertDeferredUpdate, listAwaitedMessages, takeDeferredUpdates } from './deferred-updates.store.ts'

/** An update of a message that is not known yet. */
export type DeferredUpdate =
  | { kind: 'status'; update: StatusUpdate }
  | { kind: 'change'; change: MessageChange }
  /** A stored reaction that did not find its target; by our id. */
  | { kind: 'reaction'; messageId: string; emoji: string; from: string; by: string | null; at: string }

/** A message as WhatsApp names it. */
export interface MessageRef {
  tenantId: string
  sessionId: string
  waMessageId: string
}

// Which messages of which sessions are waited for: nearly none, so that nothing is asked for each message that arrives.
// A session runs in one process, which is the only one to add.
const awaited = defineProcessState(() => new Map<string, Set<string>>())

const mostAwaited = 5000
const purposeOf = (id: string): string => `early-fact ${id}`

async function awaitedBy(ctx: Context, sql: Sql, tenantId: string, sessionId: string): Promise<Set<string>> {
  const sessions = awaited.of(ctx)
  const known = sessions.get(sessionId)
  if (known !== undefined) return known
  const found = new Set(await listAwaitedMessages(sql, tenantId, sessionId))
  sessions.set(sessionId, found)
  return found
}

/** Stores updates of messages that are not stored yet. */
export async function deferUpdates(
  ctx: Context,
  sql: Sql,
  updates: readonly (MessageRef & { deferred: DeferredUpdate })[],
): Promise<void> {
  for (const { tenantId, sessionId, waMessageId, deferred } of updates) {
    const id = ctx.ids.uuid()
    const sealed = seal(ctx.config, purposeOf(id), Buffer.from(JSON.stringify(deferred)))
    const row = { id, tenantId, sessionId, waMessageId, fact: sealed, at: ctx.clock.now() }
    await insertDeferredUpdate(sql, row)
    const ids = await awaitedBy(ctx, sql, tenantId, sessionId)
    afterCommit(sql, () => addAwaited(ids, waMessageId))
  }
}

/** Receipts of what is stored nowhere, as of an own reaction, wait in vain: the oldest are dropped. */
function addAwaited(ids: Set<string>, waMessageId: string): void {
  ids.add(waMessageId)
  const [oldest] = ids
  if (ids.size > mostAwaited && oldest !== undefined) ids.delete(oldest)
}

/** Takes the deferred updates of messages that are being stored, oldest first. */
export async function takeDeferred(
  ctx: Context,
  sql: Sql,
  refs: readonly MessageRef[],
): Promise<{ waMessageId: string; deferred: DeferredUpdate }[]> {
  const updates: { waMessageId: string; deferred: DeferredUpdate }[] = []
  for (const [sessionId, own] of Map.groupBy(refs, (ref) => ref.sessionId)) {
    const [first] = own
    if (first === undefined) continue
    const ids = await awaitedBy(ctx, sql, first.tenantId, sessionId)
    const wanted = own.map(({ waMessageId }) => waMessageId).filter((id) => ids.has(id))
    if (wanted.length === 0) continue
    for (const row of await takeDeferredUpdates(sql, first.tenantId, sessionId, wanted))
      updates.push({
        waMessageId: row.waMessageId,
        deferred: parseUpdate(unseal(ctx.config, purposeOf(row.id), row.fact)),
      })
    afterCommit(sql, () => {
      for (const id of wanted) ids.delete(id)
    })
  }
  return updates
}

function parseUpdate(bytes: Uint8Array): DeferredUpdate {
  const deferred: DeferredUpdate = JSON.parse(Buffer.from(bytes).toString())
  if (deferred.kind === 'status') deferred.update.at = new Date(deferred.update.at)
  if (deferred.kind === 'change') deferred.change.at = new Date(deferred.change.at)
  return deferred
}
