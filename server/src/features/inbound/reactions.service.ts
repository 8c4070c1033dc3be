import type { InboundMessage } from '../../engine/events.ts'
import type { Sql } from '../../platform/database.ts'
import { toTimestamp } from '../../wire.ts'
import type { ResolvedPlace } from '../chats/chats.service.ts'
import { waChatIdOf } from '../contacts/contacts.service.ts'
import { storableText } from '../messages/message-text.service.ts'
import type { ArrivedRow } from './inbound.store.ts'
import { listTargets, replaceReaction, setReplyTo } from './targets.store.ts'

/** A stored message that may be a reaction. */
export interface ArrivedReaction {
  message: InboundMessage
  resolved: ResolvedPlace
  row: ArrivedRow
}

/** Longer than any emoji with its modifiers: what a stranger sends beyond it is no reaction. */
const longestEmoji = 64

/**
 * Puts reactions on the messages they are on: one per person, and an empty one takes it back. Answers our ids of the
 * targets by the ids of the reactions.
 */
export async function applyReactions(
  sql: Sql,
  arrivals: readonly ArrivedReaction[],
): Promise<ReadonlyMap<string, string>> {
  const targets = new Map<string, string>()
  for (const { message, resolved, row } of arrivals) {
    const { content, tenantId, sessionId, isFromMe } = message
    if (content.kind !== 'reaction') continue
    const place = { tenantId, sessionId, ...content.target }
    const [target] = await listTargets(sql, place, { id: resolved.chat.id })
    if (target === undefined) continue
    targets.set(row.id, target.id)
    await setReplyTo(sql, tenantId, row.id, target.id)
    const author =
      isFromMe || resolved.contact === null ? `${target.ownPhone}@c.us` : waChatIdOf(resolved.contact)
    await replaceReaction(sql, tenantId, target.id, {
      emoji: storableText(content.emoji).slice(0, longestEmoji),
      from: author,
      at: toTimestamp(message.waTimestamp),
      by: row.sender_contact_id,
    })
  }
  return targets
}
