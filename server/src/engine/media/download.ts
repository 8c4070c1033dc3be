import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import { DamagedFileError, macBytes, openFile } from './crypto.ts'
import {
  waMediaDamaged,
  waMediaGone,
  waMediaNone,
  waMediaTimeout,
  waMediaTooLarge,
  waMediaUnreachable,
} from './errors.ts'
import type { MediaHosts, MediaRoute } from './hosts.ts'
import { claimsOf, type MediaPart } from './part.ts'

/** What a download needs of the session it is for. */
export interface DownloadOwner {
  /** Hosts that WhatsApp names at the moment; asked only when the message names none. */
  listHosts(): Promise<readonly string[]>
  /** Asks the phone of the message for the file; resolves with its new path or rejects. */
  requestAgain(mediaKey: Uint8Array, timeoutMs: number): Promise<string>
  route?: MediaRoute | undefined
}

interface DownloadLimits {
  maxBytes: number
  timeoutMs: number
}

/** A padded block and the MAC: what an encrypted file is longer by at most. */
const overheadBytes = 16 + macBytes
/** Source: `REUPLOAD_REQUIRED_STATUS` of Baileys 7; whatsmeow takes 403 for an address that ran out as well. */
const goneStatuses = new Set([403, 404, 410])
const chunkBytes = 256 * 1024
const reuploadMs = 20_000

/** Gets files from WhatsApp as checked streams, bounded in bytes and time. */
export class MediaDownloads {
  readonly #hosts: MediaHosts
  readonly #clock: Clock

  constructor(hosts: MediaHosts, clock: Clock) {
    this.#hosts = hosts
    this.#clock = clock
  }

  /**
   * The file, decrypted. The stream fails with an AppError when the file turns out damaged, too large or too slow; its
   * last piece comes only when everything is right.
   */
  async download(part: MediaPart, owner: DownloadOwner, limits: DownloadLimits): Promise<Readable> {
    const controller = new AbortController()
    const late = new AppError(waMediaTimeout)
    let stream: Readable | undefined
    const timer = this.#clock.schedule(limits.timeoutMs, () => {
      controller.abort(late)
      stream?.destroy(late)
    })
    const startedMs = this.#clock.monotonicMs()
    const leftMs = () => Math.max(0, limits.timeoutMs - (this.#clock.monotonicMs() - startedMs))
    try {
      const { headers, body } = await this.#find(part, owner, controller.signal, leftMs)
      refuseLarge(headers['content-length'], limits.maxBytes)
      stream = Readable.from(checkFile(body, part, limits.maxBytes), {
        objectMode: false,
        highWaterMark: chunkBytes,
      })
      stream.once('close', () => {
        timer.cancel()
        controller.abort()
      })
      // Whoever reads sees the failure; a stream that nobody reads yet must not end the process.
      stream.on('error', () => {})
      return stream
    } catch (error) {
      timer.cancel()
      const isLate = controller.signal.aborted
      controller.abort()
      throw isLate ? late : error
    }
  }

  /** The answer that carries the file; asks for it again once when WhatsApp no longer has it. */
  async #find(
    part: MediaPart,
    owner: DownloadOwner,
    signal: AbortSignal,
    leftMs: () => number,
  ): Promise<Dispatcher.ResponseData> {
    const first = await this.#get(part, owner, signal)
    if (first !== undefined) return first
    if (part.mediaKey === undefined) throw new AppError(waMediaGone)
    const directPath = await this.#requestAgain(owner, part.mediaKey, Math.min(leftMs(), reuploadMs))
    const second = await this.#get({ ...part, directPath }, owner, signal)
    if (second === undefined) throw new AppError(waMediaGone)
    return second
  }

  async #requestAgain(owner: DownloadOwner, mediaKey: Uint8Array, timeoutMs: number): Promise<string> {
    try {
      return await owner.requestAgain(mediaKey, timeoutMs)
    } catch (error) {
      throw new AppError(waMediaGone, { cause: error })
    }
  }

  /** Undefined when WhatsApp no longer has the file. */
  async #get(
    part: MediaPart,
    owner: DownloadOwner,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData | undefined> {
    let cause: unknown
    let hasTried = false
    for await (const url of this.#listUrls(part, owner)) {
      hasTried = true
      try {
        const response = await this.#hosts.request(url, { method: 'GET', signal, route: owner.route })
        if (response.statusCode === 200) return response
        await response.body.dump()
        if (goneStatuses.has(response.statusCode)) return undefined
        cause = new Error(`a host of files answered ${response.statusCode}`)
      } catch (error) {
        if (signal.aborted) throw error
        cause = error
      }
    }
    throw hasTried ? new AppError(waMediaUnreachable, { cause }) : new AppError(waMediaNone)
  }

  /** Where the file may be: the host that the message names, then those that WhatsApp names. */
  async *#listUrls({ directPath, url }: MediaPart, owner: DownloadOwner): AsyncGenerator<URL> {
    const named = url !== undefined && URL.canParse(url) ? new URL(url) : undefined
    const isNamedAllowed = named !== undefined && this.#hosts.isAllowed(named)
    if (directPath === undefined) {
      if (isNamedAllowed) yield named
      return
    }
    const first = isNamedAllowed ? this.#hosts.urlOf(named.host, directPath) : undefined
    if (first !== undefined) yield first
    for (const host of await owner.listHosts()) {
      const next = this.#hosts.urlOf(host, directPath)
      if (next !== undefined && next.href !== first?.href) yield next
    }
  }
}

/** The file's bytes, counted as they come: what the sender says of the size is only said. */
export async function* checkFile(
  body: AsyncIterable<Buffer>,
  part: MediaPart,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  let bytes = 0
  try {
    for await (const piece of openFile(body, claimsOf(part))) {
      bytes += piece.length
      if (bytes > maxBytes) throw new AppError(waMediaTooLarge)
      yield piece
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    if (error instanceof DamagedFileError) throw new AppError(waMediaDamaged, { cause: error })
    throw new AppError(waMediaUnreachable, { cause: error })
  }
}

function refuseLarge(header: string | string[] | undefined, maxBytes: number): void {
  if (Number(header ?? 0) > maxBytes + overheadBytes) throw new AppError(waMediaTooLarge)
}
