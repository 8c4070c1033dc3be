import type { BinaryNode } from 'baileys'
import { AppError } from '../../platform/errors.ts'
import {
  inviteNotFound,
  notGroupAdmin,
  notInGroup,
  waGroupNotFound,
  whatsappRefused,
} from '../engine-errors.ts'
import type { GroupActions, GroupInfo, JoinRequest, ParticipantResult } from '../groups.ts'
import type { ChatId } from '../ids.ts'
import { ask, type Refusals, translating } from '../library/ask.ts'
import { childOf, childrenOf } from '../library/binary-nodes.ts'
import { personOf } from '../library/jids.ts'
import { generateMessageIDV2 } from '../library/library.ts'
import type { Connection } from '../session/connection.ts'
import { convertGroup } from '../updates/group-info.ts'
import { nameParticipants, participantNodes, readResults } from '../updates/group-participants.ts'
import { changeGroupSettings } from './group-settings.ts'

/** The open connection of a session; throws when there is none. */
export type RequireOpen = (sessionId: string) => Connection

/** What WhatsApp's codes mean when a group is read and when it is changed. */
const readRefusals: Refusals = {
  401: notInGroup,
  403: notInGroup,
  404: waGroupNotFound,
  406: waGroupNotFound,
}
const changeRefusals: Refusals = { 401: notGroupAdmin, 403: notGroupAdmin, 404: waGroupNotFound }
/** 410 is a revoked link, 406 a malformed one (`groups.go` of whatsmeow). */
const inviteRefusals: Refusals = {
  401: notInGroup,
  404: inviteNotFound,
  406: inviteNotFound,
  410: inviteNotFound,
}

/** Groups on the library's socket. */
export function createGroupActions(open: RequireOpen): GroupActions {
  return {
    async list(sessionId) {
      const connection = open(sessionId)
      const all = await translating(() => connection.socket.groupFetchAllParticipating(), readRefusals)
      return Promise.all(Object.values(all).map((group) => describe(connection, group)))
    },
    get: (sessionId, chatId) => getGroup(open(sessionId), chatId),
    create: (sessionId, subject, participants) => createGroup(open(sessionId), subject, participants),
    changeParticipants: (sessionId, chatId, action, participants) =>
      changeParticipants(open(sessionId), chatId, action, participants),
    async changeSettings(sessionId, chatId, settings) {
      const connection = open(sessionId)
      await changeGroupSettings(connection, chatId, settings, changeRefusals)
      connection.groups.invalidate(chatId)
      return getGroup(connection, chatId)
    },
    async inviteCode(sessionId, chatId, options) {
      const type = options?.revoke === true ? 'set' : 'get'
      const answer = await askGroup(open(sessionId), chatId, type, { tag: 'invite', attrs: {} })
      const code = childOf(answer, 'invite')?.attrs.code
      if (code === undefined) throw new AppError(whatsappRefused)
      return code
    },
    async inviteInfo(sessionId, code) {
      const connection = open(sessionId)
      const group = await translating(() => connection.socket.groupGetInviteInfo(code), inviteRefusals)
      const { chatId, subject, description } = await describe(connection, group)
      return { chatId, subject, description, memberCount: group.size ?? group.participants.length }
    },
    acceptInvite: (sessionId, code) => acceptInvite(open(sessionId), code),
    joinRequests: (sessionId, chatId) => listJoinRequests(open(sessionId), chatId),
    async decideJoinRequests(sessionId, chatId, decision, participants) {
      const connection = open(sessionId)
      const wanted = await nameParticipants(participants, undefined, connection.addresses)
      const action = { tag: decision, attrs: {}, content: wanted.map(({ jid }) => participant(jid)) }
      const answer = await askGroup(connection, chatId, 'set', {
        tag: 'membership_requests_action',
        attrs: {},
        content: [action],
      })
      const answered = participantNodes(answer, 'membership_requests_action', decision)
      return readResults(answered, wanted, decision)
    },
    async leave(sessionId, chatId) {
      const connection = open(sessionId)
      const content = [{ tag: 'group', attrs: { id: chatId } }]
      const leaving = { tag: 'leave', attrs: {}, content }
      const refusals = { 401: notInGroup, 403: notInGroup, 404: waGroupNotFound }
      await askGroup(connection, '@g.us', 'set', leaving, refusals)
      connection.groups.invalidate(chatId)
    },
  }
}

