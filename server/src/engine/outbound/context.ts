import type { proto } from 'baileys'
import type { Submission } from '../engine.ts'
import type { ChatTimer } from '../inbound/chat-timers.ts'
import { getContentType, normalizeMessageContent, proto as protocol } from '../library/library.ts'

/** What a message refers to, the quoted message and the people it mentions as protocol addresses, and how long it stays. */
export interface OutboundReferences {
  quoted?: Submission['quoted']
  /** Protocol address of the quoted message's author. */
  quotedSender?: string | undefined
  mentioned: readonly string[]
  timer?: ChatTimer | undefined
}

/** Source: `ContextInfo` as `generateWAMessageFromContent` of Baileys 7 fills it for a quote. */
export function convertContext(references: OutboundReferences): proto.IContextInfo | undefined {
  const { quoted, quotedSender, mentioned, timer } = references
  if (quoted === undefined && mentioned.length === 0 && timer === undefined) return undefined
  const context: proto.IContextInfo = {}
  if (timer !== undefined) {
    context.expiration = timer.seconds
    if (timer.since > 0) context.ephemeralSettingTimestamp = timer.since
  }
  if (mentioned.length > 0) context.mentionedJid = [...mentioned]
  if (quoted !== undefined) {
    context.stanzaId = quoted.waMessageId
    if (quotedSender !== undefined) context.participant = quotedSender
    context.quotedMessage = bareMessage(quoted.proto)
  }
  return context
}

/** The quoted content alone: a quote inside a quote is not repeated. */
function bareMessage(bytes: Uint8Array): proto.IMessage {
  const content = normalizeMessageContent(protocol.Message.decode(bytes)) ?? {}
  const type = getContentType(content)
  if (type === undefined) return {}
  const part = content[type]
  if (typeof part !== 'object' || part === null) return { [type]: part }
  return { [type]: { ...part, contextInfo: undefined } }
}
