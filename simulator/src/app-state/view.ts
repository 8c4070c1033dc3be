import type { proto } from 'baileys'
import type { Account } from '../accounts.ts'
import type { World } from '../world.ts'
import { appStateOf } from './store.ts'

/** What the phone shows of a chat beside its messages. */
export type ChatSettings = {
  archived?: boolean
  pinned?: boolean
  /** ISO time, or `forever`. */
  mutedUntil?: string
  read?: boolean
  locked?: boolean
  deletedAt?: string
  clearedAt?: string
}

/** A message as lists of the phone name it. */
export type ListedMessage = { chat: string; id: string; fromMe: boolean }

/** The phone's view of all that its devices share. Ids of people are `<digits>@c.us`. */
export type AppStateView = {
  name: string | undefined
  chats: Record<string, ChatSettings>
  starred: ListedMessage[]
  deletedMessages: ListedMessage[]
  contacts: Record<string, { name: string; firstName?: string }>
  labels: Record<string, { name: string; color: number; chats: string[]; messages: ListedMessage[] }>
  quickReplies: Record<string, { shortcut: string; message: string }>
  /** Entries of other kinds, as they are. */
  other: Record<string, unknown>
  /** Version of each collection that was written to. */
  versions: Record<string, number>
}

type Entry = { index: string[]; value: proto.ISyncActionValue; chatId: (jid: string | undefined) => string }

const isoTime = (ms: unknown) => new Date(Number(ms)).toISOString()

/** Settings of a chat by the first part of their index. */
const chatReaders: Record<string, (value: proto.ISyncActionValue) => ChatSettings> = {
  archive: (value) => ({ archived: value.archiveChatAction?.archived === true }),
  pin_v1: (value) => ({ pinned: value.pinAction?.pinned === true }),
  mute: ({ muteAction }) =>
    muteAction?.muted
      ? {
          mutedUntil:
            Number(muteAction.muteEndTimestamp) > 0 ? isoTime(muteAction.muteEndTimestamp) : 'forever',
        }
      : {},
  markChatAsRead: (value) => ({ read: value.markChatAsReadAction?.read === true }),
  lock: (value) => ({ locked: value.lockChatAction?.locked === true }),
  deleteChat: (value) => ({ deletedAt: isoTime(value.timestamp) }),
  clearChat: (value) => ({ clearedAt: isoTime(value.timestamp) }),
}

/** Entries of other kinds. Labels come first in the map, so that their associations find them. */
const readers: Record<string, (view: AppStateView, entry: Entry) => void> = {
  setting_pushName: (view, { value }) => {
    view.name = value.pushNameSetting?.name ?? undefined
  },
  star: (view, entry) => {
    if (entry.value.starAction?.starred) view.starred.push(listedMessage(entry))
  },
  deleteMessageForMe: (view, entry) => void view.deletedMessages.push(listedMessage(entry)),
  contact: (view, { index, value: { contactAction }, chatId }) => {
    const { fullName, firstName } = contactAction ?? {}
    const name = fullName || firstName
    if (name) view.contacts[chatId(index[1])] = { name, ...(firstName && { firstName }) }
  },
  label_edit: (view, { index, value }) => {
    const { name, color, deleted } = value.labelEditAction ?? {}
    if (deleted || !index[1]) return
    view.labels[index[1]] = { name: name ?? '', color: color ?? 0, chats: [], messages: [] }
  },
  label_jid: (view, { index, value, chatId }) => {
    if (value.labelAssociationAction?.labeled) view.labels[index[1] ?? '']?.chats.push(chatId(index[2]))
  },
  label_message: (view, { index, value, chatId }) => {
    if (!value.labelAssociationAction?.labeled) return
    const message = { chat: chatId(index[2]), id: index[3] ?? '', fromMe: index[4] === '1' }
    view.labels[index[1] ?? '']?.messages.push(message)
  },
  quick_reply: (view, { index, value }) => {
    const { shortcut, message, deleted } = value.quickReplyAction ?? {}
    if (!deleted) view.quickReplies[index[1] ?? ''] = { shortcut: shortcut ?? '', message: message ?? '' }
  },
}

function listedMessage({ index, chatId }: Entry): ListedMessage {
  return { chat: chatId(index[1]), id: index[2] ?? '', fromMe: index[3] === '1' }
}

/** Reads the entries of an account as its owner would see them. */
export function describeAppState(world: World, account: Account): AppStateView {
  const state = appStateOf(account)
  const view: AppStateView = {
    name: undefined,
    chats: {},
    starred: [],
    deletedMessages: [],
    contacts: {},
    labels: {},
    quickReplies: {},
    other: {},
    versions: state.versions,
  }
  const chatId = (jid: string | undefined) => world.chatIdOf(jid ?? '')
  const entries = [...state.values].map(([key, value]) => ({
    key,
    value,
    index: JSON.parse(key) as string[],
  }))
  const labelsFirst = entries.sort(
    (a, b) => Number(b.index[0] === 'label_edit') - Number(a.index[0] === 'label_edit'),
  )
  for (const { key, value, index } of labelsFirst) {
    const kind = index[0] ?? ''
    const chatReader = chatReaders[kind]
    if (chatReader) {
      const chat = chatId(index[1])
      view.chats[chat] = { ...view.chats[chat], ...chatReader(value) }
    } else if (readers[kind]) readers[kind](view, { index, value, chatId })
    else view.other[key] = value
  }
  return view
}
