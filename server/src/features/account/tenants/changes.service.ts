import { LRUCache } from 'lru-cache'
import type { Context } from '../../../context.ts'
import { afterCommit, type Sql } from '../../../platform/database/database.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { changesChannel, notifyChanges } from './changes.store.ts'

/** What a cached answer depends on. */
export type Subject = 'plans' | `${'tenant' | 'user' | 'login' | 'key' | 'monitoring' | 'reviews'}:${string}`

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

/** How a cache fills itself and what invalidates it. */
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

interface CacheStore {
  entries: LRUCache<string, Entry>
  loading: Map<string, Promise<object | undefined>>
}

/** The caches of one process. */
class CacheRegistry {
  readonly stores = new Map<object, CacheStore>()
  readonly #keysBySubject = new Map<Subject, Set<() => void>>()
  readonly #watchers = new Set<() => void>()
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

  /** What was notified while the connection was broken is unknown, so all of it may be stale. */
  clear(): void {
    this.generation += 1
    for (const store of this.stores.values()) {
      store.loading.clear()
      store.entries.clear()
    }
    for (const watcher of [...this.#watchers]) watcher()
  }

  watch(subjects: readonly Subject[], onChange: () => void): () => void {
    // After the caches: whoever is told looks up what is true now.
    const tell = () => queueMicrotask(onChange)
    this.#watchers.add(tell)
    this.link(subjects, tell)
    return () => {
      this.#watchers.delete(tell)
      this.unlink(subjects, tell)
    }
  }

  async stop(): Promise<void> {
    this.isListening = false
    const listener = await this.#listening
    this.#listening = undefined
    this.clear()
    await listener?.close()
  }

  link(subjects: readonly Subject[], evict: () => void): void {
    for (const subject of subjects) {
      const evictions = this.#keysBySubject.get(subject)
      if (evictions === undefined) this.#keysBySubject.set(subject, new Set([evict]))
      else evictions.add(evict)
    }
  }

  unlink(subjects: readonly Subject[], evict: () => void): void {
    for (const subject of subjects) {
      const evictions = this.#keysBySubject.get(subject)
      evictions?.delete(evict)
      if (evictions?.size === 0) this.#keysBySubject.delete(subject)
    }
  }

  drop(subjects: readonly Subject[]): void {
    this.generation += 1
    for (const store of this.stores.values()) store.loading.clear()
    for (const subject of subjects) for (const evict of [...(this.#keysBySubject.get(subject) ?? [])]) evict()
  }
}

const registries = defineProcessState(
  () => new CacheRegistry(),
  (registry) => registry.stop(),
)

function createStore(registry: CacheRegistry, max: number): CacheStore {
  const evictions = new WeakMap<Entry, () => void>()
  const entries = new LRUCache<string, Entry>({
    max,
    onInsert: (entry, key) => {
      const evict = (): void => {
        entries.delete(key)
      }
      evictions.set(entry, evict)
      registry.link(entry.subjects, evict)
    },
    dispose: (entry) => {
      const evict = evictions.get(entry)
      if (evict !== undefined) registry.unlink(entry.subjects, evict)
    },
  })
  return { entries, loading: new Map() }
}

/**
 * A bounded cache over one kind of row. An announced change of any of an entry's subjects removes it on
 * every process: at once where it happened, with the database's notification elsewhere.
 */
export function defineCache<V extends object>(options: CacheOptions<V>): SharedCache<V> {
  const storeOf = (registry: CacheRegistry): CacheStore => {
    let store = registry.stores.get(options)
    if (store === undefined) {
      store = createStore(registry, options.max)
      registry.stores.set(options, store)
    }
    return store
  }
  const cached = (ctx: Context, store: CacheStore, key: string): V | undefined => {
    const entry = store.entries.get(key)
    const isFresh = entry !== undefined && ctx.clock.monotonicMs() - entry.loadedAtMs < options.maxAgeMs
    return isFresh ? (entry.value as V) : undefined
  }
  const read = async (
    ctx: Context,
    registry: CacheRegistry,
    store: CacheStore,
    key: string,
    sql: Sql,
  ): Promise<V | undefined> => {
    const generation = registry.generation
    const value = await options.load(ctx, sql, key)
    if (value !== undefined && registry.isListening && generation === registry.generation) {
      const entry = { value, subjects: options.subjectsOf(value), loadedAtMs: ctx.clock.monotonicMs() }
      store.entries.set(key, entry)
    }
    return value
  }
  return {
    async get(ctx, key, sql) {
      if (sql !== undefined && sql !== ctx.db.sql) return options.load(ctx, sql, key)
      const registry = registries.of(ctx)
      const store = storeOf(registry)
      const value = cached(ctx, store, key)
      if (value !== undefined) return value
      if (!registry.isListening) void registry.listen(ctx)
      const pending = store.loading.get(key)
      if (pending !== undefined) return pending as Promise<V | undefined>
      const { loading } = store
      const promise = read(ctx, registry, store, key, ctx.db.sql).finally(() => {
        if (loading.get(key) === promise) loading.delete(key)
      })
      loading.set(key, promise)
      return promise
    },
    async getWithin(ctx, key, sql) {
      const registry = registries.of(ctx)
      const store = storeOf(registry)
      return cached(ctx, store, key) ?? (await read(ctx, registry, store, key, sql))
    },
  }
}

/** Publishes, inside the transaction that changes them, what changed: every process drops what it has cached of it. */
export async function publishChange(ctx: Context, sql: Sql, subjects: readonly Subject[]): Promise<void> {
  await notifyChanges(sql, subjects)
  const registry = registries.of(ctx)
  afterCommit(sql, () => registry.drop(subjects))
}

/** Listens for changes from now on; look-ups before it work, but are not kept. */
export async function startListening(ctx: Context): Promise<void> {
  await registries.of(ctx).listen(ctx)
}

/**
 * Calls back when any of the subjects has changed, on whichever process; also when a change may have been missed. The
 * function returned ends that.
 */
export function watchChanges(ctx: Context, subjects: readonly Subject[], onChange: () => void): () => void {
  const registry = registries.of(ctx)
  if (!registry.isListening) void registry.listen(ctx)
  return registry.watch(subjects, onChange)
}
