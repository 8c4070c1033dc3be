import { proto } from 'baileys'
import type { Account } from '../accounts.ts'
import { chatJid } from '../addresses.ts'
import { Group } from '../groups/model.ts'
import type { World } from '../world.ts'
import type { History, PastChat, PastMessage } from './model.ts'

const { HistorySyncType } = proto.HistorySync
const { EndOfHistoryTransferType } = proto.Conversation
const secondsPerDay = 86_400
const knownPeople = 500

const statuses = {
  sent: proto.WebMessageInfo.Status.SERVER_ACK,
  delivered: proto.WebMessageInfo.Status.DELIVERY_ACK,
  read: proto.WebMessageInfo.Status.READ,
}

/** A part of a chat, for one chunk. `isLast` when nothing older follows in this transfer. */
type Slice = { chat: PastChat; messages: PastMessage[]; isLast: boolean }

/**
 * The chunks that a phone sends to a client that was just linked: the newest of every chat and who is who, then
 * names, then what is recent, then what is older when the client wants all. Source: the types that
 * `processHistoryMessage` of Baileys takes.
 */
export function planChunks(
  world: World,
  account: Account,
  history: History | undefined,
  wantsAll: boolean,
): proto.IHistorySync[] {
  const { chats = [], transfer } = history ?? {}
  const newest = chats.map((chat): Slice => {
    const messages = chat.messages.slice(0, transfer?.bootstrapPerChat)
    return { chat, messages, isLast: messages.length === chat.messages.length }
  })
  const bootstrap = {
    syncType: HistorySyncType.INITIAL_BOOTSTRAP,
    chunkOrder: 1,
    progress: 100,
    conversations: newest.map((slice) => conversationOf(account, slice)),
    ...directoryOf(world, account, chats),
  }
  if (!transfer) return [bootstrap]
  const now = Math.floor(Date.now() / 1000)
  const recentFrom = now - transfer.recentDays * secondsPerDay
  const fullFrom = now - transfer.fullDays * secondsPerDay
  const rest = chats.map((chat) => ({
    ...chat,
    newest: chat.messages[0]?.at,
    messages: chat.messages.slice(transfer.bootstrapPerChat),
  }))
  const between = (from: number, to: number) =>
    chunksOf(
      rest.map((chat) => ({ ...chat, messages: chat.messages.filter(({ at }) => at >= from && at < to) })),
      transfer.chunkMessages,
    )
  const names = { syncType: HistorySyncType.PUSH_NAME, conversations: [], pushnames: bootstrap.pushnames }
  const recent = numbered(account, HistorySyncType.RECENT, between(recentFrom, Number.POSITIVE_INFINITY))
  const full = wantsAll ? numbered(account, HistorySyncType.FULL, between(fullFrom, recentFrom)) : []
  return [bootstrap, names, ...recent, ...full]
}

/** Messages of one chat that are older than a given one, for a client that asks for them. */
export function chunkOnDemand(
  account: Account,
  chat: PastChat,
  from: number,
  count: number,
): proto.IHistorySync {
  const messages = chat.messages.slice(from, from + count)
  const isLast = from + messages.length >= chat.messages.length
  return {
    syncType: HistorySyncType.ON_DEMAND,
    chunkOrder: 1,
    progress: 100,
    conversations: [conversationOf(account, { chat, messages, isLast })],
  }
}

/** Fills chunks with messages, chat after chat; there is at least one, so that a client sees the end. */
function chunksOf(chats: PastChat[], perChunk: number): Slice[][] {
  const chunks: Slice[][] = [[]]
  let room = perChunk
  for (const chat of chats) {
    for (let start = 0; start < chat.messages.length; ) {
      if (room === 0) {
        chunks.push([])
        room = perChunk
      }
      const messages = chat.messages.slice(start, start + room)
      start += messages.length
      room -= messages.length
      chunks.at(-1)?.push({ chat, messages, isLast: start >= chat.messages.length })
    }
  }
  return chunks
}

