import type { Context } from '../../../context.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import {
  type CollectorRow,
  endRun,
  findRun,
  moveRun,
  type RunPosition,
} from '../collectors/collectors.service.ts'
import { type Candidate, listNextCandidates, listNextChats, type ScannedChats } from './candidates.store.ts'
import { findReviews, isCollecting, keepFinds } from './collect.service.ts'

const chatStep = 200
/** Messages that are looked at between two notes of how far a run has come. */
const messageStep = 100

function chatsOf({ tenantId, sessionId, sourceType, selectedChatIds }: CollectorRow): ScannedChats {
  const kinds = {
    groups: ['group'],
    chats: ['person'],
    all: ['group', 'person'],
    selected: ['group', 'person'],
  } as const
  return {
    tenantId,
    sessionId,
    kinds: kinds[sourceType],
    waChatIds: sourceType === 'selected' ? selectedChatIds : null,
  }
}

/** What a step looks at, and where the next one goes on. */
interface Step {
  candidates: Candidate[]
  next: RunPosition
  isLast: boolean
}

/** Gathers messages from one chat after another until there are enough of them. */
async function nextStep(ctx: Context, collector: CollectorRow, from: RunPosition | null): Promise<Step> {
  const { tenantId } = collector
  const chats = chatsOf(collector)
  const candidates: Candidate[] = []
  const goOn = async (chatId: string, after: { orderedAt: string; messageId: string } | null) => {
    const limit = messageStep - candidates.length
    const found = await listNextCandidates(ctx.db.sql, tenantId, chatId, after, limit)
    candidates.push(...found)
    const last = found.length === limit ? found.at(-1) : undefined
    return last === undefined ? undefined : { orderedAt: last.orderedAt, messageId: last.messageId }
  }
  let position: Step['next'] = from ?? { chatId: null, after: null }
  if (position.chatId !== null && position.after !== null) {
    const last = await goOn(position.chatId, position.after)
    if (last !== undefined) return { candidates, next: { ...position, after: last }, isLast: false }
  }
  const ids = await listNextChats(ctx.db.sql, chats, position.chatId, chatStep)
  for (const chatId of ids) {
    const last = await goOn(chatId, null)
    if (last !== undefined) return { candidates, next: { chatId, after: last }, isLast: false }
    position = { chatId, after: null }
  }
  return { candidates, next: position, isLast: ids.length < chatStep }
}

/**
 * Looks through the stored conversations of a collector, in steps: what a step finds is stored together with how far it
 * came, so a run goes on where it was whatever ends the process.
 */
export async function scanStored(
  ctx: Context,
  { tenantId, collectorId, taskId }: { tenantId: string; collectorId: string; taskId: string },
  signal: AbortSignal,
): Promise<JobOutcome> {
  for (;;) {
    if (signal.aborted) return retryLater(0)
    const collector = await findRun(ctx.db.sql, tenantId, collectorId, taskId)
    if (collector === undefined) return done
    const run = { tenantId, id: collectorId, taskId }
    if (!collector.isActive || !(await isCollecting(ctx, tenantId))) {
      await endRun(ctx.db.sql, { ...run, now: ctx.clock.now() })
      return done
    }
    const step = await nextStep(ctx, collector, collector.runAfter)
    const finds = await findReviews(ctx, [collector], step.candidates, signal)
    const isOver = await ctx.db.transaction(async (sql) => {
      const now = ctx.clock.now()
      // Whoever deleted the collector meanwhile wants none of it.
      if (!(await moveRun(sql, { ...run, after: step.next, now }))) return true
      await keepFinds(ctx, sql, finds)
      if (step.isLast) await endRun(sql, { ...run, now })
      return step.isLast
    })
    if (isOver) return done
  }
}
