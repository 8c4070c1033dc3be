import type { BaileysEventMap } from 'baileys'
import type { StatusPost } from '../events.ts'
import { cleanOrNull, dateOfSeconds } from '../inbound/clean.ts'
import type { Arrival } from '../inbound/inbox.ts'
import { parseContent } from '../inbound/parse-content.ts'
import { messageContent } from '../inbound/parse-message.ts'
import { personOf } from '../library/jids.ts'
import { proto } from '../library/library.ts'
import type { UpdateContext } from './update-context.ts'

/** The chat of all status posts. */
export const statusChat = 'status@broadcast'

/** Status posts of others among messages that arrived. */
export async function readStatusPosts(
  { messages }: Pick<BaileysEventMap['messages.upsert'], 'messages'>,
  { tenantId, sessionId, addresses }: UpdateContext,
): Promise<Arrival> {
  const posts: StatusPost[] = []
  for (const { key, message, pushName, messageTimestamp } of messages) {
    if (key.remoteJid !== statusChat || key.fromMe === true || !key.id) continue
    const content = messageContent(message)
    const parsed = parseContent(content)
    if (parsed === undefined || content === undefined) continue
    const named = personOf([key.participant, key.participantAlt], cleanOrNull(pushName))
    if (named.phone === null && named.lid === null) continue
    const author = await addresses.complete(named)
    await addresses.chatIdOf(author)
    posts.push({
      tenantId,
      sessionId,
      waMessageId: key.id,
      author,
      content: parsed.content,
      at: dateOfSeconds(messageTimestamp),
      proto: proto.Message.encode(content).finish(),
    })
  }
  return { posts }
}
