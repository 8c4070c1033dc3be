import type { Clock } from '../../platform/clock.ts'
import { createLru } from '../../platform/lru.ts'

/** The server's word on a message. */
export type Ack =
  | { kind: 'acked'; atMs: number | undefined }
  | { kind: 'error'; code: string }
  | { kind: 'none'; why: string }

/** One message whose ack is awaited. */
export interface PendingAck {
  /** The ack, or why there is none; never rejects. */
  readonly answered: Promise<Ack>
  /** The message leaves now: from here on at most `timeoutMs` are waited. */
  startTimer(timeoutMs: number): void
}

/** Messages sent whose ack is awaited, and those whose ack came too late to be awaited. */
export class Acks {
  readonly #clock: Clock
  readonly #pending = new Map<string, (ack: Ack) => void>()
  readonly #late = createLru<string>(1000)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Waits for the ack of a message; `chatId` is kept for an ack that comes later. */
  wait(id: string, chatId: string): PendingAck {
    let timer: { cancel(): void } | undefined
    const answered = new Promise<Ack>((resolve) => {
      this.#pending.set(id, (ack) => {
        timer?.cancel()
        resolve(ack)
      })
    })
    const startTimer = (timeoutMs: number) => {
      timer ??= this.#clock.schedule(timeoutMs, () => {
        this.#late.set(id, chatId)
        this.#settle(id, { kind: 'none', why: 'ack_timeout' })
      })
    }
    return { answered, startTimer }
  }

  /** The server answered; returns the chat of a message nobody waits for any more. */
  receive(id: string, ack: Ack): string | undefined {
    if (this.#settle(id, ack)) return undefined
    const chatId = this.#late.get(id)
    this.#late.delete(id)
    return chatId
  }

  /** The wait for one message is pointless. */
  cancel(id: string, why: string): void {
    this.#settle(id, { kind: 'none', why })
  }

  /** The connection is gone: nobody answers any more. */
  loseAll(): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id, { kind: 'none', why: 'connection_lost' })
  }

  #settle(id: string, ack: Ack): boolean {
    const settle = this.#pending.get(id)
    this.#pending.delete(id)
    settle?.(ack)
    return settle !== undefined
  }
}
