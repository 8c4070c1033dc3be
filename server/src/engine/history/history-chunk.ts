import type { Readable } from 'node:stream'
import type { proto as protocol } from 'baileys'
import { proto } from '../library/library.ts'
import { listFields, streamFields } from './protobuf-fields.ts'

type Mapping = protocol.IPhoneNumberToLIDMapping

/** What a piece of history holds, in the order in which it comes. */
export type HistoryPart =
  /** A chat without its messages. */
  | { kind: 'chat'; chat: protocol.Conversation }
  /** Messages of the chat that came last, a bounded number at a time. */
  | { kind: 'messages'; messages: protocol.IWebMessageInfo[] }
  | { kind: 'pushname'; id: string; name: string }
  | { kind: 'mapping'; mapping: Mapping }
  | { kind: 'progress'; percent: number }

/** How many messages are decoded at once. */
export const messagesAtOnce = 200
/** A chat with all messages that one piece has of it. */
const maxChatBytes = 64 * 1024 * 1024
// Source: `HistorySync` and `Conversation` in WAProto of Baileys 7.
const fields = { conversations: 2, progress: 6, pushnames: 7, mappings: 15 } as const
const messagesOfChat = 2

/** Reads a piece of history as it comes: at most one chat's bytes and some messages of it are in memory. */
export async function* readHistory(source: Readable): AsyncGenerator<HistoryPart> {
  for await (const { field, number, bytes } of streamFields(source, maxChatBytes)) {
    if (field === fields.progress && number !== undefined) yield { kind: 'progress', percent: number }
    if (bytes === undefined) continue
    if (field === fields.conversations) yield* readChat(bytes)
    if (field === fields.pushnames) {
      const { id, pushname } = proto.Pushname.decode(bytes)
      if (id && pushname) yield { kind: 'pushname', id, name: pushname }
    }
    if (field === fields.mappings) {
      yield { kind: 'mapping', mapping: proto.PhoneNumberToLIDMapping.decode(bytes) }
    }
  }
}

/** Only who is who: it stands behind the chats, but is needed to say who wrote in them. */
export async function* readMappings(source: Readable): AsyncGenerator<Mapping> {
  for await (const { field, bytes } of streamFields(source, maxChatBytes)) {
    if (field === fields.mappings && bytes !== undefined) yield proto.PhoneNumberToLIDMapping.decode(bytes)
  }
}

function* readChat(bytes: Buffer): Generator<HistoryPart> {
  const others: Buffer[] = []
  for (const { field, start, end } of listFields(bytes)) {
    if (field !== messagesOfChat) others.push(bytes.subarray(start, end))
  }
  yield { kind: 'chat', chat: proto.Conversation.decode(Buffer.concat(others)) }
  let messages: protocol.IWebMessageInfo[] = []
  for (const { field, bytes: part } of listFields(bytes)) {
    if (field !== messagesOfChat || part === undefined) continue
    const message = proto.HistorySyncMsg.decode(part).message
    if (message) messages.push(message)
    if (messages.length < messagesAtOnce) continue
    yield { kind: 'messages', messages }
    messages = []
  }
  if (messages.length > 0) yield { kind: 'messages', messages }
}
