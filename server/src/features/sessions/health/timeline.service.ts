import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { statusReasons } from '../../../engine/states.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import type { SessionTransition } from '../lifecycle/sessions.schema.ts'
import { getSession } from '../lifecycle/sessions.service.ts'
import { type timelineAnswer, type timelineEntry, timelineLimits } from './session-health.schema.ts'
import {
  countStates,
  deleteBeyond,
  deleteStatesBefore,
  insertStates,
  listStates,
} from './session-health.store.ts'
import type { SessionStateRow } from './session-health.tables.ts'

const dayMs = 86_400_000

function toEntry(row: SessionStateRow): z.infer<typeof timelineEntry> {
  return {
    status: row.status,
    reason: row.reason,
    detail: row.reason === null ? null : statusReasons[row.reason],
    error: row.error,
    until: toTimestampOrNull(row.until),
    at: toTimestamp(row.at),
  }
}

/** Notes the states that sessions entered, in the transaction that stores them. */
export async function noteStates(
  ctx: Context,
  sql: Sql,
  transitions: readonly SessionTransition[],
): Promise<void> {
  const rows = transitions.map((transition) => ({
    id: ctx.ids.uuid(),
    tenantId: transition.tenantId,
    sessionId: transition.sessionId,
    status: transition.status,
    reason: transition.statusReason,
    error: transition.error,
    until: transition.until === null ? null : new Date(transition.until),
    at: ctx.clock.now(),
  }))
  const sessionIds = await insertStates(sql, rows)
  if (sessionIds.length > 0) await deleteBeyond(sql, sessionIds, timelineLimits.entries)
}

/** What a session went through, newest first; 404 for an unknown one. */
export async function getTimeline(
  ctx: Context,
  sessionId: string,
  { limit, offset }: { limit: number; offset: number },
): Promise<z.infer<typeof timelineAnswer>> {
  await getSession(ctx, sessionId)
  const rows = await listStates(ctx.db.sql, tenantOf(ctx), sessionId, limit, offset)
  const total = await countStates(ctx.db.sql, tenantOf(ctx), sessionId)
  return { entries: rows.map(toEntry), total, limit, offset }
}

/** Removes what is older than timelines are kept. */
export async function pruneTimelines(ctx: Context): Promise<void> {
  const before = new Date(ctx.clock.nowMs() - timelineLimits.days * dayMs)
  await deleteStatesBefore(ctx.db.sql, before)
}
