import type { Context } from '../../../context.ts'
import type { Database } from '../../../platform/database/database.ts'
import { updateLastUsed } from './api-keys.store.ts'

const writeEveryMs = 5_000
const noteEveryMs = 60_000

/** What a use is noted on: the cached key itself, so that most uses cost one comparison. */
export interface UsedKey {
  keyId: string
  tenantId: string
  /** Milliseconds since the epoch; 0 when it was never used. */
  notedAtMs: number
}

/** Remembers when keys were used and writes it now and then, off the way of requests. */
class LastUsedBook {
  readonly #ctx: Context
  readonly #pending = new Map<string, { id: string; tenantId: string; at: Date }>()
  #timer: { cancel(): void } | undefined

  constructor(ctx: Context) {
    this.#ctx = ctx
  }

  note(key: UsedKey, nowMs: number): void {
    if (nowMs - key.notedAtMs < noteEveryMs) return
    key.notedAtMs = nowMs
    this.#pending.set(key.keyId, { id: key.keyId, tenantId: key.tenantId, at: new Date(nowMs) })
    this.#timer ??= this.#ctx.clock.schedule(writeEveryMs, () => void this.flush())
  }

  async flush(): Promise<void> {
    this.#timer?.cancel()
    this.#timer = undefined
    const uses = [...this.#pending.values()]
    this.#pending.clear()
    try {
      await updateLastUsed(this.#ctx.db.sql, uses)
    } catch (cause) {
      // A moment of use is not worth a retry: the next use of the key notes it again.
      this.#ctx.log.warn({ err: cause, keys: uses.length }, 'the last use of API keys was not stored')
    }
  }
}

const books = new WeakMap<Database, LastUsedBook>()

function bookOf(ctx: Context): LastUsedBook {
  let book = books.get(ctx.db)
  if (book === undefined) {
    book = new LastUsedBook(ctx)
    books.set(ctx.db, book)
  }
  return book
}

/** Notes a use, at most once a minute for each key and process. */
export function noteUse(ctx: Context, key: UsedKey): void {
  bookOf(ctx).note(key, ctx.clock.nowMs())
}

/** Writes what was noted. */
export async function flushUses(ctx: Context): Promise<void> {
  await bookOf(ctx).flush()
}