/** One question about a group (source: `groupQuery` of Baileys 7, whose wrappers take silence for success). */
function askGroup(
  connection: Connection,
  to: ChatId,
  type: 'get' | 'set',
  content: BinaryNode,
  refusals: Refusals = changeRefusals,
): Promise<BinaryNode> {
  const node = { tag: 'iq', attrs: { type, xmlns: 'w:g2', to }, content: [content] }
  return ask(connection.socket, node, refusals)
}

function describe(connection: Connection, group: Parameters<typeof convertGroup>[0]): Promise<GroupInfo> {
  return convertGroup(group, connection.recipient().me, connection.addresses)
}

async function getGroup(connection: Connection, chatId: ChatId): Promise<GroupInfo> {
  const group = await translating(() => connection.groups.get(chatId), readRefusals)
  return describe(connection, group)
}

async function createGroup(
  connection: Connection,
  subject: string,
  participants: readonly ChatId[],
): Promise<{ group: GroupInfo; results: ParticipantResult[] }> {
  const wanted = await nameParticipants(participants, undefined, connection.addresses)
  const answer = await askGroup(connection, '@g.us', 'set', {
    tag: 'create',
    attrs: { subject, key: generateMessageIDV2() },
    content: wanted.map(({ jid }) => participant(jid)),
  })
  const created = childOf(answer, 'group')
  const id = created?.attrs.id
  if (id === undefined) throw new AppError(whatsappRefused)
  const chatId = id.includes('@') ? id : `${id}@g.us`
  const results = readResults(childrenOf(created, 'participant'), wanted, 'add')
  connection.groups.invalidate(chatId)
  return { group: await getGroup(connection, chatId), results }
}

async function changeParticipants(
  connection: Connection,
  chatId: ChatId,
  action: 'add' | 'remove' | 'promote' | 'demote',
  participants: readonly ChatId[],
): Promise<ParticipantResult[]> {
  const group = await translating(() => connection.groups.get(chatId), readRefusals)
  const wanted = await nameParticipants(participants, group, connection.addresses)
  const answer = await askGroup(connection, chatId, 'set', {
    tag: action,
    attrs: {},
    content: wanted.map(({ jid }) => participant(jid)),
  })
  connection.groups.invalidate(chatId)
  return readResults(participantNodes(answer, action), wanted, action)
}

/** Source: the answer names the joined group, or the group whose admins decide (`groups.go` of whatsmeow). */
async function acceptInvite(connection: Connection, code: string): Promise<ChatId | null> {
  const invite = { tag: 'invite', attrs: { code } }
  const answer = await askGroup(connection, '@g.us', 'set', invite, inviteRefusals)
  if (childOf(answer, 'membership_approval_request') !== undefined) return null
  return childOf(answer, 'group')?.attrs.jid ?? null
}

async function listJoinRequests(connection: Connection, chatId: ChatId): Promise<JoinRequest[]> {
  const request = { tag: 'membership_approval_requests', attrs: {} }
  const answer = await askGroup(connection, chatId, 'get', request)
  const list = childOf(answer, 'membership_approval_requests')
  return Promise.all(
    childrenOf(list, 'membership_approval_request').map(async ({ attrs }) => {
      const person = await connection.addresses.complete(
        personOf([attrs.jid, attrs.phone_number, attrs.lid], null),
      )
      const seconds = Number(attrs.request_time)
      return { person, requestedAt: seconds > 0 ? new Date(seconds * 1000) : null }
    }),
  )
}

function participant(jid: string): BinaryNode {
  return { tag: 'participant', attrs: { jid } }
}
