import type { Context } from '../../../context.ts'
import { PeriodicWriter } from '../../../platform/periodic-writer.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { updateLastUsed } from './api-keys.store.ts'

const noteEveryMs = 60_000

/** What a use is noted on: the cached key itself, so that most uses cost one comparison. */
export interface UsedKey {
  keyId: string
  tenantId: string
  /** Milliseconds since the epoch; 0 when it was never used. */
  notedAtMs: number
}

/** When keys were used is written now and then, off the way of requests. */
const uses = defineProcessState(
  ({ db, clock, log }: Context) =>
    new PeriodicWriter<{ id: string; tenantId: string; at: Date }>({
      clock,
      log,
      subject: 'the last use of API keys',
      merge: (_, later) => later,
      write: (keys) => updateLastUsed(db.sql, keys),
    }),
  (writer) => writer.close(),
)

/** Notes a use, at most once a minute for each key and process. */
export function noteUse(ctx: Context, key: UsedKey): void {
  const nowMs = ctx.clock.nowMs()
  if (nowMs - key.notedAtMs < noteEveryMs) return
  key.notedAtMs = nowMs
  uses.of(ctx).note(key.keyId, { id: key.keyId, tenantId: key.tenantId, at: new Date(nowMs) })
}

/** Writes what was noted. */
export function flushUses(ctx: Context): Promise<void> {
  return uses.of(ctx).flush()
}
