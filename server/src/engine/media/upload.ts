import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import { FairTurns } from '../../platform/fair-turns.ts'
import { largeFileBytes } from '../../platform/files/file-thread.ts'
import type { SealedFile } from '../../platform/files/sealed-file.ts'
import type { OutboundFile } from '../content.ts'
import {
  encryptFile,
  expandMediaKey,
  type FileDigests,
  type MediaClass,
  mediaClassOf,
  passFile,
} from './crypto.ts'
import type { EncryptTask } from './encrypt.ts'
import type { MediaHosts, MediaRoute } from './hosts.ts'
import type { MediaContent, UploadedFile } from './parts.ts'
import { type ComingFile, encryptInThread, PreparedUploads } from './prepared-uploads.ts'
import { MediaSpool } from './spool.ts'

/** Where files may be uploaded to right now, as WhatsApp says. */
export interface MediaConnection {
  hosts: readonly { hostname: string }[]
  auth: string
}

/** Whose file is uploaded, and how. */
export interface UploadOwner {
  sessionId: string
  /** Asks WhatsApp where to upload; `isForced` when the last answer is used up. */
  connect(isForced: boolean): Promise<MediaConnection>
  route?: MediaRoute | undefined
}

/** A file could not be brought to WhatsApp; `isFinal` when trying again is pointless. */
export class UploadError extends Error {
  readonly code: string
  readonly isFinal: boolean

  constructor(code: string, isFinal: boolean, cause?: unknown) {
    super(`the upload failed: ${code}`, { cause })
    this.name = 'UploadError'
    this.code = code
    this.isFinal = isFinal
  }
}

const perSession = 2
const perProcess = 8
const maxCached = 2000
/** WhatsApp keeps files for about two weeks; a bulk send to many is over long before. */
const cacheMs = 24 * 3_600_000
const uploadBaseMs = 30_000
/** The slowest line that is waited for. */
const slowestBytesPerMs = 50
const maxAnswerBytes = 64 * 1024
const rounds = 2
/** How many times as long as one try all of them together may take. */
const patience = 2

/** Finds a file of the blob store on this machine's disk. */
export type BlobLocator = (key: string) => Promise<SealedFile | undefined>

interface UploadsOptions {
  hosts: MediaHosts
  clock: Clock
  readBlob(key: string): Promise<Readable>
  locateBlob?: BlobLocator
}

/** Uploads files to WhatsApp: a bounded number at once, each file of a session once. */
export class MediaUploads {
  readonly #options: UploadsOptions
  readonly #turns = new FairTurns({ max: perProcess, maxPerKey: perSession })
  readonly #prepared: PreparedUploads
  readonly #cache = new LRUCache<string, Promise<UploadedFile>>({ max: maxCached, ttl: cacheMs })

  constructor(options: UploadsOptions) {
    this.#options = options
    this.#prepared = new PreparedUploads(options.clock)
  }

