import { type BinaryNode, normalizeMessageContent, proto } from 'baileys'
import type { Account, Companion } from '../accounts.ts'
import { describeMessage } from '../content/describe.ts'
import { seconds, stanza } from '../stanza.ts'
import type { World } from '../world.ts'
import type { Channel, ChannelPost } from './model.ts'
import { notifyLive, plaintextNode } from './notifications.ts'

/** What is written into a channel, by whom and on which device. */
export type Publication = {
  id: string
  by: Account
  type: string
  message: proto.IMessage
  /** The linked device that wrote it, which needs no copy. */
  device?: Companion | undefined
  /** Whether clients get a change as the service sends it: see {@link changeStanza}. */
  isAsService?: boolean | undefined
}

/** Publishes a post, an edit or a revocation: every follower's phone and linked devices get it. */
export function publish(world: World, channel: Channel, publication: Publication): ChannelPost {
  const { id, by, type, message, device } = publication
  const post = changedPost(channel, message) ?? channel.add({ id, by, type, message })
  for (const reader of channel.audience()) {
    show(world, channel, publication, reader)
    for (const companion of reader.companions.values()) {
      if (companion === device) continue
      const attrs = {
        from: channel.id,
        id,
        type,
        t: seconds(),
        server_id: post.serverId,
        is_sender: reader === by ? 'true' : undefined,
      }
      const isChange = post.id !== id && publication.isAsService
      companion.queue.add(
        isChange ? changeStanza(post, attrs) : stanza('message', attrs, [plaintextNode(message)]),
      )
    }
  }
  return post
}

/**
 * An edit or a deletion as the service sends it: under the id of the post, with nothing but the new content in it,
 * or none. Source: `NewsletterMessageMeta` and `EditAttribute` of whatsmeow. Baileys drops the attribute and the
 * times, so that it shows an edit as the same message again and a deletion as one it cannot read.
 */
function changeStanza(post: ChannelPost, attrs: Record<string, string | number | undefined>): BinaryNode {
  const { id, at, message } = post
  const edit = message ? '3' : '8'
  const times = stanza('meta', { msg_edit_t: Date.now(), original_msg_t: at })
  const content = message ? plaintextNode(message) : stanza('plaintext')
  return stanza('message', { ...attrs, id, edit }, [times, content])
}

/** An edit or a revocation changes the post it names; anything else is a new one. */
function changedPost(channel: Channel, message: proto.IMessage): ChannelPost | undefined {
  const change = (normalizeMessageContent(message) ?? message).protocolMessage
  const { Type } = proto.Message.ProtocolMessage
  const post = channel.post(change?.key?.id ?? undefined)
  if (!change || !post) return undefined
  if (change.type === Type.REVOKE) post.message = undefined
  else if (change.type === Type.MESSAGE_EDIT && change.editedMessage) {
    post.message = change.editedMessage
    post.isEdited = true
  }
  return post
}

/** Phones show who wrote nowhere: a post comes from the channel. */
function show(world: World, channel: Channel, { id, by, message }: Publication, reader: Account): void {
  reader.show({
    id,
    from: channel.id,
    chat: channel.id,
    ...describeMessage(world, message),
    ...(reader === by && { fromMe: true as const }),
    receivedAt: new Date().toISOString(),
  })
}

/** Somebody reacts to a post; an empty emoji takes the reaction back. */
export function reactToPost(channel: Channel, post: ChannelPost, by: Account, emoji: string): void {
  channel.react(post, by, emoji)
  const code = stanza('reaction', {}, Buffer.from(emoji))
  notifyLive(channel, post, stanza('reaction', { message_id: post.serverId }, [code]))
}

/** Somebody saw a post. */
export function viewPost(channel: Channel, post: ChannelPost, by: Account): void {
  if (post.viewers.has(by)) return
  post.viewers.add(by)
  const count = Buffer.from(String(post.viewers.size))
  notifyLive(channel, post, stanza('view', { message_id: post.serverId }, count))
}
