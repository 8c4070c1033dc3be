import { createHash } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { type KeyHolder, SecretUnreadableError, sealParts, unseal } from '../secrets.ts'
import { type FileDigest, pieceBytes, purposeOf, sealedLength, sealedPieceBytes } from './blob-crypto.ts'
import { type FileWork, readFully, writeFully } from './file-thread-port.ts'

/** A sealed file on this machine's disk, as a thread can open it. */
export interface SealedFile extends KeyHolder {
  path: string
  /** What it was sealed under. */
  key: string
  /** Bytes of the file itself. */
  bytes: number
}

/** A file to seal, and the open file to write the result to. */
export interface SealTask extends KeyHolder {
  path: string
  key: string
  fd: number
  /** Hexadecimal, when it is known. */
  sha256: string | undefined
}

const piecesAtOnce = 8

/** Seals a file into another one. The same format as `sealPieces`, without a copy more than needed. */
export function* sealFile({ path, key, fd, secretKey, ...known }: SealTask): FileWork<FileDigest> {
  const keys = { secretKey }
  const plain = Buffer.allocUnsafeSlow(piecesAtOnce * pieceBytes)
  const sealed = Buffer.allocUnsafeSlow(piecesAtOnce * sealedPieceBytes)
  const hash = known.sha256 === undefined ? createHash('sha256') : undefined
  const source = openSync(path, 'r')
  try {
    let bytes = 0
    for (let index = 0, position = 0; ; ) {
      const read = readFully(source, plain, bytes)
      hash?.update(plain.subarray(0, read))
      let filled = 0
      for (let at = 0; at < read; at += pieceBytes, index += 1) {
        const piece = plain.subarray(at, Math.min(read, at + pieceBytes))
        for (const part of sealParts(keys, purposeOf(key, index), piece)) filled += part.copy(sealed, filled)
      }
      writeFully(fd, sealed.subarray(0, filled), position)
      bytes += read
      position += filled
      if (read < plain.length) return { bytes, sha256: known.sha256 ?? hash?.digest('hex') ?? '' }
      yield
    }
  } finally {
    closeSync(source)
  }
}

/** The file itself, piece by piece; throws SecretUnreadableError for a changed, moved or cut file. */
export function* openSealedFile({ path, key, bytes, secretKey }: SealedFile): Generator<Buffer, void> {
  const keys = { secretKey }
  const sealed = Buffer.allocUnsafeSlow(piecesAtOnce * sealedPieceBytes)
  const source = openSync(path, 'r')
  try {
    const total = sealedLength(bytes)
    for (let index = 0, position = 0; position < total; ) {
      const block = sealed.subarray(0, Math.min(sealed.length, total - position))
      if (readFully(source, block, position) < block.length)
        throw new SecretUnreadableError('the file is shorter than it was')
      position += block.length
      for (let at = 0; at < block.length; at += sealedPieceBytes, index += 1)
        yield unseal(keys, purposeOf(key, index), block.subarray(at, at + sealedPieceBytes))
    }
  } finally {
    closeSync(source)
  }
}
