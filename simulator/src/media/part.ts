import { normalizeMessageContent, type proto } from 'baileys'
import type { MessageKind } from '../records.ts'
import type { MediaPurpose } from './crypto.ts'

/** What all messages with a file have in common. */
export type MediaPart = proto.Message.IImageMessage &
  proto.Message.IVideoMessage &
  proto.Message.IAudioMessage &
  proto.Message.IDocumentMessage

/** The file of a message: what the message says of it, and with which keys it is encrypted. */
export type FoundMedia = { kind: MessageKind; purpose: MediaPurpose; part: MediaPart }

/** Finds the file of a message, whatever it is wrapped in. */
export function mediaPartOf(message: proto.IMessage): FoundMedia | undefined {
  const content = normalizeMessageContent(message) ?? message
  const { imageMessage, audioMessage, documentMessage, stickerMessage } = content
  const videoMessage = content.videoMessage ?? content.ptvMessage
  if (imageMessage) return { kind: 'image', purpose: 'image', part: imageMessage as MediaPart }
  if (videoMessage) {
    const kind = videoMessage.gifPlayback ? 'gif' : 'video'
    return { kind, purpose: 'video', part: videoMessage as MediaPart }
  }
  if (audioMessage) {
    return { kind: audioMessage.ptt ? 'voice' : 'audio', purpose: 'audio', part: audioMessage as MediaPart }
  }
  if (documentMessage) return { kind: 'document', purpose: 'document', part: documentMessage as MediaPart }
  if (stickerMessage) return { kind: 'sticker', purpose: 'sticker', part: stickerMessage as MediaPart }
  return undefined
}
