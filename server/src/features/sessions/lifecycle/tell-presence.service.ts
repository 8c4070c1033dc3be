import type { Context } from '../../../context.ts'
import type { PresenceUpdate } from '../../../engine/events.ts'
import { chatPresence } from './session-changes.schema.ts'

/** Tells what somebody is doing in a chat that is looked at; stored nowhere, and lost without harm. */
export function tellPresence(ctx: Context, update: PresenceUpdate): void {
  ctx.events.publish(ctx.db.sql, chatPresence, update).catch((error: unknown) => {
    ctx.log.debug({ err: error, sessionId: update.sessionId }, 'a presence could not be told')
  })
}
