import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { contentText, messageTypeOf } from '../../../engine/content.ts'
import type { StatusPost } from '../../../engine/events.ts'
import { phoneOf } from '../../../engine/ids.ts'
import { firstCharacters } from '../../../platform/characters.ts'
import { toTimestamp } from '../../../wire.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { storableText } from '../../conversations/messages/message-text.service.ts'
import { screenContent } from '../../safety/content-policy/content-policy.service.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { failureOf, messageLost } from '../outbox/send-failures.schema.ts'
import {
  audienceLimit,
  nobodyToShow,
  type StatusReceived,
  type sentStatus,
  statusReceived,
} from './status-posts.schema.ts'
import { deletePostsBefore, listAudience, noteStatusPost } from './status-posts.store.ts'

/** A post lives for a day; one that comes again later than this does not. */
const retentionMs = 2 * 86_400_000

function toEvent(post: StatusPost): StatusReceived {
  const { author, content } = post
  return {
    tenantId: post.tenantId,
    sessionId: post.sessionId,
    waMessageId: post.waMessageId,
    authorPhone: phoneOf(author.phone),
    authorChatId: `${author.phone ?? author.lid}@c.us`,
    authorName: author.pushName === null ? null : storableText(author.pushName),
    messageType: messageTypeOf(content),
    text: storableText(contentText(content)),
    hasMedia: 'file' in content,
    at: post.at.toISOString(),
  }
}

/** The author's phone chooses the id; an index takes no text of any length. */
function withStorableId(post: StatusPost): StatusPost {
  return { ...post, waMessageId: firstCharacters(storableText(post.waMessageId), 200) }
}

/** Publishes status posts of others, each once. The post itself is not kept. */
export async function applyStatusPosts(ctx: Context, posts: readonly StatusPost[]): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    const fresh: StatusReceived[] = []
    for (const post of posts.map(withStorableId))
      if (await noteStatusPost(sql, post, ctx.clock.now())) fresh.push(toEvent(post))
    await ctx.events.publishMany(sql, statusReceived, fresh)
  })
}

/** Shows a text as the account's status to the people the session knows, as the content policy leaves it. */
export async function sendStatus(
  ctx: Context,
  sessionId: string,
  text: string,
): Promise<z.infer<typeof sentStatus>> {
  await getWorkingSession(ctx, sessionId)
  const tenantId = tenantOf(ctx)
  const { allowedNumbers } = await getSettings(ctx, tenantId)
  const people = await listAudience(ctx.db.sql, tenantId, sessionId, allowedNumbers, audienceLimit)
  if (people.length === 0) throw nobodyToShow.create()
  const screened = await screenContent(ctx, text, 'person')
  const audience = people.map(({ phone, lid }) => `${phone ?? lid}@c.us`)
  const waMessageId = ctx.engine.newMessageId(sessionId)
  const content = { kind: 'text', text: screened } as const
  const outcome = await ctx.engine.postStatus(sessionId, waMessageId, content, audience)
  if (outcome.kind === 'refused') throw failureOf(outcome.error)
  if (outcome.kind !== 'sent') throw messageLost.create()
  return {
    status: 'sent',
    session_id: sessionId,
    wa_message_id: waMessageId,
    audience_count: audience.length,
    sent_at: toTimestamp(outcome.at),
  }
}

/** Removes the marks of old posts that were published. */
export function pruneStatusPosts(ctx: Context): Promise<void> {
  return deletePostsBefore(ctx.db.sql, new Date(ctx.clock.nowMs() - retentionMs))
}
