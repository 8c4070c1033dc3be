import type { Context } from '../../context.ts'
import type { ChatId } from '../../engine/ids.ts'

/** Decision 4: as fast as a person types, within what nobody finds odd. */
const msPerCharacter = 40
const leastMs = 600
const mostMs = 4000

/** How long a person would type. */
export function typingMs(text: string): number {
  return Math.min(mostMs, Math.max(leastMs, text.length * msPerCharacter))
}

/** Shows typing for as long as a person would need; nothing when the pace is 0. */
export async function typeLikeAPerson(
  ctx: Context,
  sessionId: string,
  chatId: ChatId,
  text: string,
): Promise<void> {
  const ms = typingMs(text) * ctx.config.pace
  if (ms <= 0) return
  try {
    await ctx.engine.setChatState(sessionId, chatId, 'typing')
  } catch (err) {
    // Not shown: the message itself matters more, and if the connection is gone the hand-over will say so.
    ctx.log.debug({ err, sessionId }, 'typing could not be shown')
  }
  await ctx.clock.sleep(ms)
}
