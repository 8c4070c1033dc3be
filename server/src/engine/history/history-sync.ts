import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflate } from 'node:zlib'
import type { proto as protocol } from 'baileys'
import type { Logger } from 'pino'
import type { EngineListener, HistoryProgress } from '../events.ts'
import type { Addresses } from '../inbound/addresses.ts'
import type { ChatTimers } from '../inbound/chat-timers.ts'
import type { Recipient } from '../inbound/parse-message.ts'
import type { SessionKeys, WriteMark } from '../keys/session-keys.ts'
import { proto } from '../library/library.ts'
import { type IngestCount, ingestHistory, learnMappings } from './history-ingest.ts'
import { type PrivacyToken, storePrivacyTokens } from './privacy-tokens.ts'

type Notification = protocol.Message.IHistorySyncNotification

/** What history needs of its connection. */
export interface HistoryOptions {
  keys: SessionKeys
  addresses: Addresses
  timers: Pick<ChatTimers, 'learn'>
  recipient(): Recipient
  listener: EngineListener
  log: Logger
  /** The file of a piece that is not inside its message. */
  download(notice: Notification): Promise<Readable>
  /** The message of a chunk may be acknowledged. */
  onStored(messageId: string): void
}

/** A chunk whose row is on its way to the database. */
interface PendingChunk {
  id: string
  position: WriteMark
}

const { HistorySyncType } = proto.HistorySync
const kinds: Partial<Record<number, HistoryProgress['kind']>> = {
  [HistorySyncType.INITIAL_BOOTSTRAP]: 'initial',
  [HistorySyncType.PUSH_NAME]: 'initial',
  [HistorySyncType.RECENT]: 'recent',
  [HistorySyncType.FULL]: 'full',
  [HistorySyncType.ON_DEMAND]: 'on_demand',
}
/** What one chunk may unpack to. */
const maxInflatedBytes = 512 * 1024 * 1024
/** A chunk up to this size is held in memory while it is read twice. */
const maxPackedInMemory = 8 * 1024 * 1024
const maxTries = 3

/**
 * Ingests the history that the phone sends. A chunk is stored beside the keys before its message is acknowledged,
 * and worked off afterwards, so that live messages wait for nothing and a crash loses nothing.
 */
export class HistorySync {
  readonly #options: HistoryOptions
  #queue: string[] = []
  #pending: PendingChunk[] = []
  #isRunning = false
  #isOver = false
  #loaded: Promise<void> | undefined

  constructor(options: HistoryOptions) {
    this.#options = options
  }

  /** Goes on with what an earlier connection left. */
  start(): void {
    this.#whenLoaded(() => void this.#work())
  }

