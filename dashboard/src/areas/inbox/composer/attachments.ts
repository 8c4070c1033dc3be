import { newKey } from '../../../kit/new-key.ts'
import type { FileKind } from '../shapes.ts'

const pictures: ReadonlySet<string> = new Set([
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/avif',
  'image/tiff',
])
const films: ReadonlySet<string> = new Set(['video/mp4', 'video/3gpp'])

/** What a file is sent as: what WhatsApp shows by itself, as that; everything else as a document, as it is. */
export function kindOfFile(type: string): FileKind {
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? ''
  if (plain === 'image/gif') return 'gif'
  if (pictures.has(plain)) return 'image'
  if (films.has(plain)) return 'video'
  return plain.startsWith('audio/') ? 'audio' : 'document'
}

/** A file that waits in the composer, with the key of the message it will be. */
export interface Attachment {
  key: string
  file: File
}

/** Files of a paste or drop, each a message of its own. */
export function attach(files: Iterable<File>): Attachment[] {
  return [...files].map((file) => ({ key: newKey(), file }))
}
