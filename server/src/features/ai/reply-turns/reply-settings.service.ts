import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestampOrNull } from '../../../wire.ts'
import { defineCache, publishChange } from '../../account/tenants/changes.service.ts'
import type { ChatRef } from '../../conversations/chats/chats.service.ts'
import { getLabel } from '../../conversations/labels/labels.service.ts'
import { getChat } from '../../conversations/messages/messages.service.ts'
import { getSession } from '../../sessions/lifecycle/sessions.service.ts'
import { requireStyleProfile } from '../style/style.service.ts'
import {
  type changeReplyChatBody,
  type changeReplySettingsBody,
  handedOver,
  type ReplySettings,
  type replyChatSchema,
  replyDefaults,
} from './reply-turns.schema.ts'
import * as store from './reply-turns.store.ts'
import type { ReplyChatRow } from './reply-turns.tables.ts'

const hourMs = 3_600_000

/** What every message of a session asks for. */
export interface AnsweringSession {
  tenantId: string
  settings: ReplySettings
  hasOwnModes: boolean
  ownChatId: string | null
}

/** Stored settings with the defaults; what an older version kept and this one does not know is left out. */
export function readSettings(stored: Record<string, unknown>): ReplySettings {
  const known = Object.entries(stored).filter(([name]) => name in replyDefaults)
  return { ...replyDefaults, ...Object.fromEntries(known) }
}

const sessions = defineCache<AnsweringSession>({
  max: 10_000,
  maxAgeMs: 60_000,
  subjectsOf: ({ tenantId }) => [`tenant:${tenantId}`],
  async load(_ctx, sql, key) {
    const [tenantId = '', sessionId = ''] = key.split(' ')
    const stored = await store.findSettings(sql, tenantId, sessionId)
    if (stored === undefined) return undefined
    const ownChatId = stored.phone === null ? null : `${stored.phone}@c.us`
    return { tenantId, settings: readSettings(stored.settings), hasOwnModes: stored.hasOwnModes, ownChatId }
  },
})

/** How a session answers, from memory; for handlers, within a transaction that does not change it. */
export function getAnsweringSession(
  ctx: Context,
  sql: Sql,
  sessionId: string,
): Promise<AnsweringSession | undefined> {
  return sessions.getWithin(ctx, `${tenantOf(ctx)} ${sessionId}`, sql)
}

/** Settings of a session of the caller's tenant. */
export async function getReplySettings(
  ctx: Context,
  sessionId: string,
  sql: Sql = ctx.db.sql,
): Promise<ReplySettings> {
  const stored = await store.findSettings(sql, tenantOf(ctx), sessionId)
  if (stored === undefined) throw unknownThing('Session')
  return readSettings(stored.settings)
}

/** Changes settings of a session; what is not given stays. */
export async function changeReplySettings(
  ctx: Context,
  sessionId: string,
  changes: z.output<typeof changeReplySettingsBody>,
): Promise<ReplySettings> {
  const tenantId = tenantOf(ctx)
  await getSession(ctx, sessionId)
  const { hand_over_label_id: labelId, profile_id: profileId } = changes
  if (labelId) await getLabel(ctx, labelId)
  if (profileId) await requireStyleProfile(ctx, profileId)
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  return ctx.db.transaction(async (sql) => {
    const settings = { ...(await store.lockSettings(sql, tenantId, sessionId)), ...given }
    await store.saveSettings(sql, { sessionId, tenantId, settings, updatedAt: ctx.clock.now() })
    await publishChange(ctx, sql, [`tenant:${tenantId}`])
    return readSettings(settings)
  })
}

const noState: Pick<
  ReplyChatRow,
  'mode' | 'pausedUntil' | 'handedOverAt' | 'answers' | 'day' | 'outcome' | 'reason' | 'outcomeAt'
> = {
  mode: null,
  pausedUntil: null,
  handedOverAt: null,
  answers: 0,
  day: null,
  outcome: null,
  reason: null,
  outcomeAt: null,
}

async function chatToWire(ctx: Context, chat: ChatRef): Promise<z.output<typeof replyChatSchema>> {
  const tenantId = tenantOf(ctx)
  const settings = await getReplySettings(ctx, chat.sessionId)
  const state = (await store.findState(ctx.db.sql, tenantId, chat.id)) ?? noState
  const now = ctx.clock.now()
  const isPaused = state.pausedUntil !== null && state.pausedUntil > now
  return {
    session_id: chat.sessionId,
    chat_id: chat.id,
    wa_chat_id: chat.waChatId,
    mode: state.mode,
    effective_mode: state.mode ?? settings.mode,
    paused_until: toTimestampOrNull(isPaused ? state.pausedUntil : null),
    handed_over_at: toTimestampOrNull(state.handedOverAt),
    answers_today: state.day === now.toISOString().slice(0, 10) ? state.answers : 0,
    last_outcome: state.outcome,
    last_reason: state.reason,
    last_outcome_at: toTimestampOrNull(state.outcomeAt),
  }
}

/** Where a chat of the caller's tenant stands. */
export async function getReplyChat(ctx: Context, sessionId: string, name: string) {
  await getSession(ctx, sessionId)
  return chatToWire(ctx, await getChat(ctx, sessionId, name))
}

/** Changes where a chat stands: its own mode, and who answers it. */
export async function changeReplyChat(
  ctx: Context,
  sessionId: string,
  name: string,
  { mode, handled_by: by, paused_until: until }: z.output<typeof changeReplyChatBody>,
) {
  const tenantId = tenantOf(ctx)
  await getSession(ctx, sessionId)
  const chat = await getChat(ctx, sessionId, name)
  const settings = await getReplySettings(ctx, sessionId)
  const now = ctx.clock.now()
  await ctx.db.transaction(async (sql) => {
    await store.holdChats(sql, [{ chatId: chat.id, tenantId, sessionId }], now)
    if (mode !== undefined) await store.setOwnMode(sql, tenantId, chat.id, mode)
    if (by === 'auto') {
      const fresh = { latencies: [], repeats: 0, turns: 0 }
      await store.updateState(sql, tenantId, chat.id, { pausedUntil: null, resumedAt: now, ...fresh })
    }
    if (by === 'person') {
      const pausedUntil = until ?? new Date(now.getTime() + settings.hand_over_hours * hourMs)
      await store.updateState(sql, tenantId, chat.id, { pausedUntil, handedOverAt: now })
      await ctx.events.publish(sql, handedOver, {
        tenantId,
        sessionId,
        chatId: chat.waChatId,
        reason: 'person',
        until: pausedUntil.toISOString(),
      })
    }
    await publishChange(ctx, sql, [`tenant:${tenantId}`])
  })
  return chatToWire(ctx, chat)
}
