import { AsyncLocalStorage } from 'node:async_hooks'
import type { SignalDataSet, SignalDataTypeMap, SignalKeyStoreWithTransaction } from 'baileys'
import { KeyedMutex } from '../../platform/keyed-mutex.ts'
import { createLru } from '../../platform/lru.ts'
import type { KeyRow, SessionRows } from './auth-store.ts'
import type { InFlight } from './in-flight.ts'
import { decodeKey, encodeKey, isChangedByReaders, isKeptInMemory, withOwnBytes } from './key-codec.ts'
import type { WriteSource } from './key-writer.ts'

/** What a session's keys need from around them. */
export interface KeyEnvironment {
  sessionId: string
  epoch: number
  /** Reads rows that are not in memory, decrypted. */
  read(
    wanted: readonly { type: string; id: string }[],
  ): Promise<{ type: string; id: string; value: Buffer }[]>
  encrypt(type: string, id: string, value: Buffer): Uint8Array
  /** Something can be written. */
  notify(source: WriteSource): void
  inFlight: InFlight
  /** All changes that an item of the account's settings stands for were passed on: it closes once they are stored. */
  onRead(id: string): void
  /** A phone number and a LID turned out to be one person. */
  onMapping(phone: string, lid: string): void
  /** A write was committed: frames may move. */
  onCommitted(): void
  /** Nothing will ever be committed again: the epoch is stale or the database refused. */
  onLost(cause: { kind: 'fenced' } | { kind: 'failed'; error: unknown }): void
}

interface Write {
  type: string
  id: string
  value: unknown
  position: number
  /** Newest item in flight when it was written: every message up to it must be stored first. */
  sequence: number
}

/** A point in a session's writes: everything queued before it. */
export interface WriteMark {
  free: number
  bound: number
}

/** Items in flight of the settings that are being read in the current transaction. */
const settingsRead = new AsyncLocalStorage<Set<string>>()
const maxCached = 4000
const phoneAddress = /^(\d+)(?::(\d+))?@s\.whatsapp\.net$/

/**
 * The keys of one session: reads come from a bounded memory over the database, writes are seen by readers at
 * once and committed by the common queue. Ratchet steps of inbound messages are bound to the messages: they
 * are committed after the message is stored, because a redelivered message cannot be read with an advanced
 * ratchet. Everything else is free to go at once.
 */
export class SessionKeys implements WriteSource, SignalKeyStoreWithTransaction {
  readonly #environment: KeyEnvironment
  readonly #cache = createLru<{ value: unknown }>(maxCached)
  readonly #unsaved = new Map<string, Write>()
  readonly #mutex = new KeyedMutex()
  #free: Write[] = []
  #bound: Write[] = []
  #queued: WriteMark = { free: 0, bound: 0 }
  #committed: WriteMark = { free: 0, bound: 0 }
  #writing: Write[] | undefined
  #settled: (() => void)[] = []
  #isLost = false
  #versions = 0
  /** Transactions under this key run side by side: the library serialises every send of an account with it. */
  accountId: string | undefined

  constructor(environment: KeyEnvironment) {
    this.#environment = environment
  }

