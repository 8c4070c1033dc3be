import type { proto } from 'baileys'
import { type MediaContent, MissingPartError, type OutboundParts } from '../media/parts.ts'

/** The fields that every kind of file has in common, as official clients fill them. */
export interface FileFields {
  url: string
  directPath: string
  mimetype: string
  fileSha256: Uint8Array
  fileLength: number
  mediaKey?: Uint8Array
  fileEncSha256?: Uint8Array
  mediaKeyTimestamp?: number
  contextInfo?: proto.IContextInfo
}

/** Where the file is, how it is opened, and what the message refers to. */
export function fileFields({ kind, file }: MediaContent, { upload, context }: OutboundParts): FileFields {
  if (upload === undefined) throw new MissingPartError(kind, 'uploaded file')
  const { encryption } = upload
  return {
    url: upload.url,
    directPath: upload.directPath,
    mimetype: file.mimetype,
    fileSha256: upload.fileSha256,
    fileLength: upload.fileLength,
    ...(encryption && {
      mediaKey: encryption.mediaKey,
      fileEncSha256: encryption.fileEncSha256,
      mediaKeyTimestamp: encryption.timestampSeconds,
    }),
    ...(context && { contextInfo: context }),
  }
}

/** Pixels and the small picture shown until the file is loaded. */
export function pictureFields({ file }: MediaContent): {
  width?: number
  height?: number
  jpegThumbnail?: Uint8Array
} {
  return {
    ...(file.width !== undefined && { width: file.width }),
    ...(file.height !== undefined && { height: file.height }),
    ...(file.thumbnail !== undefined && { jpegThumbnail: Buffer.from(file.thumbnail, 'base64') }),
  }
}

/** The caption, when there is one. */
export function captionField({ caption }: MediaContent): { caption?: string } {
  return caption === undefined || caption === '' ? {} : { caption }
}

/** The whole seconds of a recording, when known. */
export function secondsField({ file }: MediaContent): { seconds?: number } {
  return file.seconds === undefined ? {} : { seconds: Math.max(0, Math.round(file.seconds)) }
}

/**
 * Puts what is to be seen once into its envelope. Source: whatsmeow's `UnwrapRaw`; official clients use the second
 * version for pictures and its extension for sound.
 */
export function sealViewOnce(content: MediaContent, message: proto.IMessage): proto.IMessage {
  if (content.isViewOnce !== true) return message
  for (const part of [message.imageMessage, message.videoMessage, message.audioMessage]) {
    if (part) part.viewOnce = true
  }
  return message.audioMessage
    ? { viewOnceMessageV2Extension: { message } }
    : { viewOnceMessageV2: { message } }
}
