import type { Engine } from '../engine.ts'
import { translating } from '../library/ask.ts'
import { statusChat } from '../updates/status-posts.ts'
import type { RequireOpen } from './group-actions.ts'

type AccountActions = Pick<Engine, 'rejectCall' | 'requestHistory' | 'postStatus'>

/** Actions on calls, the history and status posts. */
export function createAccountActions(open: RequireOpen, ackTimeoutMs: number): AccountActions {
  return {
    async rejectCall(sessionId, callId, caller) {
      const { addresses, socket, accountSync } = open(sessionId)
      // WhatsApp finds the call only under the address with which the caller made it.
      const jid = accountSync.callerOf(callId) ?? (await addresses.jidOf(caller))
      await translating(() => socket.rejectCall(callId, jid))
    },
    async requestHistory(sessionId, chatId, before, count) {
      const { addresses, socket } = open(sessionId)
      const remoteJid = await addresses.jidOf(chatId)
      const participant = before.sender === null ? undefined : await addresses.jidOf(before.sender)
      const key = {
        remoteJid,
        id: before.waMessageId,
        fromMe: before.isFromMe,
        ...(participant === undefined ? {} : { participant }),
      }
      await translating(() => socket.fetchMessageHistory(count, key, before.at.getTime()))
    },
    async postStatus(sessionId, waMessageId, content, audience) {
      const { addresses, sender } = open(sessionId)
      const viewers = await Promise.all(audience.map((chatId) => addresses.jidOf(chatId)))
      const submission = { sessionId, chatId: statusChat, waMessageId, content }
      return sender.send(submission, ackTimeoutMs, viewers)
    },
  }
}
