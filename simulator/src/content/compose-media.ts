import type { proto } from 'baileys'
import type { Account } from '../accounts.ts'
import type { MediaPurpose } from '../media/crypto.ts'
import { mediaOf } from '../media/store.ts'
import type { World } from '../world.ts'
import type { MediaDraft } from './inputs.ts'

type Kind = MediaDraft['kind']

const purposes: Record<Kind, MediaPurpose> = {
  image: 'image',
  video: 'video',
  gif: 'video',
  audio: 'audio',
  voice: 'audio',
  document: 'document',
  sticker: 'sticker',
}

const mimetypes: Record<Kind, string> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  gif: 'video/mp4',
  audio: 'audio/mpeg',
  voice: 'audio/ogg; codecs=opus',
  document: 'application/octet-stream',
  sticker: 'image/webp',
}

/** Uploads a file and makes the message that carries its key; files of channels are plain and have none. */
export function composeMedia(
  world: World,
  from: Account,
  draft: MediaDraft,
  isPlain = false,
): proto.IMessage {
  const { kind, caption, fileName, seconds, width, height, animated } = draft
  const bytes = draft.bytes ?? Buffer.from(draft.base64 ?? '', 'base64')
  const file = {
    ...(isPlain
      ? mediaOf(world).uploadPlain(bytes, from.phone)
      : mediaOf(world).upload(bytes, purposes[kind], from.phone)),
    mimetype: draft.mimetype ?? mimetypes[kind],
  }
  const text = caption === undefined ? {} : { caption }
  const size = { ...(width && { width }), ...(height && { height }) }
  const length = seconds === undefined ? {} : { seconds }
  switch (kind) {
    case 'image':
      return { imageMessage: { ...file, ...text, ...size } }
    case 'video':
      return { videoMessage: { ...file, ...text, ...size, ...length } }
    case 'gif':
      return { videoMessage: { ...file, ...text, ...size, ...length, gifPlayback: true } }
    case 'audio':
      return { audioMessage: { ...file, ...length, ptt: false } }
    case 'voice':
      return { audioMessage: { ...file, ...length, ptt: true } }
    case 'document':
      return {
        documentMessage: { ...file, ...text, fileName: fileName ?? 'file', title: fileName ?? 'file' },
      }
    case 'sticker':
      return { stickerMessage: { ...file, ...size, isAnimated: animated ?? false } }
  }
}