  /** Everything queued so far. */
  mark(): WriteMark {
    return { ...this.#queued }
  }

  /** Whether all free writes before a mark are committed. */
  hasCommittedFree(mark: WriteMark): boolean {
    return this.#committed.free >= mark.free
  }

  /** Whether all writes before a mark are committed. */
  hasCommitted(mark: WriteMark): boolean {
    return this.#committed.free >= mark.free && this.#committed.bound >= mark.bound
  }

  async get<T extends keyof SignalDataTypeMap>(
    type: T,
    ids: string[],
  ): Promise<{ [id: string]: SignalDataTypeMap[T] }> {
    return (await this.read(type, ids)) as { [id: string]: SignalDataTypeMap[T] }
  }

  async set(data: SignalDataSet): Promise<void> {
    for (const type in data) {
      const values = (data as Record<string, Record<string, unknown> | undefined>)[type]
      for (const id in values) this.write(type, id, values[id])
    }
  }

  async transaction<T>(work: () => Promise<T>, key: string): Promise<T> {
    if (key !== this.accountId) return this.#mutex.run(await this.#lockName(key), work)
    const read = new Set<string>()
    try {
      const result = await settingsRead.run(read, work)
      // What was read is passed on in this tick, after whoever waits here goes on.
      if (read.size > 0) setImmediate(() => this.#endRead(read))
      return result
    } catch (error) {
      // Versions were read whose changes nobody will get: forgotten, they are read again.
      if (read.size > 0) this.#lose({ kind: 'failed', error })
      throw error
    }
  }

  #endRead(ids: ReadonlySet<string>): void {
    for (const id of ids) this.#environment.onRead(id)
  }

  isInTransaction(): boolean {
    return false
  }

  /** Values by id; what does not exist is left out. */
  async read(type: string, ids: readonly string[]): Promise<Record<string, unknown>> {
    const found: Record<string, unknown> = {}
    const missing: { type: string; id: string }[] = []
    for (const id of ids) {
      const known = this.#lookUp(rowKey(type, id))
      if (known === undefined) missing.push({ type, id })
      else if (known.value !== null) found[id] = handOut(type, known.value)
    }
    if (missing.length === 0) return found
    const rows = await this.#load(missing)
    const stored = new Map(rows.map((row) => [row.id, row.value]))
    for (const { id } of missing) {
      const key = rowKey(type, id)
      // A write during the read is newer than what was read.
      const newer = this.#lookUp(key)
      const bytes = stored.get(id)
      const value = newer !== undefined ? newer.value : bytes === undefined ? null : take(type, bytes)
      if (newer === undefined && isKeptInMemory(type)) this.#cache.set(key, { value })
      if (value !== null) found[id] = handOut(type, value)
    }
    return found
  }

  /** A failed read must not look like a missing key: the library would answer that the message is unreadable. */
  async #load(missing: readonly { type: string; id: string }[]): Promise<{ id: string; value: Buffer }[]> {
    try {
      return await this.#environment.read(missing)
    } catch (error) {
      this.#lose({ kind: 'failed', error })
      throw error
    }
  }

