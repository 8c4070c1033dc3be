import type { proto } from 'baileys'
import type { OutboundContent } from '../content.ts'
import type { Submission } from '../engine.ts'
import { getContentType, normalizeMessageContent, proto as protocol } from '../library.ts'
import { convertText } from './text.ts'

/** What a message refers to: the quoted message and the people it mentions, as protocol addresses. */
export interface OutboundReferences {
  quoted?: Submission['quoted']
  /** Protocol address of the quoted message's author. */
  quotedSender?: string | undefined
  mentioned: readonly string[]
}

type Converters = {
  [K in OutboundContent['kind']]?: (
    content: Extract<OutboundContent, { kind: K }>,
    context: proto.IContextInfo | undefined,
  ) => proto.IMessage
}

const converters: Converters = { text: convertText }

/** Our content as the protocol's message. */
export function convertOutbound(content: OutboundContent, references: OutboundReferences): proto.IMessage {
  const convert = converters[content.kind] as
    | ((content: OutboundContent, context: proto.IContextInfo | undefined) => proto.IMessage)
    | undefined
  if (convert === undefined) throw new Error(`${content.kind} cannot be sent yet`)
  return convert(content, convertContext(references))
}

/** Source: `ContextInfo` as `generateWAMessageFromContent` of Baileys 7 fills it for a quote. */
function convertContext(references: OutboundReferences): proto.IContextInfo | undefined {
  const { quoted, quotedSender, mentioned } = references
  if (quoted === undefined && mentioned.length === 0) return undefined
  const context: proto.IContextInfo = {}
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
