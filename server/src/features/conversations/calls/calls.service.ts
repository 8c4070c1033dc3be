import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { CallUpdate } from '../../../engine/events.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { firstCharacters } from '../../../platform/characters.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import {
  findTenantSession,
  getSession,
  getWorkingSession,
} from '../../sessions/lifecycle/sessions.service.ts'
import { storableText } from '../messages/message-text.service.ts'
import {
  type CallReceived,
  type callListAnswer,
  callNotRinging,
  type callObject,
  callReceived,
  retentionDays,
} from './calls.schema.ts'
import { countCalls, deleteCallsBefore, findCall, listCalls, upsertCall } from './calls.store.ts'
import type { CallRow } from './calls.tables.ts'

const dayMs = 86_400_000
/** The caller's phone chooses the id; an index takes no text of any length. */
const longestId = 200

const callerChatIdOf = ({ callerPhone, callerLid }: CallRow): string | null => {
  const digits = callerPhone ?? callerLid
  return digits === null ? null : `${digits}@c.us`
}

function callToWire(row: CallRow): z.infer<typeof callObject> {
  return {
    call_id: row.callId,
    session_id: row.sessionId,
    caller_phone: phoneOf(row.callerPhone),
    caller_chat_id: callerChatIdOf(row),
    is_group: row.waGroupId !== null,
    wa_group_id: row.waGroupId,
    is_video: row.isVideo,
    status: row.status,
    created_at: toTimestamp(row.createdAt),
    updated_at: toTimestamp(row.updatedAt),
  }
}

function toEvent(row: CallRow): CallReceived {
  return {
    tenantId: row.tenantId,
    sessionId: row.sessionId,
    callId: row.callId,
    callerPhone: phoneOf(row.callerPhone),
    callerChatId: callerChatIdOf(row),
    waGroupId: row.waGroupId,
    isVideo: row.isVideo,
    status: row.status,
    at: row.updatedAt.toISOString(),
  }
}

/** Stores calls and publishes them, each change once. Sessions that want none turn them down. */
export async function applyCalls(ctx: Context, updates: readonly CallUpdate[]): Promise<void> {
  for (const update of updates) {
    const row = await storeCall(ctx, update)
    if (row !== undefined && update.status === 'ringing' && !update.isOffline) await refuse(ctx, row)
  }
}

function storeCall(ctx: Context, update: CallUpdate): Promise<CallRow | undefined> {
  return ctx.db.transaction(async (sql) => {
    const row = await upsertCall(sql, {
      tenantId: update.tenantId,
      sessionId: update.sessionId,
      callId: firstCharacters(storableText(update.callId), longestId),
      callerPhone: update.caller.phone,
      callerLid: update.caller.lid,
      waGroupId: update.groupId,
      isVideo: update.isVideo,
      status: update.status,
      createdAt: update.at,
      updatedAt: update.at,
    })
    if (row !== undefined) await ctx.events.publish(sql, callReceived, toEvent(row))
    return row
  })
}

async function refuse(ctx: Context, row: CallRow): Promise<void> {
  const session = await findTenantSession(ctx.db.sql, row.tenantId, row.sessionId)
  const caller = callerChatIdOf(row)
  if (session?.config.reject_calls !== true || caller === null) return
  // WhatsApp is not kept waiting for its own answer: the updates of the call count as acknowledged.
  void ctx.engine
    .rejectCall(row.sessionId, row.callId, caller)
    .then(() => markRejected(ctx, row))
    .catch((err: unknown) => {
      ctx.log.warn({ err, sessionId: row.sessionId }, 'a call could not be turned down')
    })
}

async function markRejected(ctx: Context, row: CallRow): Promise<CallRow> {
  const now = ctx.clock.now()
  const moved = await ctx.db.transaction(async (sql) => {
    const changed = await upsertCall(sql, { ...row, status: 'rejected', updatedAt: now })
    if (changed !== undefined) await ctx.events.publish(sql, callReceived, toEvent(changed))
    return changed
  })
  return moved ?? row
}

/** Turns a ringing call down; 404 for a call the session does not know, 400 for one that is over. */
export async function rejectCall(
  ctx: Context,
  callId: string,
  sessionId: string,
): Promise<z.infer<typeof callObject>> {
  const session = await getSession(ctx, sessionId)
  const call = await findCall(ctx.db.sql, session.tenantId, sessionId, callId)
  if (call === undefined) throw unknownThing('Call')
  await getWorkingSession(ctx, sessionId)
  const caller = callerChatIdOf(call)
  if (call.status !== 'ringing' || caller === null) throw callNotRinging.create()
  await ctx.engine.rejectCall(sessionId, callId, caller)
  return callToWire(await markRejected(ctx, call))
}

/** Calls of the caller's tenant, newest first. */
export async function listTenantCalls(
  ctx: Context,
  input: { session_id?: string | undefined; limit: number; offset: number },
): Promise<z.infer<typeof callListAnswer>> {
  const { session_id: sessionId, limit, offset } = input
  if (sessionId !== undefined) await getSession(ctx, sessionId)
  const rows = await listCalls(ctx.db.sql, tenantOf(ctx), sessionId, limit, offset)
  const total = await countCalls(ctx.db.sql, tenantOf(ctx), sessionId)
  return { calls: rows.map(callToWire), total, limit, offset }
}

/** Removes calls whose time is over. */
export function pruneCalls(ctx: Context): Promise<void> {
  return deleteCallsBefore(ctx.db.sql, new Date(ctx.clock.nowMs() - retentionDays * dayMs))
}
