import { randomBytes } from 'node:crypto'
import type { Account } from '../accounts.ts'
import type { Group } from '../groups/model.ts'
import { defineState } from '../state.ts'
import type { World } from '../world.ts'
import { type MediaPurpose, sealFile, sha256 } from './crypto.ts'

/** A file on the media server, as it was uploaded: encrypted, except for those of channels. */
export type StoredFile = {
  readonly path: string
  readonly bytes: Buffer
  /** Phone whose client or whose owner uploaded it. */
  readonly by: string
  /** Where it was sent to, once it is known. */
  chat?: Account | Group
  /** The server has lost it; the phone may upload it again under another path. */
  isGone: boolean
  /** The phone uploaded it a second time: it does not get lost again. */
  readonly isRenewed: boolean
}

const defaultLimitBytes = 512 * 1024 * 1024

/** Files in memory. Beyond the limit the oldest go first, as the service forgets files after some weeks. */
export class MediaStore {
  readonly #files = new Map<string, StoredFile>()
  readonly #tokens = new Map<string, string>()
  readonly #tokenOf = new Map<string, string>()
  readonly #limitBytes: number
  #bytes = 0
  /** Where the media server listens, `<name>:<port>`. */
  host = ''

  constructor(limitBytes = defaultLimitBytes) {
    this.#limitBytes = limitBytes
  }

  /** Number and size of the files kept. */
  get usage(): { files: number; bytes: number } {
    return { files: this.#files.size, bytes: this.#bytes }
  }

  /** Keeps a file; returns the path to it. */
  put(bytes: Buffer, by: string, isRenewed = false): string {
    const name = `${randomBytes(16).toString('hex')}_n.enc`
    const path = `/v/t62.7118-24/${name}`
    this.#files.set(path, { path, bytes, by, isGone: false, isRenewed })
    this.#bytes += bytes.length
    for (const oldest of this.#files.values()) {
      if (this.#bytes <= this.#limitBytes || oldest.path === path) break
      this.#files.delete(oldest.path)
      this.#bytes -= oldest.bytes.length
    }
    return path
  }

  /** The file behind a path, with or without the parameters that signed paths have. */
  find(path: string | null | undefined): StoredFile | undefined {
    return this.#files.get(path?.split('?', 1)[0] ?? '')
  }

  /** A phone encrypts a file and uploads it; returns what its message says of it. */
  upload(plaintext: Uint8Array, purpose: MediaPurpose, by: string): UploadedFile {
    const { ciphertext, ...claims } = sealFile(plaintext, purpose)
    const directPath = this.put(ciphertext, by)
    return { ...claims, directPath, url: this.urlOf(directPath), mediaKeyTimestamp: nowSeconds() }
  }

  /** A file of a channel is uploaded as it is. Source: `getRawMediaUploadData` of Baileys. */
  uploadPlain(
    bytes: Uint8Array,
    by: string,
  ): Pick<UploadedFile, 'url' | 'directPath' | 'fileSha256' | 'fileLength'> {
    const directPath = this.put(Buffer.from(bytes), by)
    const url = this.urlOf(directPath)
    return { url, directPath, fileSha256: sha256(bytes), fileLength: bytes.length }
  }

  /** Address of a path. */
  urlOf(path: string): string {
    return `https://${this.host}${path}`
  }

  /** What a client shows at an upload. */
  tokenOf(phone: string): string {
    let token = this.#tokenOf.get(phone)
    if (!token) {
      token = randomBytes(24).toString('base64url')
      this.#tokenOf.set(phone, token)
      this.#tokens.set(token, phone)
    }
    return token
  }

  /** Whose token it is. */
  phoneOf(token: string): string | undefined {
    return this.#tokens.get(token)
  }

  /** Everything but where it listens, to save and to restore. */
  saved(): { files: StoredFile[]; tokens: Map<string, string> } {
    return { files: [...this.#files.values()], tokens: this.#tokenOf }
  }

  restore({ files, tokens }: ReturnType<MediaStore['saved']>): void {
    for (const file of files) {
      this.#files.set(file.path, file)
      this.#bytes += file.bytes.length
    }
    for (const [phone, token] of tokens) {
      this.#tokenOf.set(phone, token)
      this.#tokens.set(token, phone)
    }
  }

  /** Forgets everything but where it listens. */
  clear(): void {
    this.#files.clear()
    this.#tokens.clear()
    this.#tokenOf.clear()
    this.#bytes = 0
  }
}

const stores = defineState<World, MediaStore>(() => new MediaStore())

/** The files of a world. */
export const mediaOf = stores.of

/** Gives a world the files that a media server serves. */
export const useMediaStore = stores.set

/** What a message says of its file. */
export type UploadedFile = {
  url: string
  directPath: string
  mediaKey: Buffer
  mediaKeyTimestamp: number
  fileSha256: Buffer
  fileEncSha256: Buffer
  fileLength: number
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
