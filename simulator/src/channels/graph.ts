import { cappingForClient, lockForClient } from '../limits/model.ts'
import { answer, type Query } from '../query.ts'
import { stanza, textOf } from '../stanza.ts'
import { channelByInvite, channelsOf, createChannel } from './channels.ts'
import { channelMetadata } from './metadata.ts'
import { type Channel, microseconds } from './model.ts'
import { notifyGraph, notifyUpdate } from './notifications.ts'

/** A GraphQL query: its variables, and who asks. */
type Asked = { query: Query; variables: Variables }
type Variables = {
  newsletter_id?: string
  user_id?: string
  input?: { key?: string; type?: string; name?: string; description?: string | null }
  updates?: { name?: string; description?: string; picture?: string }
}
type Operation = { path: string; run: (asked: Asked) => unknown }

/** An error of GraphQL. Source: `types/newsletter.go` of whatsmeow; Baileys throws with this code as status. */
class GraphError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** Operations by the ids that Baileys (`QueryIds`) and, for the list, whatsmeow use. */
const operations: Record<string, Operation> = {
  '23983697327930364': {
    path: 'xwa2_fetch_account_reachout_timelock',
    run: ({ query }) => lockForClient(query.world, query.account),
  },
  '24503548349331633': {
    path: 'xwa2_message_capping_info',
    run: ({ query }) => cappingForClient(query.account),
  },
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

/** `iq w:mex`: GraphQL. The key that a client looks for must be there, or it throws. */
export function handleGraphQuery(query: Query): void {
  const operation = operations[query.body?.attrs.query_id ?? '']
  const { variables = {} } = JSON.parse(textOf(query.body) || '{}') as { variables?: Variables }
  answer(query, [
    stanza('result', {}, Buffer.from(JSON.stringify(operation ? run(operation, { query, variables }) : {}))),
  ])
}

function run({ path, run: work }: Operation, asked: Asked): object {
  try {
    return { data: { [path]: work(asked) } }
  } catch (cause) {
    if (!(cause instanceof GraphError)) throw cause
    const extensions = { error_code: cause.code, is_retryable: false, severity: 'CRITICAL' }
    return { data: { [path]: null }, errors: [{ message: cause.message, path: [path], extensions }] }
  }
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
  const { name, description } = variables.input ?? {}
  if (!name) throw new GraphError(400, 'Bad Request')
  const channel = createChannel(query.world, query.account, name, description ?? '')
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
  return own.map((channel) => channelMetadata(channel, account))
}

function update(asked: Asked): object {
  const channel = runBy(asked)
  changeChannel(channel, asked.variables.updates ?? {})
  return channelMetadata(channel, undefined)
}

/** Changes what is given, and tells everybody. */
export function changeChannel(channel: Channel, changes: NonNullable<Variables['updates']>): void {
  const { name, description, picture } = changes
  if (name) Object.assign(channel, { name, nameChangedAt: microseconds() })
  if (description !== undefined) {
    Object.assign(channel, { description, descriptionChangedAt: microseconds() })
  }
  if (picture !== undefined) {
    const id = microseconds()
    channel.picture = picture ? { id, directPath: `/v/newsletter-picture/${id}` } : undefined
  }
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
