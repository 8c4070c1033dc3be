import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { KeyedMutex } from '../../../platform/keyed-mutex.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { type LabelDifferences, listDifferences } from './label-differences.store.ts'
import { pushLabelsJob } from './label-sync.schema.ts'
import { deleteLink, insertPushes } from './label-sync.store.ts'
import { storeLabelChange } from './wa-labels.service.ts'

/** Rounds of one push: somebody who keeps changing labels gets a further job instead. */
const mostRounds = 50

/**
 * Has what changed about labels brought to some sessions, by one job each: changes that come before it begins need no
 * other one. Sessions that are away get it when they are back.
 */
export async function requestPushes(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  sessionIds: readonly string[],
): Promise<void> {
  if (sessionIds.length === 0) return
  for (const sessionId of await insertPushes(sql, tenantId, sessionIds))
    await ctx.jobs.add(sql, pushLabelsJob, { tenantId, sessionId }, { key: sessionId })
}

// Two pushes of one session at once could bring an older state after a newer one.
const pushes = defineProcessState(() => new KeyedMutex())

/**
 * Brings the account of a session to what is here: compares what is wanted with what the account was last known to have,
 * so it may be repeated and interrupted at any point. Throws what the engine refuses, after everything else was tried.
 */
export function pushLabels(ctx: Context, tenantId: string, sessionId: string): Promise<void> {
  return pushes.of(ctx).run(sessionId, async () => {
    for (let round = 0; round < mostRounds; round += 1) {
      const found = await listDifferences(ctx.db.sql, tenantId, sessionId)
      const refusals = new Refusals()
      const count = await pushFound(ctx, { tenantId, sessionId }, found, refusals)
      refusals.rethrow()
      if (count === 0) return
    }
  })
}

/** Keeps the first refusal and goes on: one label that WhatsApp does not take must not hold up the others. */
class Refusals {
  #first: { cause: unknown } | undefined
  #count = 0

  async try(work: () => Promise<void>): Promise<void> {
    // Three in a row are no matter of one label: the session is away.
    if (this.#count >= 3) return
    try {
      await work()
    } catch (cause) {
      // Thrown by `rethrow` when the rest is done.
      this.#first ??= { cause }
      this.#count += 1
    }
  }

  rethrow(): void {
    if (this.#first !== undefined) throw this.#first.cause
  }
}

async function pushFound(
  ctx: Context,
  owner: { tenantId: string; sessionId: string },
  { deleted, changed, chats }: LabelDifferences,
  refusals: Refusals,
): Promise<number> {
  const { labels } = ctx.engine
  const { sql } = ctx.db
  const { tenantId, sessionId } = owner
  // What is brought counts as known from the moment after it: a phone's change between the two then shows as a
  // difference and is settled by its own timestamp.
  const now = () => ({ ...owner, at: ctx.clock.now() })
  for (const { waLabelId, isGone } of deleted) {
    await refusals.try(async () => {
      if (!isGone) {
        await labels.delete(sessionId, waLabelId)
        const gone = { waLabelId, name: '', colorIndex: 0, isDeleted: true }
        await ctx.db.transaction((own) => storeLabelChange(own, { ...now(), kind: 'label', ...gone }))
      }
      await deleteLink(sql, tenantId, sessionId, waLabelId)
    })
  }
  for (const { waLabelId, name, colorIndex } of changed) {
    await refusals.try(async () => {
      await labels.put(sessionId, { waLabelId, name, colorIndex })
      await storeLabelChange(sql, { ...now(), kind: 'label', waLabelId, name, colorIndex, isDeleted: false })
    })
  }
  for (const { waLabelId, waChatId, isSet } of chats) {
    await refusals.try(async () => {
      await labels.setOnChat(sessionId, waChatId, waLabelId, isSet)
      const change = { kind: 'chat' as const, waLabelId, chatId: waChatId, isLabelled: isSet }
      await storeLabelChange(sql, { ...now(), ...change })
    })
  }
  return deleted.length + changed.length + chats.length
}
