import { LRUCache } from 'lru-cache'
import type { Context } from '../../../context.ts'
import { afterCommit, type Sql } from '../../../platform/database/database.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { changesChannel, notifyChanges } from './changes.store.ts'

/** What a cached answer depends on. */
export type Subject = 'plans' | `${'tenant' | 'user' | 'login' | 'key' | 'monitoring'}:${string}`

/** Looks up rows that every request needs; see `defineCache`. */
export interface SharedCache<V> {
  /**
   * The value, from memory when it is known. Inside a transaction give its `sql`: the value is then read
   * through it and not kept, since it may never be committed.
   */
  get(ctx: Context, key: string, sql?: Sql): Promise<V | undefined>
  /**
   * The value for an event handler, which runs in a transaction that changes other things: from memory when it is
   * known, else through `sql`, and kept.
   */
  getWithin(ctx: Context, key: string, sql: Sql): Promise<V | undefined>
}

/** How a cache fills itself and what makes it forget. */
export interface CacheOptions<V> {
  /** Most entries in memory. */
  max: number
  /** Milliseconds after which an entry is read again, in case a notification was lost. */
  maxAgeMs: number
  load(ctx: Context, sql: Sql, key: string): Promise<V | undefined>
  subjectsOf(value: V): readonly Subject[]
}

interface Entry {
  value: object
  subjects: readonly Subject[]
  loadedAtMs: number
}

interface Cell {
  entries: LRUCache<string, Entry>
  loading: Map<string, Promise<object | undefined>>
}

/** The caches of one process. */
class Hub {
  readonly cells = new Map<object, Cell>()
  readonly #keysBySubject = new Map<Subject, Set<() => void>>()
  /** Grows with every change: what was read before must not be kept after. */
  generation = 0
  isListening = false
  #listening: Promise<{ close(): Promise<void> } | undefined> | undefined

  listen(ctx: Context): Promise<unknown> {
    this.#listening ??= this.#open(ctx)
    return this.#listening
  }

  async #open(ctx: Context): Promise<{ close(): Promise<void> } | undefined> {
    try {
      const onPayload = (payload: string): void => this.drop(payload.split(' ') as Subject[])
      const listener = await ctx.db.listen(changesChannel, onPayload, () => this.clear())
      this.isListening = true
      return listener
    } catch (cause) {
      // Without notifications nothing is kept: slower, but never wrong. The next look-up tries again.
      ctx.log.warn({ err: cause }, 'cannot listen for identity changes')
      this.#listening = undefined
      return undefined
    }
  }

  /** What was told while the connection was broken is unknown, so all of it may be stale. */
  clear(): void {
    this.generation += 1
    for (const cell of this.cells.values()) {
      cell.loading.clear()
      cell.entries.clear()
    }
  }

  async stop(): Promise<void> {
    this.isListening = false
    const listener = await this.#listening
    this.#listening = undefined
    this.clear()
    await listener?.close()
  }

  link(subjects: readonly Subject[], forget: () => void): void {
    for (const subject of subjects) {
      const forgets = this.#keysBySubject.get(subject)
      if (forgets === undefined) this.#keysBySubject.set(subject, new Set([forget]))
      else forgets.add(forget)
    }
  }

  unlink(subjects: readonly Subject[], forget: () => void): void {
    for (const subject of subjects) {
      const forgets = this.#keysBySubject.get(subject)
      forgets?.delete(forget)
      if (forgets?.size === 0) this.#keysBySubject.delete(subject)
    }
  }

  drop(subjects: readonly Subject[]): void {
    this.generation += 1
    for (const cell of this.cells.values()) cell.loading.clear()
    for (const subject of subjects)
      for (const forget of [...(this.#keysBySubject.get(subject) ?? [])]) forget()
  }
}

const hubs = defineProcessState(
  () => new Hub(),
  (hub) => hub.stop(),
)

function createCell(hub: Hub, max: number): Cell {
  const forgets = new WeakMap<Entry, () => void>()
  const entries = new LRUCache<string, Entry>({
    max,
    onInsert: (entry, key) => {
      const forget = (): void => {
        entries.delete(key)
      }
      forgets.set(entry, forget)
      hub.link(entry.subjects, forget)
    },
    dispose: (entry) => {
      const forget = forgets.get(entry)
      if (forget !== undefined) hub.unlink(entry.subjects, forget)
    },
  })
  return { entries, loading: new Map() }
}

/**
 * A bounded cache over one kind of row. An announced change of any of an entry's subjects removes it on
 * every process: at once where it happened, with the database's notification elsewhere.
 */
export function defineCache<V extends object>(options: CacheOptions<V>): SharedCache<V> {
  const cellOf = (hub: Hub): Cell => {
    let cell = hub.cells.get(options)
    if (cell === undefined) {
      cell = createCell(hub, options.max)
      hub.cells.set(options, cell)
    }
    return cell
  }
  const known = (ctx: Context, cell: Cell, key: string): V | undefined => {
    const entry = cell.entries.get(key)
    const isFresh = entry !== undefined && ctx.clock.monotonicMs() - entry.loadedAtMs < options.maxAgeMs
    return isFresh ? (entry.value as V) : undefined
  }
  const read = async (ctx: Context, hub: Hub, cell: Cell, key: string, sql: Sql): Promise<V | undefined> => {
    const generation = hub.generation
    const value = await options.load(ctx, sql, key)
    if (value !== undefined && hub.isListening && generation === hub.generation) {
      const entry = { value, subjects: options.subjectsOf(value), loadedAtMs: ctx.clock.monotonicMs() }
      cell.entries.set(key, entry)
    }
    return value
  }
  return {
    async get(ctx, key, sql) {
      if (sql !== undefined && sql !== ctx.db.sql) return options.load(ctx, sql, key)
      const hub = hubs.of(ctx)
      const cell = cellOf(hub)
      const value = known(ctx, cell, key)
      if (value !== undefined) return value
      if (!hub.isListening) void hub.listen(ctx)
      const underWay = cell.loading.get(key)
      if (underWay !== undefined) return underWay as Promise<V | undefined>
      const { loading } = cell
      const promise = read(ctx, hub, cell, key, ctx.db.sql).finally(() => {
        if (loading.get(key) === promise) loading.delete(key)
      })
      loading.set(key, promise)
      return promise
    },
    async getWithin(ctx, key, sql) {
      const hub = hubs.of(ctx)
      const cell = cellOf(hub)
      return known(ctx, cell, key) ?? (await read(ctx, hub, cell, key, sql))
    },
  }
}

/** Says, inside the transaction that changes them, what changed: no process keeps what it knew of it. */
export async function announceChange(ctx: Context, sql: Sql, subjects: readonly Subject[]): Promise<void> {
  await notifyChanges(sql, subjects)
  const hub = hubs.of(ctx)
  afterCommit(sql, () => hub.drop(subjects))
}

/** Hears changes from now on; look-ups before it work, but are not kept. */
export async function startListening(ctx: Context): Promise<void> {
  await hubs.of(ctx).listen(ctx)
}
