import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { type FileWork, readFully, writeFully } from '../../platform/files/file-thread-port.ts'
import { openSealedFile, type SealedFile } from '../../platform/files/sealed-file.ts'
import { expandMediaKey, type MediaClass, macBytes } from './crypto.ts'

/** A file in clear; `sha256` is its digest, hexadecimal, when it is known already. */
export interface PlainFile {
  path: string
  sha256?: string | undefined
}

/** A file of the blob store or one in clear, and the open file that takes what is to be uploaded. */
export interface EncryptTask {
  file: SealedFile | PlainFile
  fd: number
  /** Absent for channels, whose files are not encrypted. */
  seal: { mediaKey: Uint8Array; mediaClass: MediaClass } | undefined
}

/** What is known once it is done: `FileDigests`, and how much is to be uploaded. */
export interface EncryptedFile {
  fileSha256: Uint8Array
  uploadSha256: Uint8Array
  fileLength: number
  uploadLength: number
}

const blockBytes = 512 * 1024

function* readFile(path: string): Generator<Buffer, void> {
  const block = Buffer.allocUnsafeSlow(blockBytes)
  const source = openSync(path, 'r')
  try {
    for (let position = 0; ; ) {
      const read = readFully(source, block, position)
      if (read > 0) yield block.subarray(0, read)
      if (read < block.length) return
      position += read
    }
  } finally {
    closeSync(source)
  }
}

/** Does for a file on the disk what `encryptFile` and `passFile` do for a stream. */
export function* encryptSealedFile({ file, fd, seal }: EncryptTask): FileWork<EncryptedFile> {
  const keys = seal && expandMediaKey(seal.mediaKey, seal.mediaClass)
  const cipher = keys && createCipheriv('aes-256-cbc', keys.cipherKey, keys.iv)
  const mac = keys && createHmac('sha256', keys.macKey).update(keys.iv)
  const known = 'key' in file ? undefined : file.sha256
  const plainHash = known === undefined ? createHash('sha256') : undefined
  const uploadHash = createHash('sha256')
  const block = Buffer.allocUnsafeSlow(2 * blockBytes)
  let filled = 0
  let uploadLength = 0
  const flush = (): void => {
    const part = block.subarray(0, filled)
    uploadHash.update(part)
    writeFully(fd, part, uploadLength)
    uploadLength += filled
    filled = 0
  }
  const add = (part: Uint8Array): void => {
    block.set(part, filled)
    filled += part.length
  }
  const addSealed = (part: Buffer): void => {
    mac?.update(part)
    add(part)
  }
  let fileLength = 0
  for (const piece of 'key' in file ? openSealedFile(file) : readFile(file.path)) {
    fileLength += piece.length
    plainHash?.update(piece)
    addSealed(cipher === undefined ? piece : cipher.update(piece))
    if (filled < blockBytes) continue
    flush()
    yield
  }
  if (cipher !== undefined) addSealed(cipher.final())
  if (mac !== undefined) add(mac.digest().subarray(0, macBytes))
  flush()
  const fileSha256 = plainHash?.digest() ?? Buffer.from(known ?? '', 'hex')
  return { fileSha256, uploadSha256: uploadHash.digest(), fileLength, uploadLength }
}
