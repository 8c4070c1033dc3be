import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { AwaitingMessage } from '../../leads/monitoring/analyses.service.ts'
import { captureSpoken, type Spoken } from '../../leads/monitoring/capture-spoken.service.ts'
import { findSpokenText } from '../transcripts/transcripts.service.ts'

/** Tells monitoring what was said in voice messages, in the transaction that stores it. */
export async function hearTranscripts(
  ctx: Context,
  sql: Sql,
  ready: readonly { messageId: string }[],
): Promise<void> {
  const spoken: Spoken[] = []
  for (const { messageId } of ready) {
    const text = (await findSpokenText(ctx, sql, tenantOf(ctx), messageId))?.text.trim() ?? ''
    if (text !== '') spoken.push({ messageId, text })
  }
  await captureSpoken(ctx, sql, spoken)
}

/** Messages with their words: of a sound what was written down, and none where nothing was. */
export async function withWords(
  ctx: Context,
  messages: readonly AwaitingMessage[],
): Promise<AwaitingMessage[]> {
  const worded: AwaitingMessage[] = []
  for (const message of messages) {
    const { text, messageId } = message
    const spoken =
      text.trim() === '' ? await findSpokenText(ctx, ctx.db.sql, tenantOf(ctx), messageId) : undefined
    worded.push({ ...message, text: spoken?.text ?? text })
  }
  return worded
}