  /** Where the file is; uploads it unless this session did lately. Throws UploadError. */
  upload(owner: UploadOwner, { kind, file }: MediaContent, isChannel: boolean): Promise<UploadedFile> {
    const mediaClass = mediaClassOf(kind)
    // Sessions share nothing: the same file of two accounts must not be linkable.
    const key = JSON.stringify([owner.sessionId, isChannel, mediaClass, file.blob])
    const known = this.#cache.get(key)
    if (known !== undefined) return known
    const uploading = this.#turns.run(owner.sessionId, () => this.#upload(owner, file, mediaClass, isChannel))
    this.#cache.set(key, uploading)
    uploading.catch(() => this.#cache.delete(key))
    return uploading
  }

  /** Prepares for a send what needs no connection; never fails. */
  prepare(file: ComingFile): Promise<void> {
    return this.#prepared.prepare(file)
  }

  /** Uploads a file that was prepared, for a send that follows; what goes wrong the send finds again. */
  start(owner: UploadOwner, content: MediaContent): void {
    if (this.#prepared.has(content.file.blob)) void this.upload(owner, content, false).catch(() => {})
  }

  async #upload(
    owner: UploadOwner,
    file: OutboundFile,
    mediaClass: MediaClass,
    isChannel: boolean,
  ): Promise<UploadedFile> {
    const prepared = isChannel ? undefined : await this.#prepared.take(file.blob, mediaClass)
    const spool = prepared?.spool ?? new MediaSpool()
    try {
      const mediaKey = prepared?.mediaKey ?? randomBytes(32)
      const seal = isChannel ? undefined : { mediaKey, mediaClass }
      const digests = prepared?.digests ?? (await this.#spool(spool, file, seal))
      const path = isChannel ? `/newsletter/newsletter-${mediaClass}` : `/mms/${mediaClass}`
      const answer = await this.#postToHosts(owner, spool, path, digests.uploadSha256)
      const encryption = {
        mediaKey,
        fileEncSha256: digests.uploadSha256,
        timestampSeconds: Math.floor(this.#options.clock.nowMs() / 1000),
      }
      return {
        ...answer,
        fileSha256: digests.fileSha256,
        fileLength: digests.fileLength,
        ...(!isChannel && { encryption }),
      }
    } finally {
      await spool.dispose()
    }
  }

  /** Where a thread finds the file; undefined when it is small or not on this machine. */
  async #locate(blob: string, bytes: number): Promise<SealedFile | undefined> {
    return bytes < largeFileBytes ? undefined : this.#options.locateBlob?.(blob)
  }

  async #spool(
    spool: MediaSpool,
    { blob, bytes }: OutboundFile,
    seal: EncryptTask['seal'],
  ): Promise<FileDigests> {
    try {
      const located = await this.#locate(blob, bytes)
      if (located !== undefined) return await encryptInThread(spool, located, seal)
      const file = await this.#options.readBlob(blob)
      const pieces =
        seal === undefined
          ? passFile(file)
          : encryptFile(file, expandMediaKey(seal.mediaKey, seal.mediaClass))
      for (;;) {
        const { done, value } = await pieces.next()
        if (done === true) {
          await spool.finish()
          return value
        }
        await spool.write(value)
      }
    } catch (error) {
      const isMissing =
        error instanceof AppError ? error.status === 410 || error.status === 404 : codeOf(error) === 'ENOENT'
      throw new UploadError(isMissing ? 'file_missing' : 'file_unreadable', isMissing, error)
    }
  }

  /** Tries each host, and all of them once more with fresh permission. */
  async #postToHosts(
    owner: UploadOwner,
    spool: MediaSpool,
    path: string,
    sha256: Buffer,
  ): Promise<Pick<UploadedFile, 'url' | 'directPath' | 'handle'>> {
    const token = sha256.toString('base64url')
    let refusal: UploadError | undefined
    let cause: unknown
    const { clock } = this.#options
    const deadlineMs = clock.monotonicMs() + patience * timeoutOf(spool)
    for (let round = 0; round < rounds; round += 1) {
      const { hosts, auth } = await requestHosts(owner, round > 0)
      const query = `auth=${encodeURIComponent(auth)}&token=${token}`
      for (const { hostname } of hosts) {
        const url = this.#options.hosts.urlOf(hostname, `${path}/${token}?${query}`)
        if (url === undefined || clock.monotonicMs() > deadlineMs) continue
        try {
          return await this.#post(url, owner, spool)
        } catch (error) {
          cause = error
          if (error instanceof UploadError && error.isFinal) refusal = error
        }
      }
    }
    throw refusal ?? new UploadError('upload_failed', false, cause)
  }

  async #post(
    url: URL,
    owner: UploadOwner,
    spool: MediaSpool,
  ): Promise<Pick<UploadedFile, 'url' | 'directPath' | 'handle'>> {
    const { hosts, clock } = this.#options
    const controller = new AbortController()
    const timer = clock.schedule(timeoutOf(spool), () =>
      controller.abort(new Error('the upload took too long')),
    )
    try {
      const { statusCode, body } = await hosts.request(url, {
        method: 'POST',
        body: spool.read(),
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(spool.bytes) },
        signal: controller.signal,
        route: owner.route,
      })
      const text = await readText(body, maxAnswerBytes)
      if (statusCode !== 200) {
        // A host that says the file is wrong will say so again; anything else may pass.
        throw new UploadError(`upload_refused_${statusCode}`, isRefusal(statusCode))
      }
      return parseAnswer(text)
    } finally {
      timer.cancel()
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

async function requestHosts(owner: UploadOwner, isForced: boolean): Promise<MediaConnection> {
  try {
    return await owner.connect(isForced)
  } catch (error) {
    throw new UploadError('upload_not_allowed', false, error)
  }
}

function timeoutOf({ bytes }: MediaSpool): number {
  return uploadBaseMs + bytes / slowestBytesPerMs
}

function isRefusal(status: number): boolean {
  return status === 400 || status === 406 || status === 413 || status === 415
}

function parseAnswer(text: string): Pick<UploadedFile, 'url' | 'directPath' | 'handle'> {
  let answer: { url?: unknown; direct_path?: unknown; handle?: unknown }
  try {
    answer = JSON.parse(text)
  } catch (error) {
    throw new UploadError('upload_not_understood', false, error)
  }
  const { url, direct_path: directPath, handle } = answer
  if (typeof directPath !== 'string') throw new UploadError('upload_not_understood', false)
  return {
    url: typeof url === 'string' ? url : '',
    directPath,
    ...(typeof handle === 'string' && { handle }),
  }
}

async function readText(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new UploadError('upload_not_understood', false)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
