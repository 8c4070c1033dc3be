import { type BinaryNode, proto } from 'baileys'
import type { Account } from '../accounts.ts'
import { notifyGraph } from '../graph.ts'
import { seconds, stanza, stanzaId } from '../stanza.ts'
import { type Channel, type ChannelPost, countReactions } from './model.ts'

/**
 * Name or description changed. The service writes `xwa2_notify_newsletter_on_metadata_update`; Baileys makes an
 * event only of `updates`, the form that came before it.
 */
export function notifyUpdate(channel: Channel): void {
  const { id, name, description } = channel
  const thread_metadata = { name: { text: name }, description: { text: description } }
  notifyGraph(channel.audience(), 'NotificationNewsletterUpdate', {
    operation: 'NotificationNewsletterUpdate',
    updates: [{ jid: id, settings: { name, description } }],
    data: { xwa2_notify_newsletter_on_metadata_update: { id, thread_metadata } },
  })
}

/** Numbers of a post as they stand in updates and in lists. Source: `parseNewsletterMessages` of whatsmeow. */
export function postNode(post: ChannelPost, viewer: Account, withContent: boolean): BinaryNode {
  const { id, serverId, at, type, by, viewers, message } = post
  const reactions = [...countReactions(post)].map(([code, count]) => stanza('reaction', { code, count }))
  return stanza(
    'message',
    { id, server_id: serverId, t: at, type, is_sender: by === viewer ? 'true' : undefined },
    [
      ...(withContent && message ? [plaintextNode(message)] : []),
      stanza('views_count', { count: viewers.size }),
      stanza('reactions', {}, reactions),
    ],
  )
}

/**
 * Who watches a channel is notified of reactions and views. `<live_updates>` is what the service sends; the nodes beside
 * it are what Baileys makes events of.
 */
export function notifyLive(channel: Channel, post: ChannelPost, change: BinaryNode): void {
  const now = Date.now()
  for (const [companion, until] of channel.watchers) {
    if (until < now) {
      channel.watchers.delete(companion)
      continue
    }
    const messages = [postNode(post, companion.account, false)]
    const attrs = { from: channel.id, type: 'newsletter', id: stanzaId(), t: seconds() }
    const live = stanza('live_updates', {}, [stanza('messages', { jid: channel.id, t: seconds() }, messages)])
    companion.queue.add(stanza('notification', attrs, [change, live]))
  }
}

/** Posts are not encrypted. Source: `encodeNewsletterMessage` of Baileys. */
export function plaintextNode(message: proto.IMessage): BinaryNode {
  return stanza('plaintext', {}, Buffer.from(proto.Message.encode(message).finish()))
}
