import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { scoreByLexicon } from '../../ai/sentiment/score-by-lexicon.service.ts'
import type { MessageChanged } from '../../conversations/messages/message-events.schema.ts'
import { previewOf, storableText } from '../../conversations/messages/message-text.service.ts'
import { deleteReviewsOfMessages, listReviewsOfMessages, replaceText } from './reviews.store.ts'

function byTenant(messages: readonly MessageChanged[]): Map<string, MessageChanged[]> {
  return Map.groupBy(
    messages.filter(({ direction }) => direction === 'inbound'),
    ({ tenantId }) => tenantId,
  )
}

/** What somebody took back is quoted no longer. */
export async function dropTakenBack(sql: Sql, messages: readonly MessageChanged[]): Promise<void> {
  for (const [tenantId, taken] of byTenant(messages))
    await deleteReviewsOfMessages(
      sql,
      tenantId,
      taken.map(({ messageId }) => messageId),
    )
}

/** What somebody says otherwise meanwhile takes the place of the old text, and has to be approved anew. */
export async function followEdits(
  ctx: Context,
  sql: Sql,
  messages: readonly MessageChanged[],
): Promise<void> {
  for (const [tenantId, edited] of byTenant(messages)) {
    const texts = new Map(edited.map(({ messageId, text }) => [messageId, previewOf(storableText(text))]))
    for (const review of await listReviewsOfMessages(sql, tenantId, [...texts.keys()])) {
      const messageText = texts.get(review.messageId) ?? ''
      if (messageText === review.messageText) continue
      const { score, label, confidence } = scoreByLexicon(messageText, review.detectedLanguage)
      await replaceText(sql, {
        id: review.id,
        tenantId,
        messageText,
        sentimentScore: score,
        sentimentLabel: label,
        sentimentConfidence: confidence,
        updatedAt: ctx.clock.now(),
      })
    }
  }
}
