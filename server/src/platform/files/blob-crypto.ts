import { createHash } from 'node:crypto'
import { type KeyHolder, SecretUnreadableError, seal, sealOverhead, unseal } from '../secrets.ts'

/** Bytes of a file that are sealed together: a range is read without the rest. */
export const pieceBytes = 64 * 1024
/** Bytes of a whole piece once it is sealed. */
export const sealedPieceBytes = pieceBytes + sealOverhead

/** What is known of a file after it was read once. */
export interface FileDigest {
  bytes: number
  /** Hexadecimal. */
  sha256: string
}

/** The first and the last byte wanted, both included. */
export interface ByteRange {
  start: number
  end: number
}

/** What a piece is sealed for: the index is bound to it, so that pieces cannot be reordered or moved to other files. */
export const purposeOf = (key: string, index: number): string => `blob ${key} ${index}`

/** Bytes of a sealed file. */
export function sealedLength(bytes: number): number {
  return bytes + Math.ceil(bytes / pieceBytes) * sealOverhead
}

/** Cuts a stream into pieces of exactly `size` bytes, the last one shorter; copies only where chunks do not fit. */
async function* cut(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = []
  let length = 0
  for await (const chunk of source) {
    waiting.push(chunk)
    length += chunk.byteLength
    if (length < size) continue
    const whole = joined(waiting)
    let at = 0
    for (; at + size <= whole.length; at += size) yield whole.subarray(at, at + size)
    length = whole.length - at
    waiting = length === 0 ? [] : [whole.subarray(at)]
  }
  if (length > 0) yield joined(waiting)
}

function joined(chunks: readonly Uint8Array[]): Buffer {
  const [first] = chunks
  if (first === undefined || chunks.length > 1) return Buffer.concat(chunks)
  return Buffer.from(first.buffer, first.byteOffset, first.byteLength)
}

/** Seals a file piece by piece; `onDigest` is called once everything was read. */
export async function* sealPieces(
  keys: KeyHolder,
  key: string,
  source: AsyncIterable<Uint8Array>,
  onDigest: (digest: FileDigest) => void,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let bytes = 0
  let index = 0
  let held: Buffer | undefined
  for await (const piece of cut(source, pieceBytes)) {
    hash.update(piece)
    bytes += piece.length
    if (held !== undefined) yield held
    held = seal(keys, purposeOf(key, index), piece)
    index += 1
  }
  // Before the last piece is given out: who knows the length may not come for more.
  onDigest({ bytes, sha256: hash.digest('hex') })
  if (held !== undefined) yield held
}

/** Which bytes of the sealed file a range of a file of `bytes` bytes is in. */
export function sealedRange(bytes: number, { start, end }: ByteRange): ByteRange {
  const first = Math.floor(start / pieceBytes)
  const last = Math.floor(end / pieceBytes)
  return {
    start: first * sealedPieceBytes,
    end: Math.min(sealedLength(bytes), (last + 1) * sealedPieceBytes) - 1,
  }
}

/** Opens the pieces of a range; throws SecretUnreadableError for a changed, moved or cut file. */
export async function* openPieces(
  keys: KeyHolder,
  key: string,
  sealed: AsyncIterable<Uint8Array>,
  { start, end }: ByteRange,
): AsyncGenerator<Buffer> {
  let index = Math.floor(start / pieceBytes)
  let at = index * pieceBytes
  for await (const piece of cut(sealed, sealedPieceBytes)) {
    const plain = unseal(keys, purposeOf(key, index), piece)
    yield plain.subarray(Math.max(0, start - at), Math.min(plain.length, end + 1 - at))
    index += 1
    at += plain.length
  }
  if (at <= end) throw new SecretUnreadableError('the file is shorter than it was')
}