  /** Changes or, with null, deletes one value. */
  write(type: string, id: string, value: unknown): void {
    if (this.#isLost) return
    const key = rowKey(type, id)
    const kept =
      value === null || value === undefined
        ? null
        : withOwnBytes(type, isChangedByReaders(type) ? encodeKey(type, value) : value)
    if (type === 'app-state-sync-version') this.#holdVersion()
    // After a bound write the row's next one must not overtake it.
    const isBound = isRatchet(type, kept) && (this.#environment.inFlight.size > 0 || this.#bound.length > 0)
    const line = isBound ? 'bound' : 'free'
    this.#queued[line] += 1
    const sequence = isBound ? this.#environment.inFlight.last : 0
    const write: Write = { type, id, value: kept, position: this.#queued[line], sequence }
    if (isBound) this.#bound.push(write)
    else this.#free.push(write)
    this.#unsaved.set(key, write)
    if (isKeptInMemory(type)) this.#cache.set(key, { value: kept })
    if (type === 'lid-mapping' && typeof kept === 'string' && !id.endsWith('_reverse')) {
      this.#environment.onMapping(id, kept)
    }
    this.#environment.notify(this)
  }

  take(): SessionRows | undefined {
    if (this.#isLost || this.#writing !== undefined) return undefined
    const closedUpTo = this.#environment.inFlight.closedUpTo
    let ready = 0
    while (ready < this.#bound.length && (this.#bound[ready] as Write).sequence <= closedUpTo) ready += 1
    if (ready === 0 && this.#free.length === 0) return undefined
    // Where a row has a free write and a bound one, the free one came first.
    const writes = [...this.#free, ...this.#bound.splice(0, ready)]
    this.#free = []
    this.#writing = writes
    const latest = new Map<string, Write>()
    for (const write of writes) latest.set(rowKey(write.type, write.id), write)
    const { sessionId, epoch, encrypt } = this.#environment
    const rows: KeyRow[] = []
    for (const { type, id, value } of latest.values()) {
      const bytes =
        value === null ? null : value instanceof Uint8Array ? Buffer.from(value) : encodeKey(type, value)
      rows.push({ type, id, value: bytes === null ? null : encrypt(type, id, bytes) })
    }
    return { sessionId, epoch, rows }
  }

  committed(): void {
    const writes = this.#writing ?? []
    this.#writing = undefined
    for (const write of writes) {
      const line = write.sequence === 0 ? 'free' : 'bound'
      this.#committed[line] = Math.max(this.#committed[line], write.position)
      const key = rowKey(write.type, write.id)
      if (this.#unsaved.get(key) === write) this.#unsaved.delete(key)
    }
    if (this.#free.length > 0 || this.#bound.length > 0) this.#environment.notify(this)
    this.#environment.onCommitted()
    if (!this.#isBusy()) for (const resolve of this.#settled.splice(0)) resolve()
  }

  fenced(): void {
    this.#lose({ kind: 'fenced' })
  }

  failed(error: unknown): void {
    this.#lose({ kind: 'failed', error })
  }

  /** An item in flight was closed: bound writes may be ready. */
  advance(): void {
    if (this.#bound.length > 0) this.#environment.notify(this)
  }

  /** Resolves when all that may be committed now is, or nothing ever will be. */
  settled(): Promise<void> {
    if (this.#isLost || !this.#isBusy()) return Promise.resolve()
    return new Promise((resolve) => this.#settled.push(resolve))
  }

  /** Ends this memory: nothing more is written, and what was not committed is forgotten. */
  discard(): void {
    this.#isLost = true
    this.#free = []
    this.#bound = []
    this.#unsaved.clear()
    this.#cache.clear()
    for (const resolve of this.#settled.splice(0)) resolve()
  }

  /**
   * The version of the account's settings moves on before what changed is passed on: committed first, a crash in
   * between would lose the change for ever.
   */
  #holdVersion(): void {
    const read = settingsRead.getStore()
    if (read === undefined) return
    const { inFlight } = this.#environment
    this.#versions += 1
    const id = `settings ${this.#versions}`
    // Claimed, it never counts as forgotten, whatever its age.
    inFlight.open(id, 0)
    inFlight.claim(id)
    read.add(id)
  }

  #isBusy(): boolean {
    if (this.#writing !== undefined || this.#free.length > 0) return true
    const [next] = this.#bound
    return next !== undefined && next.sequence <= this.#environment.inFlight.closedUpTo
  }

  #lose(cause: { kind: 'fenced' } | { kind: 'failed'; error: unknown }): void {
    this.#writing = undefined
    if (this.#isLost) return
    this.discard()
    this.#environment.onLost(cause)
  }

  /**
   * The library locks a phone's address when it encrypts and the LID when it decrypts, but both change the row
   * of the LID: unless they exclude each other, one step of the ratchet overwrites the other.
   */
  async #lockName(key: string): Promise<string> {
    const address = phoneAddress.exec(key)
    if (address === null) return key.replace(/:0@/, '@')
    const [, digits = '', device = ''] = address
    const lid = (await this.read('lid-mapping', [digits]))[digits]
    const suffix = device === '0' || device === '' ? '' : `:${device}`
    return typeof lid === 'string' ? `${lid}${suffix}@lid` : `${digits}${suffix}@s.whatsapp.net`
  }

  #lookUp(key: string): { value: unknown } | undefined {
    return this.#unsaved.get(key) ?? this.#cache.get(key)
  }
}

function rowKey(type: string, id: string): string {
  return `${type}/${id}`
}

/** Steps of a ratchet that a redelivered message would need undone, and versions of settings whose changes are on their way. */
function isRatchet(type: string, value: unknown): boolean {
  if (type === 'app-state-sync-version' || type === 'app-state-read') return true
  return type === 'session' || type === 'sender-key' || (type === 'pre-key' && value === null)
}

function take(type: string, bytes: Buffer): unknown {
  return withOwnBytes(type, isChangedByReaders(type) ? bytes : decodeKey(type, bytes))
}

function handOut(type: string, value: unknown): unknown {
  return isChangedByReaders(type) ? decodeKey(type, value as Buffer) : value
}
