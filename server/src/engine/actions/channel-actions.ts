import { AppError } from '../../platform/errors.ts'
import { toStorable } from '../../platform/storable-text.ts'
import type { ChannelActions, ChannelInfo } from '../channels.ts'
import { channelNotFound, notChannelAdmin, whatsappRefused } from '../engine-errors.ts'
import { ask, type Refusals, translating } from '../library/ask.ts'
import { childOf, textOf } from '../library/binary-nodes.ts'
import { QueryIds } from '../library/library.ts'
import type { Connection } from '../session/connection.ts'
import type { RequireOpen } from './group-actions.ts'

/** Codes that GraphQL errors carry (`error_code` in `types/newsletter.go` of whatsmeow). */
const refusals: Refusals = { 403: notChannelAdmin, 404: channelNotFound, 410: channelNotFound }
/** The channels of an account; the library has no name for it (`querySubscribedNewsletters` of whatsmeow). */
const subscribedQuery = '6388546374527196'

/** Channels over `w:mex`, WhatsApp's GraphQL. */
export function createChannelActions(open: RequireOpen): ChannelActions {
  const change = async (sessionId: string, queryId: string, chatId: string): Promise<void> => {
    await askGraph(open(sessionId), queryId, { newsletter_id: chatId })
  }
  return {
    async create(sessionId, { name, description, picture }) {
      const input = { name, description: description ?? null, ...(picture !== undefined && { picture }) }
      return readChannel(await askGraph(open(sessionId), QueryIds.CREATE, { input }))
    },
    get: (sessionId, channel) => describe(open(sessionId), channel),
    async list(sessionId) {
      const found = await askGraph(open(sessionId), subscribedQuery, {})
      return Array.isArray(found) ? found.map((channel) => readChannel(channel)) : []
    },
    async update(sessionId, chatId, changes) {
      const connection = open(sessionId)
      const variables = { newsletter_id: chatId, updates: { ...changes, settings: null } }
      await askGraph(connection, QueryIds.UPDATE_METADATA, variables)
      return describe(connection, { chatId })
    },
    async follow(sessionId, chatId) {
      await change(sessionId, QueryIds.FOLLOW, chatId)
      // Posts come by themselves; reactions and views only for as long as somebody asks for them.
    },
    unfollow: (sessionId, chatId) => change(sessionId, QueryIds.UNFOLLOW, chatId),
    mute: (sessionId, chatId, isMuted) =>
      change(sessionId, isMuted ? QueryIds.MUTE : QueryIds.UNMUTE, chatId),
    delete: (sessionId, chatId) => change(sessionId, QueryIds.DELETE, chatId),
  }
}

async function describe(
  connection: Connection,
  channel: { chatId: string } | { inviteCode: string },
): Promise<ChannelInfo> {
  const [type, key] = 'chatId' in channel ? ['JID', channel.chatId] : ['INVITE', channel.inviteCode]
  const wanted = { fetch_creation_time: true, fetch_full_image: true, fetch_viewer_metadata: true }
  const found = await askGraph(connection, QueryIds.METADATA, { ...wanted, input: { key, type } })
  if (found === null) throw new AppError(channelNotFound)
  return readChannel(found)
}

/** One GraphQL query; its one result under whatever path (`executeWMexQuery` of Baileys 7). */
async function askGraph(connection: Connection, queryId: string, variables: object): Promise<unknown> {
  const content = Buffer.from(JSON.stringify({ variables }), 'utf8')
  const attrs = { type: 'get', to: '@s.whatsapp.net', xmlns: 'w:mex' }
  const query = { tag: 'query', attrs: { query_id: queryId }, content }
  const answer = await ask(connection.socket, { tag: 'iq', attrs, content: [query] }, refusals)
  return translating(async () => readAnswer(textOf(childOf(answer, 'result'))), refusals)
}

interface GraphAnswer {
  data?: Record<string, unknown> | null
  errors?: { message?: string; extensions?: { error_code?: number } }[]
}

function readAnswer(text: string | undefined): unknown {
  let parsed: GraphAnswer
  try {
    parsed = JSON.parse(text ?? '') as GraphAnswer
  } catch (cause) {
    throw new AppError(whatsappRefused, { cause })
  }
  const [error] = parsed.errors ?? []
  if (error !== undefined) {
    throw Object.assign(new Error(error.message ?? 'refused'), { data: error.extensions?.error_code })
  }
  const [value = null] = Object.values(parsed.data ?? {})
  return value
}

interface RawChannel {
  id?: string
  state?: { type?: string }
  thread_metadata?: {
    name?: { text?: string } | null
    description?: { text?: string } | null
    invite?: string
    subscribers_count?: string
    creation_time?: string
    verification?: string
  }
  viewer_metadata?: { role?: string; mute?: string } | null
}

const goneStates: ReadonlySet<string> = new Set(['NON_EXISTING', 'DELETED'])
const roles: Record<string, ChannelInfo['role']> = { OWNER: 'owner', ADMIN: 'admin', SUBSCRIBER: 'follower' }

/**
 * Source: `NewsletterMetadata` in `types/newsletter.go` of whatsmeow. Of a channel that was made a moment ago much is
 * null: whatever is missing, its id must come through, since WhatsApp has made it.
 */
export function readChannel(raw: unknown): ChannelInfo {
  const { id, state, thread_metadata: thread, viewer_metadata: viewer } = (raw ?? {}) as RawChannel
  if (id === undefined || goneStates.has(state?.type ?? '')) throw new AppError(channelNotFound)
  const seconds = Number(thread?.creation_time)
  return {
    chatId: id,
    name: toStorable(thread?.name?.text ?? ''),
    description: toStorable(thread?.description?.text ?? '') || null,
    followerCount: Number(thread?.subscribers_count ?? 0) || 0,
    inviteCode: thread?.invite ?? null,
    role: roles[viewer?.role?.toUpperCase() ?? ''] ?? 'guest',
    isVerified: thread?.verification?.toUpperCase() === 'VERIFIED',
    isMuted: viewer?.mute?.toUpperCase() === 'ON',
    createdAt: seconds > 0 ? new Date(seconds * 1000) : null,
  }
}
