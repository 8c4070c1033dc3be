import { createHash } from 'node:crypto'
import type { Context } from '../../../context.ts'
import type { GroupReceipt } from '../../../engine/events.ts'
import { retryDeadlocks } from '../../../platform/database/sql-state.ts'
import { createLru } from '../../../platform/lru.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { addReceipts, deleteReceipts, listRunsOfPosts, type ReceiptRow } from './group-receipts.store.ts'

/** WhatsApp keeps what somebody has not got for so long; later receipts count no more. */
const countedMs = 30 * 24 * 3_600_000
const mostRemembered = 10_000
const deletedAtOnce = 10_000

/** Messages in groups that are no run's: of a large group one is asked about, and not each of a thousand. */
const others = defineProcessState(() => createLru<true>(mostRemembered))

const keyOf = ({ sessionId, waMessageId }: Pick<GroupReceipt, 'sessionId' | 'waMessageId'>): string =>
  `${sessionId} ${waMessageId}`

/** What stands for a member in one run: nobody can tell from it who that is, or find them in another one. */
function digestOf(executionId: string, { phone, lid }: GroupReceipt['member']): string | undefined {
  const address = lid === null ? phone : `lid:${lid}`
  if (address === null) return undefined
  return createHash('sha256').update(`${executionId} ${address}`).digest().readBigInt64BE().toString()
}

/** Counts members of groups whom posts of schedules were delivered to, and who have read them; each member once. */
export async function countGroupReceipts(ctx: Context, receipts: readonly GroupReceipt[]): Promise<void> {
  const known = others.of(ctx)
  const own = receipts.filter((receipt) => !known.has(keyOf(receipt)))
  const [first] = own
  if (first === undefined) return
  const { tenantId } = first
  const now = ctx.clock.now()
  const asked = new Map(own.map((receipt) => [keyOf(receipt), receipt]))
  const since = new Date(now.getTime() - countedMs)
  const runs = await listRunsOfPosts(ctx.db.sql, tenantId, [...asked.values()], since)
  const runOf = new Map(runs.map((run) => [keyOf(run), run.executionId]))
  for (const key of asked.keys()) if (!runOf.has(key)) known.set(key, true)
  const rows = new Map<string, ReceiptRow>()
  for (const receipt of own) {
    const executionId = runOf.get(keyOf(receipt))
    const member = executionId === undefined ? undefined : digestOf(executionId, receipt.member)
    if (executionId === undefined || member === undefined) continue
    const key = `${executionId} ${member}`
    const isRead = receipt.kind === 'read' || rows.get(key)?.isRead === true
    rows.set(key, { executionId, member, isRead })
  }
  if (rows.size === 0) return
  await retryDeadlocks(() => ctx.db.transaction((sql) => addReceipts(sql, tenantId, [...rows.values()], now)))
}

/** Forgets who was counted in runs whose receipts count no more, of all tenants; the counts stay. */
export function forgetReceipts(ctx: Context): Promise<void> {
  return deleteReceipts(ctx.db.sql, new Date(ctx.clock.nowMs() - countedMs), deletedAtOnce)
}
