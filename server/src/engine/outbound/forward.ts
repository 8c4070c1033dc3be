import type { proto } from 'baileys'
import { getContentType, normalizeMessageContent, proto as protocol } from '../library/library.ts'
import { type ContentOf, NotSendableError, type OutboundParts } from '../media/parts.ts'

/** What a forwarded message looks like at most: official clients show "many times" from 5 on. */
const maxScore = 127
const fileTypes = new Set([
  'imageMessage',
  'videoMessage',
  'ptvMessage',
  'audioMessage',
  'documentMessage',
  'stickerMessage',
])

/** Another message's content once more, marked as forwarded and counted (library `generateForwardMessageContent`). */
export function convertForward(
  content: ContentOf<'forward'>,
  { secret, context }: OutboundParts,
): proto.IMessage {
  const message = normalizeMessageContent(protocol.Message.decode(Buffer.from(content.proto, 'base64')))
  const type = getContentType(message)
  if (message === undefined || type === undefined || type === 'protocolMessage') {
    throw new NotSendableError('nothing_to_forward')
  }
  if (type === 'conversation') {
    return {
      extendedTextMessage: { text: message.conversation ?? '', contextInfo: marks(undefined, context) },
    }
  }
  const part = message[type]
  if (typeof part !== 'object' || part === null) throw new NotSendableError('nothing_to_forward')
  if ('viewOnce' in part && part.viewOnce === true) throw new NotSendableError('view_once_not_forwardable')
  // A channel's file is not encrypted: sent to a chat nobody could open it.
  if (fileTypes.has(type) && !hasKey(part)) throw new NotSendableError('channel_file_not_forwardable')
  const { contextInfo } = part as { contextInfo?: proto.IContextInfo | null }
  const forwarded = { ...part, contextInfo: marks(contextInfo, context) }
  const isPoll = type.startsWith('pollCreationMessage')
  const bare: proto.IMessage = {
    [type]: forwarded,
    ...(isPoll && { messageContextInfo: { messageSecret: secret } }),
  }
  const hasCaption = type === 'documentMessage' && 'caption' in part && Boolean(part.caption)
  return hasCaption ? { documentWithCaptionMessage: { message: bare } } : bare
}

/** Quotes and mentions are not forwarded, the count is; how long it stays is the new chat's. */
function marks(
  before: proto.IContextInfo | null | undefined,
  context: proto.IContextInfo | undefined,
): proto.IContextInfo {
  const score = Math.min(maxScore, Math.max(0, before?.forwardingScore ?? 0) + 1)
  return { ...context, isForwarded: true, forwardingScore: score }
}

function hasKey(part: object): boolean {
  return 'mediaKey' in part && part.mediaKey instanceof Uint8Array && part.mediaKey.length > 0
}
