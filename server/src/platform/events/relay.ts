import type { Logger } from 'pino'
import type { Database } from '../database/database.ts'
import { outsideTransaction } from '../database/transaction.ts'
import type { PublishedEvent } from './events.ts'
import { cutLine, PieceCollector } from './pieces.ts'

/** Gets the events of other processes. */
export interface RelayListener {
  onEvent(event: PublishedEvent, bytes: number): void
  /** So many events at least did not come through. */
  onLost(count: number): void
}

const channel = 'moltflow_events'
/** PostgreSQL takes payloads below 8000 bytes; the sender and the frame need some of them. */
const maxBytes = 7800
const maxWaiting = 10_000
const maxWaitingLength = 8 * 1024 * 1024

/**
 * Carries live events between processes by NOTIFY, many in one statement. It is lossy on purpose:
 * durable work goes through jobs. An event too large for a notification goes in pieces. What is too large even for
 * that, and what piles up while the database is away, is reported as lost, and the reader fetches the state it missed.
 */
export class EventRelay {
  readonly #db: Database
  readonly #log: Pick<Logger, 'warn'>
  readonly #listener: RelayListener
  readonly #sender = `${process.pid}.${process.hrtime.bigint()}`
  readonly #pieces = new PieceCollector()
  #waiting: string[] = []
  #waitingLength = 0
  #lost = 0
  #sending: Promise<void> | undefined
  #subscription: { close(): Promise<void> } | undefined

  constructor(db: Database, log: Pick<Logger, 'warn'>, listener: RelayListener) {
    this.#db = db
    this.#log = log
    this.#listener = listener
  }

  async open(): Promise<void> {
    this.#subscription = await this.#db.listen(
      channel,
      (payload) => this.#receive(payload),
      () => this.#listener.onLost(1),
    )
  }

  /** Sends what waits and stops listening. */
  async close(): Promise<void> {
    await this.#sending
    await this.#subscription?.close()
  }

  /** Queues one event, given as its JSON. */
  send(text: string): void {
    const lines = Buffer.byteLength(text) > maxBytes ? cutLine(text) : [text]
    const isFull = this.#waiting.length >= maxWaiting || this.#waitingLength >= maxWaitingLength
    if (isFull || lines === undefined) this.#lost += 1
    else {
      this.#waiting.push(...lines)
      this.#waitingLength += text.length
    }
    this.#sending ??= outsideTransaction(() => this.#sendAll()).finally(() => {
      this.#sending = undefined
    })
  }

  async #sendAll(): Promise<void> {
    await Promise.resolve()
    while (this.#waiting.length > 0 || this.#lost > 0) {
      const lost = this.#lost
      this.#lost = 0
      this.#waitingLength = 0
      const frames = packFrames(this.#waiting.splice(0), this.#sender, lost)
      try {
        await this.#db.pool.query('SELECT pg_notify($1, frame) FROM unnest($2::text[]) AS frame', [
          channel,
          frames,
        ])
      } catch (error) {
        this.#log.warn({ err: error }, 'live events could not be told to other processes')
        return
      }
    }
  }

  #receive(payload: string): void {
    const [sender = '', lost, ...lines] = payload.split('\n')
    if (sender === this.#sender) return
    for (const line of lines) {
      const text = this.#pieces.take(sender, line)
      if (text !== undefined) this.#listener.onEvent(JSON.parse(text) as PublishedEvent, text.length)
    }
    if (Number(lost) > 0) this.#listener.onLost(Number(lost))
  }
}

/** Packs events, one per line, into as few payloads as fit; the first one carries the number lost. */
export function packFrames(texts: readonly string[], sender: string, lost: number): string[] {
  const frames: string[] = []
  let frame = `${sender}\n${lost}`
  let bytes = Buffer.byteLength(frame)
  for (const text of texts) {
    const size = Buffer.byteLength(text) + 1
    if (bytes + size > maxBytes + 150) {
      frames.push(frame)
      frame = `${sender}\n0`
      bytes = Buffer.byteLength(frame)
    }
    frame += `\n${text}`
    bytes += size
  }
  frames.push(frame)
  return frames
}
