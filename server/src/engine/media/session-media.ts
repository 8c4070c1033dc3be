import type { Readable } from 'node:stream'
import type { WASocket } from 'baileys'
import type { Clock } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import type { MessageTarget } from '../content.ts'
import type { ChatId } from '../ids.ts'
import type { Addresses } from '../inbound/addresses.ts'
import { proto } from '../library/library.ts'
import { MediaDownloads } from './download.ts'
import { waMediaNone } from './errors.ts'
import { MediaHosts, type MediaRoute } from './hosts.ts'
import { findMediaPart, type MediaPart } from './part.ts'
import type { MediaContent, UploadedFile } from './parts.ts'
import { MediaRetries } from './retry.ts'
import { type BlobLocator, type MediaConnection, MediaUploads, type UploadOwner } from './upload.ts'

/** What moves files in this process, for all its sessions. */
export interface MediaTransfers {
  hosts: MediaHosts
  uploads: MediaUploads
  downloads: MediaDownloads
}

/** Makes the process's part; `waUrl` is a simulator's address, checked to be this machine. */
export function createMediaTransfers(options: {
  waUrl: string | undefined
  clock: Clock
  readBlob(key: string): Promise<Readable>
  locateBlob?: BlobLocator
}): MediaTransfers {
  const hosts = new MediaHosts(options.waUrl)
  return {
    hosts,
    uploads: new MediaUploads({ ...options, hosts }),
    downloads: new MediaDownloads(hosts, options.clock),
  }
}

interface SessionMediaOptions {
  sessionId: string
  transfers: MediaTransfers
  addresses: Addresses
  clock: Clock
  socket(): WASocket
  /** The account's own address. */
  ownId(): string
  /** The session's proxy, if it has one. */
  route?: MediaRoute | undefined
}

/** Files of one connection, both ways. */
export class SessionMedia {
  readonly #options: SessionMediaOptions
  /** Answers of phones that were asked for a file again. */
  readonly retries: MediaRetries

  constructor(options: SessionMediaOptions) {
    this.#options = options
    this.retries = new MediaRetries(options)
  }

  /** Brings a file to WhatsApp; throws UploadError. */
  upload(content: MediaContent, isChannel: boolean): Promise<UploadedFile> {
    return this.#options.transfers.uploads.upload(this.#owner(), content, isChannel)
  }

  /** Begins to bring a prepared file to WhatsApp, for a message to a person or a group that is being stored. */
  startUpload(content: MediaContent): void {
    this.#options.transfers.uploads.start(this.#owner(), content)
  }

  /**
   * The file of a message. The stream fails with an AppError when the file turns out to be wrong: what was read before is
   * not to be trusted, its last piece comes only when everything is right.
   */
  async download(
    message: { chatId: ChatId; target: MessageTarget; proto: Uint8Array },
    limits: { maxBytes: number; timeoutMs: number },
  ): Promise<Readable> {
    const { transfers, route } = this.#options
    const part = findMediaPart(proto.Message.decode(message.proto))
    if (part === undefined) throw new AppError(waMediaNone)
    const owner = {
      route,
      listHosts: async () => (await this.#connect(false)).hosts.map(({ hostname }) => hostname),
      requestAgain: (mediaKey: Uint8Array, timeoutMs: number) =>
        this.#requestAgain(message.chatId, message.target, mediaKey, timeoutMs),
    }
    return transfers.downloads.download(part, owner, limits)
  }

  /** A file that no message for people carries, such as a piece of history; the phone is not asked for it again. */
  fetch(part: MediaPart, limits: { maxBytes: number; timeoutMs: number }): Promise<Readable> {
    const { transfers, route } = this.#options
    const owner = {
      route,
      listHosts: async () => (await this.#connect(false)).hosts.map(({ hostname }) => hostname),
      requestAgain: () => Promise.reject(new Error('the phone does not upload it again')),
    }
    return transfers.downloads.download(part, owner, limits)
  }

  /** The connection is gone. */
  close(): void {
    this.retries.close()
  }

  #owner(): UploadOwner {
    const { sessionId, route } = this.#options
    return { sessionId, route, connect: (isForced) => this.#connect(isForced) }
  }

  #connect(isForced: boolean): Promise<MediaConnection> {
    return this.#options.socket().refreshMediaConn(isForced)
  }

  async #requestAgain(
    chatId: ChatId,
    target: MessageTarget,
    mediaKey: Uint8Array,
    timeoutMs: number,
  ): Promise<string> {
    const { addresses } = this.#options
    const key = {
      id: target.waMessageId,
      remoteJid: await addresses.jidOf(chatId),
      fromMe: target.isFromMe,
      ...(target.sender !== null && { participant: await addresses.jidOf(target.sender) }),
    }
    return this.retries.request(key, mediaKey, timeoutMs)
  }
}
