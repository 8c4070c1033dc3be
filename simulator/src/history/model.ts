import type { proto } from 'baileys'
import type { Account } from '../accounts.ts'
import { composeMessage } from '../content/compose.ts'
import { sentMessagesOf } from '../content/sent-messages.ts'
import { SimulatorError } from '../errors.ts'
import { phoneSchema } from '../fields.ts'
import { groupNamed } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import { parse } from '../parsing.ts'
import { messageId } from '../stanza.ts'
import { defineState } from '../state.ts'
import type { World } from '../world.ts'
import type { HistoryChatDraft, HistoryDraft, HistoryMessageDraft } from './inputs.ts'

/** A message that was there before a client was linked. `at` is in seconds. */
export type PastMessage = {
  id: string
  author: Account
  at: number
  status: 'sent' | 'delivered' | 'read'
  message: proto.IMessage
}

/** A chat as it was, its messages newest first. */
export type PastChat = {
  chat: Account | Group
  name?: string | undefined
  unread: number
  markedUnread?: boolean | undefined
  archived: boolean
  pinned: boolean
  mutedUntil?: number | undefined
  /** Time of the newest, where only a part of them is at hand. */
  newest?: number | undefined
  messages: PastMessage[]
}

/** How the phone hands its history to a client. */
export type Transfer = {
  external: boolean
  bootstrapPerChat: number
  chunkMessages: number
  recentDays: number
  fullDays: number
  delayMs: number
}

/** What a phone has from before a client was linked. */
export type History = { chats: PastChat[]; transfer: Transfer }

const defaults: Transfer = {
  external: false,
  bootstrapPerChat: 10,
  chunkMessages: 500,
  recentDays: 90,
  fullDays: 365,
  delayMs: 0,
}

const histories = defineState<Account, History | undefined>(() => undefined)

/** The history of a phone, when it was given one. */
export const historyOf = histories.of

/** Puts a history in place that was made before. */
export const restoreHistory = histories.set

/** Gives a phone its history; people in it who have no account get one. */
export function setHistory(world: World, account: Account, draft: HistoryDraft): History {
  const { transfer = {} } = draft
  const chosen = Object.fromEntries(Object.entries(transfer).filter(([, value]) => value !== undefined))
  const chats = draft.chats.map((chat, index) => readChat(world, account, chat, `chats.${index}`))
  const history = { chats, transfer: { ...defaults, ...chosen } }
  histories.set(account, history)
  return history
}

function readChat(world: World, account: Account, draft: HistoryChatDraft, field: string): PastChat {
  const chat = findOrCreate(world, account, draft, field)
  const messages = [
    ...(draft.messages ?? []).map((message, index) =>
      readMessage(world, account, chat, message, `${field}.messages.${index}`),
    ),
    ...generate(account, chat, draft.generate),
  ].sort((a, b) => b.at - a.at)
  const { name, unread, markedUnread, archived, pinned, mutedUntil, ephemeralSeconds } = draft
  if (ephemeralSeconds !== undefined && !(chat instanceof Group)) {
    const timer = { seconds: ephemeralSeconds, since: messages.at(-1)?.at ?? Math.floor(Date.now() / 1000) }
    account.chatTimers.set(chat.phone, timer)
    chat.chatTimers.set(account.phone, timer)
  }
  return {
    chat,
    name,
    unread: unread ?? 0,
    ...(markedUnread && { markedUnread }),
    archived: archived ?? false,
    pinned: pinned ?? false,
    ...(mutedUntil && { mutedUntil: Date.parse(mutedUntil) }),
    messages,
  }
}

function findOrCreate(
  world: World,
  account: Account,
  draft: HistoryChatDraft,
  field: string,
): Account | Group {
  if (draft.with.endsWith('@g.us')) {
    const group = groupNamed(world, draft.with, `${field}.with`)
    if (!group.members.has(account)) {
      throw new SimulatorError(422, `${account.phone} is not a member of ${group.id}`, `${field}.with`)
    }
    return group
  }
  const phone = parse(phoneSchema, draft.with, `${field}.with`)
  return world.accounts.get(phone) ?? world.addAccount(phone, draft.name ?? phone, false)
}

function readMessage(
  world: World,
  account: Account,
  chat: Account | Group,
  draft: HistoryMessageDraft,
  field: string,
): PastMessage {
  const { at, id, from, fromMe, status, ...content } = draft
  const author = authorOf(world, account, chat, { from, fromMe }, field)
  const message = composeMessage(world, author, author === chat ? account : chat, content)
  const past = {
    id: id ?? messageId(),
    author,
    at: Math.floor(Date.parse(at) / 1000),
    status: status ?? 'read',
    message,
  }
  sentMessagesOf(world).add({ id: past.id, author, chat: author === chat ? account : chat, message })
  return past
}

function authorOf(
  world: World,
  account: Account,
  chat: Account | Group,
  { from, fromMe }: { from: string | undefined; fromMe: boolean | undefined },
  field: string,
): Account {
  if (fromMe) return account
  if (!(chat instanceof Group)) return chat
  if (from === undefined) {
    throw new SimulatorError(422, 'a message of a group needs from, or fromMe', `${field}.from`)
  }
  return world.accounts.get(from) ?? world.addAccount(from, from, false)
}

function generate(
  account: Account,
  chat: Account | Group,
  wanted: HistoryChatDraft['generate'],
): PastMessage[] {
  if (!wanted) return []
  const { count, newest, everySeconds = 600 } = wanted
  const last = newest === undefined ? Math.floor(Date.now() / 1000) - 3600 : Date.parse(newest) / 1000
  const people = chat instanceof Group ? [...chat.members.keys()] : [chat, account]
  return Array.from({ length: count }, (_, index) => ({
    id: messageId(),
    author: people[index % people.length] ?? account,
    at: Math.floor(last - index * everySeconds),
    status: 'read' as const,
    message: { conversation: `message ${count - index} of ${count}` },
  }))
}
