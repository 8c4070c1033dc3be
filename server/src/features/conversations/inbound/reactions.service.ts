import type { Context } from '../../../context.ts'
import type { InboundMessage } from '../../../engine/events.ts'
import { firstCharacters } from '../../../platform/characters.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { ResolvedChat } from '../chats/chats.service.ts'
import { waChatIdOf } from '../contacts/contacts.service.ts'
import { storableText } from '../messages/message-text.service.ts'
import { type DeferredUpdate, deferUpdates } from './deferred-updates.service.ts'
import type { ArrivedRow } from './inbound.store.ts'
import { listTargets, replaceReaction, setReplyTo, type TargetRow } from './targets.store.ts'

/** A reaction that may have to wait for its target. */
export type DeferredReaction = Extract<DeferredUpdate, { kind: 'reaction' }>

/** A stored message that may be a reaction. */
export interface ArrivedReaction {
  message: InboundMessage
  resolved: ResolvedChat
  row: ArrivedRow
}

/** Longer than any emoji with its modifiers: what a stranger sends beyond it is no reaction. */
const longestEmoji = 64

/**
 * Puts reactions on the messages they are on: one per person, and an empty one takes it back. Answers our ids of the
 * targets by the ids of the reactions.
 */
export async function applyReactions(
  ctx: Context,
  sql: Sql,
  arrivals: readonly ArrivedReaction[],
): Promise<ReadonlyMap<string, string>> {
  const targets = new Map<string, string>()
  for (const { message, resolved, row } of arrivals) {
    const { content, tenantId, sessionId, isFromMe } = message
    if (content.kind !== 'reaction') continue
    const ref = { tenantId, sessionId, ...content.target }
    const [target] = await listTargets(sql, ref, { id: resolved.chat.id })
    const reaction: DeferredReaction = {
      kind: 'reaction',
      messageId: row.id,
      emoji: firstCharacters(storableText(content.emoji), longestEmoji),
      from: isFromMe || resolved.contact === null ? '' : waChatIdOf(resolved.contact),
      by: row.sender_contact_id,
      at: message.waTimestamp.toISOString(),
    }
    if (target === undefined) {
      await deferUpdates(ctx, sql, [{ ...ref, deferred: reaction }])
      continue
    }
    targets.set(row.id, target.id)
    await putReaction(sql, target, reaction)
  }
  return targets
}

/** Puts a stored reaction on its target; an author without an address is the account itself. */
export async function putReaction(sql: Sql, target: TargetRow, reaction: DeferredReaction): Promise<void> {
  const { messageId, emoji, by, at } = reaction
  await setReplyTo(sql, target.tenantId, messageId, target.id)
  const from = reaction.from === '' ? `${target.ownPhone}@c.us` : reaction.from
  await replaceReaction(sql, target.tenantId, target.id, { emoji, from, at, by })
}
