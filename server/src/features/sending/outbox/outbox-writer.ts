import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { type Batcher, createBatcher } from '../../../platform/database/write-batcher.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { type SentMessage, storeSent } from './outcome.ts'
import { type NewMessage, type StoreResult, storeMessages } from './store-messages.ts'

/** What the outbox writes: new messages and those that have left. */
type OutboxWrite = { kind: 'new'; item: NewMessage } | { kind: 'sent'; item: SentMessage }
/** What a write answers: what became of a new message, or whether this write was the first to mark it as sent. */
type OutboxWritten = StoreResult | boolean

/**
 * Whether a write may be acknowledged before it is on the disk. A message that leaves at once is: the keys it is
 * encrypted with are committed after it and before it leaves, which puts both on the disk. That it was sent is found
 * out again: a message without that mark is sent once more under the same id, which WhatsApp shows once.
 */
function mayLag(write: OutboxWrite): boolean {
  if (write.kind === 'sent') return true
  const { row, draft } = write.item
  return !row.answered_pending && row.waits_for === null && draft.kind !== 'channel'
}

/**
 * Writes what comes and what goes in one transaction: with many messages on their way both are due all the time, and
 * two transactions would each wait for the other's commit.
 */
async function writeOutbox(ctx: Context, sql: Sql, writes: readonly OutboxWrite[]): Promise<OutboxWritten[]> {
  const toSettle = writes.flatMap((write) => (write.kind === 'sent' ? [write.item] : []))
  const toStore = writes.flatMap((write) => (write.kind === 'new' ? [write.item] : []))
  const settled = toSettle.length === 0 ? [] : await storeSent(ctx, sql, toSettle)
  const stored = toStore.length === 0 ? [] : await storeMessages(ctx, sql, toStore)
  return writes.map((write) => {
    const written = write.kind === 'sent' ? settled.shift() : stored.shift()
    if (written === undefined) throw new Error('a write of the outbox has no result')
    return written
  })
}

/** Writes what the messages of a process come to, many in one transaction. */
class OutboxWriter {
  /** The context of background work: belongs to no caller. */
  readonly ctx: Context
  readonly #writing: Batcher<OutboxWrite, OutboxWritten>

  constructor(ctx: Context) {
    this.ctx = ctx
    this.#writing = createBatcher(ctx.db, { write: (sql, items) => writeOutbox(ctx, sql, items), mayLag })
  }

  /** Stores a new message; resolves after the commit. */
  async store(item: NewMessage): Promise<StoreResult> {
    return (await this.#writing.add({ kind: 'new', item })) as StoreResult
  }

  /** Stores that a message was sent; resolves after the commit. */
  async settle(item: SentMessage): Promise<void> {
    await this.#writing.add({ kind: 'sent', item })
  }

  /** Resolves when nothing is being written any more. */
  flush(): Promise<void> {
    return this.#writing.flush()
  }
}

const writers = defineProcessState(
  (ctx: Context) => new OutboxWriter({ ...ctx, caller: { kind: 'anonymous', ip: '' } }),
  (writer) => writer.flush(),
)

/** The writer of the application that a context belongs to. */
export function writerOf(ctx: Context): OutboxWriter {
  return writers.of(ctx)
}
