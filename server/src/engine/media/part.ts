import type { proto } from 'baileys'
import { openEnvelopes } from '../inbound/envelopes.ts'
import { headerOf } from '../inbound/templates.ts'
import { proto as protocol } from '../library/library.ts'
import { expandMediaKey, type FileClaims, type MediaClass } from './crypto.ts'

/** Where a message's file is and how it is opened and checked. */
export interface MediaPart {
  mediaClass: MediaClass
  /** Absent for files that are not encrypted, as in channels. */
  mediaKey: Uint8Array | undefined
  directPath: string | undefined
  url: string | undefined
  fileSha256: Uint8Array | undefined
  fileEncSha256: Uint8Array | undefined
}

const classes = {
  imageMessage: 'image',
  videoMessage: 'video',
  ptvMessage: 'video',
  audioMessage: 'audio',
  documentMessage: 'document',
  stickerMessage: 'image',
} as const satisfies Partial<Record<keyof proto.IMessage, MediaClass>>

/** The file of a message, whatever envelopes it is in; undefined when it has none. */
export function findMediaPart(message: proto.IMessage): MediaPart | undefined {
  const inner = fileHolderOf(message)
  for (const [name, mediaClass] of Object.entries(classes)) {
    const part = inner[name as keyof typeof classes]
    if (!part) continue
    return {
      mediaClass,
      mediaKey: bytesOf(part.mediaKey),
      directPath: part.directPath || undefined,
      url: part.url || undefined,
      fileSha256: bytesOf(part.fileSha256),
      fileEncSha256: bytesOf(part.fileEncSha256),
    }
  }
  return undefined
}

/** A stored message with nothing left in it but where its file is and how it is opened: a part of a kilobyte. */
export function reduceToFile(stored: Uint8Array): Uint8Array {
  const inner = fileHolderOf(protocol.Message.decode(stored))
  const reduced: proto.IMessage = {}
  for (const name of Object.keys(classes) as (keyof typeof classes)[]) {
    const part = inner[name]
    if (!part) continue
    const { mediaKey = null, directPath = null, url = null, fileSha256 = null, fileEncSha256 = null } = part
    reduced[name] = { mediaKey, directPath, url, fileSha256, fileEncSha256 }
    break
  }
  return protocol.Message.encode(reduced).finish()
}

/** What has the file: the message out of its envelopes, or the header of what a business composed. */
function fileHolderOf(message: proto.IMessage): proto.IMessage {
  const { message: inner } = openEnvelopes(message)
  return headerOf(inner) ?? inner
}

/** What to check the file against. */
export function claimsOf({ mediaKey, mediaClass, fileSha256, fileEncSha256 }: MediaPart): FileClaims {
  const keys = mediaKey === undefined ? undefined : expandMediaKey(mediaKey, mediaClass)
  return { keys, fileSha256, fileEncSha256 }
}

function bytesOf(value: Uint8Array | null | undefined): Uint8Array | undefined {
  return value && value.length > 0 ? value : undefined
}
