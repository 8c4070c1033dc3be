import type { z } from 'zod'
import type { Context } from '../../../context.ts'
import type { PresenceUpdate } from '../../../engine/events.ts'
import type { ChatId } from '../../../engine/ids.ts'
import { toTimestampOrNull } from '../../../wire.ts'
import { chatPresence } from './session-changes.schema.ts'
import type { contactPresenceAnswer } from './sessions.schema.ts'
import { getWorkingSession } from './sessions.service.ts'

/** Shows the account online or offline; 400 unless the session works. */
export async function setPresence(ctx: Context, id: string, presence: 'online' | 'offline'): Promise<void> {
  await getWorkingSession(ctx, id)
  await ctx.engine.setPresence(id, presence)
}

/** What is known of a contact's presence; subscribes on first use. */
export async function getPresence(
  ctx: Context,
  id: string,
  chatId: ChatId,
): Promise<z.infer<typeof contactPresenceAnswer>> {
  await getWorkingSession(ctx, id)
  const { presence, lastSeenAt } = await ctx.engine.presenceOf(id, chatId)
  return { chat_id: chatId, presence, last_seen_at: toTimestampOrNull(lastSeenAt) }
}

/** Tells what somebody is doing in a chat that is looked at; stored nowhere, and lost without harm. */
export function tellPresence(ctx: Context, update: PresenceUpdate): void {
  ctx.events.publish(ctx.db.sql, chatPresence, update).catch((error: unknown) => {
    ctx.log.debug({ err: error, sessionId: update.sessionId }, 'a presence could not be told')
  })
}
