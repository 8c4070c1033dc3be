import type { BaileysEventMap, proto, WASocket } from 'baileys'
import type { Clock } from '../../platform/clock.ts'
import { decryptMediaRetryData, encryptMediaRetryRequest, proto as protocol } from '../library/library.ts'

/** Why a phone did not bring a file again. */
export class ReuploadError extends Error {
  constructor(why: string) {
    super(`the file was not brought again: ${why}`)
    this.name = 'ReuploadError'
  }
}

type MediaUpdate = BaileysEventMap['messages.media-update'][number]

interface RetriesOptions {
  socket(): WASocket
  ownId(): string
  clock: Clock
}

/** Asks the phone of a message to upload its file again, and waits for where it is (`mediaretry` notification). */
export class MediaRetries {
  readonly #options: RetriesOptions
  readonly #waiting = new Map<string, (update: MediaUpdate | undefined) => void>()
  readonly #asking = new Map<string, Promise<string>>()

  constructor(options: RetriesOptions) {
    this.#options = options
  }

  /** The new path of a message's file; throws ReuploadError when there is none within `timeoutMs`. */
  request(key: proto.IMessageKey, mediaKey: Uint8Array, timeoutMs: number): Promise<string> {
    const id = key.id ?? ''
    const asking = this.#asking.get(id) ?? this.#ask(id, key, mediaKey, timeoutMs)
    this.#asking.set(id, asking)
    const forget = () => this.#asking.delete(id)
    asking.then(forget, forget)
    return asking
  }

  /** Answers of phones; those nobody waits for are ignored. */
  handle(updates: readonly MediaUpdate[]): void {
    for (const update of updates) this.#waiting.get(update.key.id ?? '')?.(update)
  }

  /** The connection is gone: nobody answers any more. */
  close(): void {
    for (const resolve of [...this.#waiting.values()]) resolve(undefined)
  }

  async #ask(id: string, key: proto.IMessageKey, mediaKey: Uint8Array, timeoutMs: number): Promise<string> {
    const { socket, ownId, clock } = this.#options
    const answered = new Promise<MediaUpdate | undefined>((resolve) => {
      const timer = clock.schedule(timeoutMs, () => resolve(undefined))
      this.#waiting.set(id, (update) => {
        timer.cancel()
        resolve(update)
      })
    })
    try {
      await socket().sendNode(encryptMediaRetryRequest(key, mediaKey, ownId()))
      return readAnswer(await answered, mediaKey, id)
    } finally {
      this.#waiting.delete(id)
    }
  }
}

function readAnswer(update: MediaUpdate | undefined, mediaKey: Uint8Array, id: string): string {
  if (update === undefined) throw new ReuploadError('no answer')
  if (update.error !== undefined || update.media === undefined) throw new ReuploadError('refused')
  const answer = decryptAnswer(update.media, mediaKey, id)
  const { SUCCESS } = protocol.MediaRetryNotification.ResultType
  if (answer.result !== SUCCESS || !answer.directPath) throw new ReuploadError('not found')
  return answer.directPath
}

/** Only whoever has the file's key can answer. */
function decryptAnswer(
  media: NonNullable<MediaUpdate['media']>,
  mediaKey: Uint8Array,
  id: string,
): proto.IMediaRetryNotification {
  try {
    return decryptMediaRetryData(media, mediaKey, id)
  } catch {
    throw new ReuploadError('an answer that cannot be read')
  }
}
