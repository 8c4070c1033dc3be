import type { proto, WAMessageKey } from 'baileys'
import type { Clock } from '../../platform/clock.ts'
import type { MessageTarget } from '../content.ts'
import type { ChatActions, LastMessage } from '../engine.ts'
import { type ChatId, chatKind } from '../ids.ts'
import { translating } from '../library/ask.ts'
import { maskDigits } from '../library/library-log.ts'
import type { Connection } from '../session/connection.ts'
import { type AppStatePatch, patchAppState } from './app-state.ts'
import type { RequireOpen } from './group-actions.ts'

/** Mutes end at a point in time; WhatsApp writes -1 for one that does not end by itself. */
const foreverYear = 9999

/** Chat settings, which all devices of the account share. Names and versions: `chatModificationToAppPatch` of Baileys 7. */
export function createChatActions(open: RequireOpen, clock: Clock): ChatActions {
  return {
    async markRead(sessionId, chatId, messages) {
      const connection = open(sessionId)
      const jid = await connection.addresses.jidOf(chatId)
      const keys = await Promise.all(
        messages
          .filter(({ isFromMe }) => !isFromMe)
          .map((target) => messageKey(connection, chatId, jid, target)),
      )
      if (keys.length > 0) await translating(() => connection.socket.readMessages(keys))
      await tellOwnDevices(connection, jid, clock)
    },
    async markUnread(sessionId, chatId) {
      const connection = open(sessionId)
      await patchAppState(connection, readPatch(await connection.addresses.jidOf(chatId), clock, false))
    },
    async star(sessionId, chatId, target, isStarred) {
      const connection = open(sessionId)
      const jid = await connection.addresses.jidOf(chatId)
      const { participant } = await messageKey(connection, chatId, jid, target)
      await patchAppState(connection, {
        type: 'regular_low',
        apiVersion: 2,
        index: ['star', jid, target.waMessageId, target.isFromMe ? '1' : '0', participant ?? '0'],
        syncAction: { timestamp: clock.nowMs(), starAction: { starred: isStarred } },
      })
    },
    async archive(sessionId, chatId, isArchived, last) {
      const connection = open(sessionId)
      const jid = await connection.addresses.jidOf(chatId)
      const messageRange = await rangeOf(connection, chatId, jid, last, clock)
      await patchAppState(connection, {
        type: 'regular_low',
        apiVersion: 3,
        index: ['archive', jid],
        syncAction: { timestamp: clock.nowMs(), archiveChatAction: { archived: isArchived, messageRange } },
      })
    },
    async pin(sessionId, chatId, isPinned) {
      const connection = open(sessionId)
      const jid = await connection.addresses.jidOf(chatId)
      await patchAppState(connection, {
        type: 'regular_low',
        apiVersion: 5,
        index: ['pin_v1', jid],
        syncAction: { timestamp: clock.nowMs(), pinAction: { pinned: isPinned } },
      })
    },
    async mute(sessionId, chatId, until) {
      const connection = open(sessionId)
      const jid = await connection.addresses.jidOf(chatId)
      const isEndless = until !== null && until.getUTCFullYear() >= foreverYear
      const muteEndTimestamp = until === null ? null : isEndless ? -1 : until.getTime()
      await patchAppState(connection, {
        type: 'regular_high',
        apiVersion: 2,
        index: ['mute', jid],
        syncAction: { timestamp: clock.nowMs(), muteAction: { muted: until !== null, muteEndTimestamp } },
      })
    },
  }
}

function readPatch(jid: string, clock: Clock, read: boolean): AppStatePatch {
  const lastMessageTimestamp = Math.floor(clock.nowMs() / 1000)
  return {
    type: 'regular_low',
    apiVersion: 3,
    index: ['markChatAsRead', jid],
    syncAction: {
      timestamp: clock.nowMs(),
      markChatAsReadAction: { read, messageRange: { lastMessageTimestamp } },
    },
  }
}

/** The senders know already; own devices that cannot be told show the chat as unread a while longer. */
async function tellOwnDevices(connection: Connection, jid: string, clock: Clock): Promise<void> {
  try {
    await patchAppState(connection, readPatch(jid, clock, true))
  } catch (error) {
    const text = error instanceof Error ? maskDigits(error.message) : 'unknown'
    connection.log.debug({ error: text }, 'own devices were not told that a chat is read')
  }
}

async function messageKey(
  connection: Connection,
  chatId: ChatId,
  jid: string,
  target: MessageTarget,
): Promise<WAMessageKey> {
  const key = { remoteJid: jid, id: target.waMessageId, fromMe: target.isFromMe }
  if (target.isFromMe || target.sender === null || chatKind(chatId) !== 'group') return key
  return { ...key, participant: await connection.addresses.jidOf(target.sender) }
}

/** Up to where the setting holds: a later message brings an archived chat back (`newMessageRange` of whatsmeow). */
async function rangeOf(
  connection: Connection,
  chatId: ChatId,
  jid: string,
  last: readonly LastMessage[],
  clock: Clock,
): Promise<proto.SyncActionValue.ISyncActionMessageRange> {
  const seconds = (at: Date) => Math.floor(at.getTime() / 1000)
  const messages = await Promise.all(
    last.map(async (message) => ({
      key: await messageKey(connection, chatId, jid, message),
      timestamp: seconds(message.at),
    })),
  )
  const newest = Math.max(0, ...messages.map(({ timestamp }) => timestamp))
  return { lastMessageTimestamp: newest > 0 ? newest : seconds(clock.now()), messages }
}
