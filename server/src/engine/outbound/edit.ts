import type { proto } from 'baileys'
import { getContentType, normalizeMessageContent, proto as protocol } from '../library/library.ts'
import { type ContentOf, MissingPartError, type OutboundParts } from '../media/parts.ts'
import { convertText } from './text.ts'

/** A new text for an own message: the whole text, or the caption when the message is a file. */
export function convertEdit(content: ContentOf<'edit'>, parts: OutboundParts): proto.IMessage {
  const { target, original, nowMs } = parts
  if (target === undefined) throw new MissingPartError('edit', 'target')
  const editedMessage =
    editedCaption(original, content.text, parts) ?? convertText({ kind: 'text', text: content.text }, parts)
  return {
    editedMessage: {
      message: {
        protocolMessage: {
          key: target,
          type: protocol.Message.ProtocolMessage.Type.MESSAGE_EDIT,
          editedMessage,
          timestampMs: nowMs,
        },
      },
    },
  }
}

/** The file message once more with another caption; undefined when the original is no file that has one. */
function editedCaption(
  original: proto.IMessage | undefined,
  caption: string,
  { context }: OutboundParts,
): proto.IMessage | undefined {
  const bare = normalizeMessageContent(original)
  const type = getContentType(bare)
  if (bare === undefined) return undefined
  const contextInfo = context && { contextInfo: context }
  if (type === 'imageMessage') return { imageMessage: { ...bare.imageMessage, caption, ...contextInfo } }
  if (type === 'videoMessage') return { videoMessage: { ...bare.videoMessage, caption, ...contextInfo } }
  if (type !== 'documentMessage') return undefined
  return {
    documentWithCaptionMessage: {
      message: { documentMessage: { ...bare.documentMessage, caption, ...contextInfo } },
    },
  }
}