  /** A message that carries a chunk, or says where it is. */
  receive(messageId: string, notice: Notification): void {
    const { keys } = this.#options
    keys.write('history-chunk', messageId, proto.Message.HistorySyncNotification.encode(notice).finish())
    this.#whenLoaded(() => {
      if (this.#isOver) return
      if (!this.#queue.includes(messageId)) this.#queue.push(messageId)
      keys.write('history-queue', '', this.#queue)
      this.#pending.push({ id: messageId, position: keys.mark() })
      this.advance()
      void this.#work()
    })
  }

  /** Something was committed. */
  advance(): void {
    const isStored = ({ position }: PendingChunk) => this.#options.keys.hasCommittedFree(position)
    const stored = this.#pending.filter(isStored)
    if (stored.length === 0) return
    this.#pending = this.#pending.filter((one) => !stored.includes(one))
    for (const { id } of stored) this.#options.onStored(id)
  }

  /** The connection is gone: the next one goes on. */
  stop(): void {
    this.#isOver = true
  }

  /** A queue that cannot be read leaves everything to the next connection: what is not stored comes again. */
  #whenLoaded(work: () => void): void {
    this.#loaded ??= this.#load()
    this.#loaded.then(work).catch((error: unknown) => {
      this.#options.log.debug({ err: error }, 'the history that waits could not be read')
    })
  }

  async #load(): Promise<void> {
    const stored = (await this.#options.keys.read('history-queue', [''])) as Record<string, string[]>
    this.#queue = [...(stored[''] ?? []), ...this.#queue]
  }

  async #work(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    try {
      for (let id = this.#queue[0]; id !== undefined && !this.#isOver; id = this.#queue[0]) {
        await this.#ingest(id)
        if (this.#isOver) return
        this.#queue = this.#queue.filter((other) => other !== id)
        this.#options.keys.write('history-chunk', id, null)
        this.#options.keys.write('history-queue', '', this.#queue)
      }
    } catch (error) {
      // The store failed or the session is over: the chunk stays and is ingested with the next connection.
      this.#options.log.debug({ err: error }, 'history is taken in later')
    } finally {
      this.#isRunning = false
    }
  }

  /** Rejects when it should be tried again with the next connection. */
  async #ingest(id: string): Promise<void> {
    const { keys, log, listener, recipient } = this.#options
    const bytes = (await keys.read('history-chunk', [id]))[id] as Uint8Array | undefined
    if (bytes === undefined) return
    const notice = proto.Message.HistorySyncNotification.decode(bytes)
    const kind = kinds[Number(notice.syncType ?? 0)]
    if (kind === undefined) return
    const tokens: PrivacyToken[] = []
    const count = await this.#tryChunk(notice, tokens)
    if (count === undefined) {
      // A chunk that is damaged or gone for good would stop all later ones.
      log.warn({ kind }, 'a piece of history could not be read')
      return
    }
    await storePrivacyTokens(keys, tokens)
    const percent = notice.progress ?? count.percent
    const { tenantId, sessionId } = recipient()
    const isComplete = kind === 'on_demand' || percent === 100
    const { messages, chats, contacts } = count
    await listener.onHistory({ tenantId, sessionId, kind, percent, isComplete, messages, chats, contacts })
  }

  async #tryChunk(notice: Notification, tokens: PrivacyToken[]): Promise<IngestCount | undefined> {
    const { recipient, addresses, timers, listener, log } = this.#options
    for (let tries = 1; tries <= maxTries; tries += 1) {
      const storing = guard(listener)
      try {
        return await this.#readChunk(notice, (source) =>
          ingestHistory(source, {
            recipient: recipient(),
            addresses,
            timers,
            listener: storing,
            storeToken: (token) => tokens.push(token),
            isInitial: Number(notice.syncType ?? 0) === HistorySyncType.INITIAL_BOOTSTRAP,
            check: () => {
              if (this.#isOver) throw new StoreError(new Error('the session is over'))
            },
          }),
        )
      } catch (error) {
        if (error instanceof StoreError) throw error.cause
        if (this.#isOver) throw error
        log.debug({ err: error, tries }, 'a piece of history could not be read')
      }
    }
    return undefined
  }

  async #readChunk(
    notice: Notification,
    read: (source: Readable) => Promise<IngestCount>,
  ): Promise<IngestCount> {
    const inline = notice.initialHistBootstrapInlinePayload
    if (!inline?.length) {
      const packed = await takeHead(await this.#options.download(notice), maxPackedInMemory)
      if (packed.rest !== undefined) return inflate(packed.rest, read)
      return this.#readTwice(packed.head, read)
    }
    return this.#readTwice(Buffer.from(inline), read)
  }

  /** A chunk of usual size is read for who is who first; of a huge one that comes to light behind its messages. */
  async #readTwice(packed: Buffer, read: (source: Readable) => Promise<IngestCount>): Promise<IngestCount> {
    await inflate(Readable.from([packed]), (source) => learnMappings(source, this.#options.addresses))
    return inflate(Readable.from([packed]), read)
  }
}

/** Unpacks a chunk as it is read. */
async function inflate<T>(packed: Readable, read: (source: Readable) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined
  await pipeline(packed, createInflate({ maxOutputLength: maxInflatedBytes }), async (source) => {
    result = { value: await read(source as unknown as Readable) }
  })
  if (result === undefined) throw new Error('the history ended early')
  return result.value
}

/** A stream that is short enough to keep, or what it is together with what was read of it. */
async function takeHead(source: Readable, max: number): Promise<{ head: Buffer; rest?: Readable }> {
  const chunks: Buffer[] = []
  let bytes = 0
  const iterator = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    chunks.push(next.value)
    bytes += next.value.length
    if (bytes > max) return { head: Buffer.alloc(0), rest: Readable.from(continued(chunks, iterator)) }
  }
  return { head: Buffer.concat(chunks) }
}

async function* continued(head: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* head
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

/** What was read could not be stored: not the chunk's fault. */
class StoreError extends Error {
  constructor(cause: unknown) {
    super('history could not be stored', { cause })
    this.name = 'StoreError'
  }
}

type StoringListener = Pick<EngineListener, 'onMessages' | 'onContacts' | 'onGroups' | 'onChats'>

/** Tells apart a store that fails from a chunk that cannot be read. */
function guard(listener: EngineListener): StoringListener {
  const safely =
    <T>(store: (facts: readonly T[]) => Promise<void>) =>
    async (facts: readonly T[]) => {
      try {
        await store(facts)
      } catch (error) {
        throw new StoreError(error)
      }
    }
  return {
    onMessages: safely((facts) => listener.onMessages(facts)),
    onContacts: safely((facts) => listener.onContacts(facts)),
    onGroups: safely((facts) => listener.onGroups(facts)),
    onChats: safely((facts) => listener.onChats(facts)),
  }
}