function numbered(
  account: Account,
  syncType: proto.HistorySync.HistorySyncType,
  chunks: Slice[][],
): proto.IHistorySync[] {
  return chunks.map((slices, index) => ({
    syncType,
    chunkOrder: index + 1,
    progress: Math.floor(((index + 1) / chunks.length) * 100),
    conversations: slices.map((slice) => conversationOf(account, slice)),
  }))
}

function directoryOf(world: World, account: Account, chats: readonly PastChat[]) {
  const people = new Set<Account>()
  for (const { chat } of chats) {
    if (chat instanceof Group) for (const member of chat.members.keys()) people.add(member)
    else people.add(chat)
  }
  for (const other of world.accounts.values()) {
    if (people.size >= knownPeople) break
    people.add(other)
  }
  people.delete(account)
  const known = [...people]
  return {
    phoneNumberToLidMappings: known.map(({ jid, lidJid }) => ({ pnJid: jid, lidJid })),
    pushnames: known.map(({ jid, name }) => ({ id: jid, pushname: name })),
  }
}

function conversationOf(account: Account, { chat: past, messages, isLast }: Slice): proto.IConversation {
  const { chat, name, unread, markedUnread, archived, pinned, mutedUntil } = past
  const newest = past.newest ?? past.messages[0]?.at
  const isGroup = chat instanceof Group
  return {
    id: isGroup ? chat.id : chatJid(chat),
    ...(isGroup
      ? { name: chat.subject, participant: participantsOf(chat) }
      : {
          ...(name !== undefined && { name }),
          displayName: name ?? chat.name,
          pnJid: chat.jid,
          lidJid: chat.lidJid,
        }),
    unreadCount: unread,
    ...(markedUnread && { markedAsUnread: true }),
    ...timerOf(account, chat),
    archived,
    ...(pinned && { pinned: newest ?? 1 }),
    ...(mutedUntil !== undefined && { muteEndTime: mutedUntil }),
    ...(newest !== undefined && { conversationTimestamp: newest, lastMsgTimestamp: newest }),
    endOfHistoryTransfer: isLast,
    endOfHistoryTransferType: isLast
      ? EndOfHistoryTransferType.COMPLETE_AND_NO_MORE_MESSAGE_REMAIN_ON_PRIMARY
      : EndOfHistoryTransferType.COMPLETE_BUT_MORE_MESSAGES_REMAIN_ON_PRIMARY,
    messages: messages.map((message, index) => ({
      message: webMessageOf(account, chat, message),
      msgOrderId: messages.length - index,
    })),
  }
}

/** How long messages of the chat stay, as a phone describes it. */
function timerOf(account: Account, chat: Account | Group): proto.IConversation {
  if (chat instanceof Group)
    return chat.ephemeralSeconds ? { ephemeralExpiration: chat.ephemeralSeconds } : {}
  const timer = account.chatTimers.get(chat.phone)
  return timer ? { ephemeralExpiration: timer.seconds, ephemeralSettingTimestamp: timer.since } : {}
}

function participantsOf(group: Group): proto.IGroupParticipant[] {
  const { Rank } = proto.GroupParticipant
  return [...group.members].map(([member, role]) => ({
    userJid: group.nameOf(member),
    rank: role === 'superadmin' ? Rank.SUPERADMIN : role === 'admin' ? Rank.ADMIN : Rank.REGULAR,
  }))
}

/** A message as a phone describes it to its own devices. */
export function webMessageOf(
  account: Account,
  chat: Account | Group,
  { id, author, at, status, message }: PastMessage,
): proto.IWebMessageInfo {
  const fromMe = author === account
  const isGroup = chat instanceof Group
  const participant = isGroup && !fromMe ? { participant: chat.nameOf(author) } : {}
  return {
    key: { remoteJid: isGroup ? chat.id : chatJid(chat), fromMe, id, ...participant },
    ...participant,
    message,
    messageTimestamp: at,
    ...(fromMe ? { status: statuses[status] } : { pushName: author.name }),
  }
}
