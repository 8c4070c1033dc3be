import type { Context } from '../../../context.ts'
import type { Database } from '../../../platform/database/database.ts'
import { type Batcher, createBatcher } from '../../../platform/database/write-batcher.ts'
import type { MessageProgress } from '../../conversations/messages/messages.schema.ts'
import {
  mayLag,
  type OutboxWrite,
  type OutboxWritten,
  type Stored,
  type ToSettle,
  type ToStore,
  writeOutbox,
} from './store-messages.ts'

/** How a message left, or did not, as somebody waiting for it is told. */
export interface Outcome {
  status: 'sent' | 'failed'
  at: Date
  error: string | null
}

/** What this process is doing with outgoing messages; one per application. */
export class OutboxRuntime {
  /** The context of background work: belongs to no caller. */
  readonly ctx: Context
  readonly #writing: Batcher<OutboxWrite, OutboxWritten>
  /** Messages that are being handed over here: nobody else in this process may start with them. */
  readonly handling = new Set<string>()
  /** The last thing typed in a chat: people type one message after another. */
  readonly typing = new Map<string, Promise<void>>()
  readonly #waiters = new Map<string, Set<(outcome: Outcome) => void>>()
  isStopping = false

  constructor(ctx: Context) {
    this.ctx = ctx
    this.#writing = createBatcher(ctx.db, { write: (sql, items) => writeOutbox(ctx, sql, items), mayLag })
  }

  /** Stores a new message; resolves after the commit. */
  async store(item: ToStore): Promise<Stored> {
    return (await this.#writing.add({ kind: 'store', item })) as Stored
  }

  /** Stores that a message was sent; resolves after the commit. */
  async settle(item: ToSettle): Promise<void> {
    await this.#writing.add({ kind: 'settle', item })
  }

  /** Resolves when nothing is being written any more. */
  flush(): Promise<void> {
    return this.#writing.flush()
  }

  /** How the message ends, or undefined when that takes longer than `ms`. */
  outcomeOf(messageId: string, ms: number): Promise<Outcome | undefined> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(messageId) ?? new Set()
      this.#waiters.set(messageId, waiters)
      const end = (outcome: Outcome | undefined): void => {
        timer.cancel()
        waiters.delete(end)
        if (waiters.size === 0) this.#waiters.delete(messageId)
        resolve(outcome)
      }
      const timer = this.ctx.clock.schedule(ms, () => end(undefined))
      waiters.add(end)
    })
  }

  /** Tells whoever waits how a message ended. */
  tell(messageId: string, outcome: Outcome): void {
    for (const waiter of [...(this.#waiters.get(messageId) ?? [])]) waiter(outcome)
  }

  /** The same as another process or another path told it. */
  tellEvent(event: MessageProgress, atMs: number): void {
    // Whoever has the message in hand here knows more exactly, and tells in a moment.
    if (this.handling.has(event.messageId) || (event.status !== 'sent' && event.status !== 'failed')) return
    this.tell(event.messageId, { status: event.status, at: new Date(atMs), error: event.error })
  }
}

const runtimes = new WeakMap<Database, OutboxRuntime>()

/** The runtime of the application that the context belongs to. */
export function runtimeOf(ctx: Context): OutboxRuntime {
  let runtime = runtimes.get(ctx.db)
  if (runtime === undefined) {
    runtime = new OutboxRuntime({ ...ctx, caller: { kind: 'anonymous', ip: '' } })
    runtimes.set(ctx.db, runtime)
  }
  return runtime
}
