import type { Context } from '../../../context.ts'
import { PeriodicWriter } from '../../../platform/periodic-writer.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { enqueueCounts } from './enqueue-counts.ts'
import { markLeads, markMessages } from './marks.store.ts'
import { recountLabelsJob } from './rollups.schema.ts'

/** Something that changed figures: the message or lead, by id, or labels or marks of a tenant, by the tenant's id. */
export interface NotedChange {
  kind: 'message' | 'lead' | 'labels' | 'marks'
  id: string
}

/** What changed is marked after so long. */
export const markedEveryMs = 15_000
/** So many wait in memory at most. */
const mostWaiting = 5_000

interface Noted {
  writer: PeriodicWriter<NotedChange>
  waiting: number
}

/**
 * What changed is noted in memory after the commit and marked four times a minute, so that a message costs no statement.
 * What a crash loses is found by the watermark, receipts and labels by the nightly count.
 */
const noted = defineProcessState(
  (ctx: Context): Noted => {
    const state: Noted = {
      waiting: 0,
      writer: new PeriodicWriter<NotedChange>({
        clock: ctx.clock,
        log: ctx.log,
        subject: 'changes of figures',
        everyMs: markedEveryMs,
        merge: (_earlier, later) => later,
        write: (changes) => writeMarks(ctx, changes),
      }),
    }
    return state
  },
  ({ writer }) => writer.close(),
)

async function writeMarks(ctx: Context, changes: readonly NotedChange[]): Promise<void> {
  const idsOf = (kind: NotedChange['kind']) =>
    changes.flatMap((change) => (change.kind === kind ? [change.id] : []))
  const [messageIds, leadIds, labelled] = [idsOf('message'), idsOf('lead'), idsOf('labels')]
  const now = ctx.clock.now()
  await ctx.db.transaction(
    async (sql) => {
      const tenants = new Set(idsOf('marks'))
      if (messageIds.length > 0)
        for (const tenantId of await markMessages(sql, messageIds, { now })) tenants.add(tenantId)
      if (leadIds.length > 0) for (const tenantId of await markLeads(sql, leadIds, now)) tenants.add(tenantId)
      await enqueueCounts(ctx, sql, tenants)
      for (const tenantId of labelled.toSorted())
        await ctx.jobs.add(sql, recountLabelsJob, { tenantId }, { key: tenantId })
    },
    { mayLag: true },
  )
}

/** Notes that a message or a lead is new or has changed. */
export function noteChange(ctx: Context, change: NotedChange): void {
  const state = noted.of(ctx)
  state.writer.note(`${change.kind} ${change.id}`, change)
  state.waiting += 1
  if (state.waiting < mostWaiting) return
  state.waiting = 0
  void state.writer.flush()
}

/** Marks what was noted until now. */
export function flushNotedChanges(ctx: Context): Promise<void> {
  return noted.of(ctx).writer.flush()
}
