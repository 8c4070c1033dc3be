import { GraphError, type GraphOperation, type GraphQuery, notifyGraph } from '../graph.ts'
import { channelByInvite, channelsOf, createChannel } from './channels.ts'
import { channelMetadata } from './metadata.ts'
import { type Channel, microseconds } from './model.ts'
import { notifyUpdate } from './notifications.ts'

type Asked = GraphQuery<Variables>
type Variables = {
  newsletter_id?: string
  user_id?: string
  input?: { key?: string; type?: string; name?: string; description?: string | null; picture?: string }
  updates?: { name?: string; description?: string; picture?: string }
}
/** GraphQL operations on channels. */
export const channelOperations: Readonly<Record<string, GraphOperation<Variables>>> = {
  '8823471724422422': { path: 'xwa2_newsletter_create', run: create },
  '24250201037901610': { path: 'xwa2_newsletter_update', run: update },
  '6563316087068696': { path: 'xwa2_newsletter', run: describe },
  '6388546374527196': { path: 'xwa2_newsletter_subscribed', run: listOwn },
  '9783111038412085': {
    path: 'xwa2_newsletter_subscribers',
    run: (asked) => ({ subscribers: runBy(asked).followerCount }),
  },
  '24404358912487870': { path: 'xwa2_newsletter_join_v2', run: follow },
  '9767147403369991': { path: 'xwa2_newsletter_leave_v2', run: unfollow },
  '29766401636284406': { path: 'xwa2_newsletter_mute_v2', run: (asked) => mute(asked, true) },
  '9864994326891137': { path: 'xwa2_newsletter_unmute_v2', run: (asked) => mute(asked, false) },
  '7130823597031706': {
    path: 'xwa2_newsletter_admin',
    run: (asked) => ({ admin_count: channelOf(asked).admins.size + 1 }),
  },
  '7341777602580933': { path: 'xwa2_newsletter_change_owner', run: changeOwner },
  '6551828931592903': { path: 'xwa2_newsletter_demote', run: demote },
  '30062808666639665': { path: 'xwa2_newsletter_delete_v2', run: remove },
}

function channelOf({ query, variables }: Asked): Channel {
  const channel = channelsOf(query.world).get(variables.newsletter_id ?? '')
  if (!channel) throw new GraphError(404, 'Not Found')
  return channel
}

/** The channel, for those who run it. */
function runBy(asked: Asked): Channel {
  const channel = channelOf(asked)
  if (!channel.isRunBy(asked.query.account)) throw new GraphError(403, 'Forbidden')
  return channel
}

function ownedBy(asked: Asked): Channel {
  const channel = channelOf(asked)
  if (channel.owner !== asked.query.account) throw new GraphError(403, 'Forbidden')
  return channel
}

function create({ query, variables }: Asked): object {
  const { name, description, picture } = variables.input ?? {}
  if (!name) throw new GraphError(400, 'Bad Request')
  const channel = createChannel(query.world, query.account, name, description ?? '')
  if (picture) channel.setPicture()
  return channelMetadata(channel, query.account)
}

function describe({ query, variables }: Asked): object {
  const { key = '', type } = variables.input ?? {}
  const { world, account } = query
  const channel = type === 'INVITE' ? channelByInvite(world, key) : channelsOf(world).get(key)
  if (!channel) throw new GraphError(404, 'Not Found')
  return channelMetadata(channel, account)
}

function listOwn({ query: { world, account } }: Asked): object[] {
  const own = [...channelsOf(world).values()].filter((channel) => channel.roleOf(account) !== 'GUEST')
  return own.map((channel) => withoutFollowers(channelMetadata(channel, account)))
}

/** In a list WhatsApp counts nobody's followers: only who asks for one channel learns how many there are. */
function withoutFollowers(metadata: Record<string, unknown>): object {
  const thread = metadata.thread_metadata as Record<string, unknown>
  return { ...metadata, thread_metadata: { ...thread, subscribers_count: '0' } }
}

function update(asked: Asked): object {
  const channel = runBy(asked)
  changeChannel(channel, asked.variables.updates ?? {})
  return channelMetadata(channel, undefined)
}

/** Changes what is given, and notifies everybody. */
export function changeChannel(channel: Channel, changes: NonNullable<Variables['updates']>): void {
  const { name, description, picture } = changes
  if (name) Object.assign(channel, { name, nameChangedAt: microseconds() })
  if (description !== undefined) {
    Object.assign(channel, { description, descriptionChangedAt: microseconds() })
  }
  if (picture) channel.setPicture()
  else if (picture !== undefined) channel.picture = undefined
  notifyUpdate(channel)
}

function follow(asked: Asked): object {
  const channel = channelOf(asked)
  const { account } = asked.query
  if (!channel.isRunBy(account) && !channel.followers.has(account)) {
    channel.followers.set(account, { isMuted: true })
  }
  const metadata = channelMetadata(channel, account)
  notifyGraph([account], 'NotificationNewsletterJoin', { data: { xwa2_notify_newsletter_on_join: metadata } })
  return metadata
}

function unfollow(asked: Asked): object {
  const channel = channelOf(asked)
  const { account } = asked.query
  if (channel.owner === account) throw new GraphError(403, 'Forbidden')
  channel.followers.delete(account)
  channel.admins.delete(account)
  const { id } = channel
  notifyGraph([account], 'NotificationNewsletterLeave', {
    data: { xwa2_notify_newsletter_on_leave: { id, role: 'GUEST' } },
  })
  return { id, state: { type: 'ACTIVE' } }
}

function mute(asked: Asked, isMuted: boolean): object {
  const channel = channelOf(asked)
  const { account } = asked.query
  const following = channel.followers.get(account)
  if (following) following.isMuted = isMuted
  else if (channel.owner === account) channel.isMutedByOwner = isMuted
  else throw new GraphError(403, 'Forbidden')
  const { id } = channel
  notifyGraph([account], 'NotificationNewsletterUserSettingChange', {
    data: { xwa2_notify_newsletter_on_mute_change: { id, mute: isMuted ? 'ON' : 'OFF' } },
  })
  return { id, state: { type: 'ACTIVE' }, viewer_metadata: { mute: isMuted ? 'ON' : 'OFF' } }
}

function changeOwner(asked: Asked): object {
  const channel = ownedBy(asked)
  const next = asked.query.world.find(asked.variables.user_id)
  if (!next || !channel.admins.has(next)) throw new GraphError(404, 'Not Found')
  channel.admins.delete(next)
  channel.admins.add(channel.owner)
  channel.owner = next
  return { id: channel.id }
}

function demote(asked: Asked): object {
  const channel = ownedBy(asked)
  const admin = asked.query.world.find(asked.variables.user_id)
  if (!admin || !channel.admins.delete(admin)) throw new GraphError(404, 'Not Found')
  channel.followers.set(admin, { isMuted: true })
  return { id: channel.id }
}

function remove(asked: Asked): object {
  const channel = ownedBy(asked)
  const { world } = asked.query
  channelsOf(world).delete(channel.id)
  const state = { type: 'DELETED' }
  notifyGraph(channel.audience(), 'NotificationNewsletterStateChange', {
    data: { xwa2_notify_newsletter_on_state_change: { id: channel.id, is_requestor: false, state } },
  })
  return { id: channel.id, state }
}
