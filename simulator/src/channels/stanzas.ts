import { type BinaryNode, proto } from 'baileys'
import type { Connection } from '../connection.ts'
import { faultsOf } from '../faults/model.ts'
import { answer, type Query, refuse } from '../query.ts'
import { bytesOf, child, children, messageId, seconds, stanza } from '../stanza.ts'
import type { World } from '../world.ts'
import { channelByInvite, channelsOf } from './channels.ts'
import type { Channel, ChannelPost } from './model.ts'
import { postNode } from './notifications.ts'
import { publish, reactToPost, viewPost } from './posts.ts'

const liveSeconds = 300
const forbidden = 403
const notFound = 404

/** Whether a stanza is addressed to a channel. */
export const isForChannel = ({ attrs }: BinaryNode): boolean => attrs.to?.endsWith('@newsletter') ?? false

/** A client writes into a channel or reacts to a post; the server acknowledges it with the number of the post. */
export function receivePost(world: World, connection: Connection, node: BinaryNode): void {
  const { account, companion } = connection
  const { id, to, type = 'text' } = node.attrs
  if (!account || !companion || !id) return
  const channel = channelsOf(world).get(to ?? '')
  const acknowledge = (attributes: { error?: number | undefined; server_id?: number | undefined }) =>
    connection.send(stanza('ack', { class: 'message', id, from: to, t: seconds(), ...attributes }))
  const fault = faultsOf(world).take('ack_error', account.phone, to)
  if (fault) return acknowledge({ error: fault.code ?? 500 })
  if (!channel) return acknowledge({ error: notFound })
  const reaction = child(node, 'reaction')
  if (reaction) {
    const post = channel.post(node.attrs.server_id)
    const isGuest = channel.roleOf(account) === 'GUEST'
    if (!post || isGuest) return acknowledge({ error: post ? forbidden : notFound })
    acknowledge({ server_id: post.serverId })
    return reactToPost(channel, post, account, reaction.attrs.code ?? '')
  }
  if (!channel.isRunBy(account)) return acknowledge({ error: forbidden })
  world.counters.messages++
  const change = changeOf(node)
  if (change && !channel.post(id)) return acknowledge({ error: notFound })
  const message = change ?? proto.Message.decode(bytesOf(child(node, 'plaintext')))
  const own = { by: account, type, message, device: companion }
  const post = publish(world, channel, { id: change ? messageId() : id, ...own })
  acknowledge({ server_id: post.serverId })
}

/** An edit or a deletion under the id of the post itself, as official clients send them (`sendNewsletter` of whatsmeow). */
function changeOf(node: BinaryNode): proto.IMessage | undefined {
  const { id = '', to = '', edit } = node.attrs
  const { Type } = proto.Message.ProtocolMessage
  const key = { remoteJid: to, fromMe: true, id }
  if (edit === '8') return { protocolMessage: { type: Type.REVOKE, key } }
  if (edit !== '3') return undefined
  const editedMessage = proto.Message.decode(bytesOf(child(node, 'plaintext')))
  return { protocolMessage: { type: Type.MESSAGE_EDIT, key, editedMessage } }
}

/** A client saw posts (`view`) or read them. Source: `NewsletterMarkViewed` of whatsmeow. */
export function receiveView(world: World, connection: Connection, node: BinaryNode): void {
  const { account, companion } = connection
  const { id, to, type } = node.attrs
  const channel = channelsOf(world).get(to ?? '')
  if (!account || !companion || !id) return
  connection.send(stanza('ack', { class: 'receipt', id, from: to, type }))
  const items = children(child(node, 'list'), 'item').map(({ attrs }) => attrs.server_id ?? attrs.id ?? '')
  if (!channel || type !== 'view') return
  for (const item of items) {
    const post = channel.post(item)
    if (post) viewPost(channel, post, account)
  }
}

/** `iq newsletter`: posts of a channel, their numbers, and watching them. */
export function handleChannel(query: Query): void {
  const { world, node, companion, body } = query
  const channel = channelsOf(world).get(body?.attrs.jid ?? node.attrs.to ?? '') ?? byInvite(query)
  if (!body || !channel) {
    refuse(query, notFound, 'item-not-found')
    return
  }
  switch (body.tag) {
    case 'live_updates':
      channel.watchers.set(companion, Date.now() + liveSeconds * 1000)
      answer(query, [stanza('live_updates', { duration: liveSeconds })])
      break
    case 'message_updates':
      answer(query, [stanza('message_updates', {}, [listNode(channel, query, false)])])
      break
    case 'messages':
      answer(query, [listNode(channel, query, true)])
      break
    default:
      refuse(query, 501, 'feature-not-implemented')
  }
}

function byInvite({ world, body }: Query): Channel | undefined {
  return body?.attrs.type === 'invite' ? channelByInvite(world, body.attrs.key ?? '') : undefined
}

/** Source: `GetNewsletterMessages` and `GetNewsletterMessageUpdates` of whatsmeow; only the first has contents. */
function listNode(channel: Channel, { account, body }: Query, withContent: boolean): BinaryNode {
  const posts = selectPosts(channel, body).map((post) => postNode(post, account, withContent))
  return stanza('messages', { jid: channel.id, t: seconds() }, posts)
}

/** The newest posts that are asked for, oldest first. */
function selectPosts({ posts }: Channel, body: BinaryNode | undefined): ChannelPost[] {
  const { count = '50', since = '0', after = '0', before } = body?.attrs ?? {}
  const fitting = posts.filter(
    ({ at, serverId }) =>
      Number(at) >= Number(since) && serverId > Number(after) && serverId < Number(before ?? Infinity),
  )
  return fitting.slice(-Number(count))
}
