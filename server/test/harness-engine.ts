import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { after, before } from 'node:test'
import { createSimulator, type Simulator } from '@moltflow/simulator'
import pino, { type Logger } from 'pino'
import type { MessageTarget } from '../src/engine/content.ts'
import { createEngine, type EngineConfig, type EngineOptions } from '../src/engine/create-engine.ts'
import type { Engine, SubmitOutcome, WantedFile } from '../src/engine/engine.ts'
import type {
  AddressMapping,
  CallUpdate,
  ChatChange,
  ContactChange,
  EngineListener,
  GroupReceipt,
  GroupUpdate,
  HistoryProgress,
  InboundMessage,
  LabelChange,
  MessageChange,
  PresenceUpdate,
  StateChange,
  StatusPost,
  StatusUpdate,
} from '../src/engine/events.ts'
import type { EngineSecrets } from '../src/engine/keys/session-store.ts'
import { type Clock, systemClock } from '../src/platform/clock.ts'
import type { Database } from '../src/platform/database/database.ts'
import { type Ids, systemIds } from '../src/platform/ids.ts'
import { seal, unseal } from '../src/platform/secrets.ts'
import { openTestDatabase, type TestDatabase } from './harness-database.ts'

// Long, because a busy machine is no failure; below the 20 s from which the tests' timers keep no process alive.
const timeoutMs = 19_000

/** Everything a listener can get, one by one. */
export type RecordedEvent =
  | { kind: 'state'; value: StateChange }
  | { kind: 'message'; value: InboundMessage }
  | { kind: 'status'; value: StatusUpdate }
  | { kind: 'receipt'; value: GroupReceipt }
  | { kind: 'mapping'; value: AddressMapping }
  | { kind: 'group'; value: GroupUpdate }
  | { kind: 'presence'; value: PresenceUpdate }
  | { kind: 'change'; value: MessageChange }
  | { kind: 'chat'; value: ChatChange }
  | { kind: 'label'; value: LabelChange }
  | { kind: 'contact'; value: ContactChange }
  | { kind: 'call'; value: CallUpdate }
  | { kind: 'post'; value: StatusPost }
  | { kind: 'history'; value: HistoryProgress }

type ValueOf<K extends RecordedEvent['kind']> = Extract<RecordedEvent, { kind: K }>['value']

/** A listener that records what it gets and lets a test wait for it. */
export class RecordingListener implements EngineListener {
  readonly events: RecordedEvent[] = []
  readonly protos = new Map<string, Uint8Array>()
  #waiting: { matches: (event: RecordedEvent) => boolean; resolve: (event: RecordedEvent) => void }[] = []
  /** Runs before messages count as stored. */
  beforeMessages: ((messages: readonly InboundMessage[]) => Promise<void>) | undefined
  /** Runs before statuses count as stored. */
  beforeStatuses: (() => Promise<void>) | undefined

  /** Everything of one kind, in order. */
  all<K extends RecordedEvent['kind']>(kind: K): ValueOf<K>[] {
    return this.events.flatMap((event) => (event.kind === kind ? [event.value as ValueOf<K>] : []))
  }

  /** The first that matches, recorded already or still to come; rejects when it never comes. */
  next<K extends RecordedEvent['kind']>(
    kind: K,
    matches: (value: ValueOf<K>) => boolean = () => true,
    after = 0,
  ): Promise<ValueOf<K>> {
    const wanted = (event: RecordedEvent): boolean =>
      event.kind === kind && matches(event.value as ValueOf<K>)
    const known = this.events.slice(after).find(wanted)
    if (known !== undefined) return Promise.resolve(known.value as never)
    // Made here, its stack names the test that waits.
    const late = new Error(`no matching ${kind} within ${timeoutMs} ms`)
    return new Promise<never>((resolve, reject) => {
      const timer = setTimeout(() => {
        const states = this.all('state').slice(-5)
        Object.assign(late, { states: states.map(({ status, reason, error }) => [status, reason, error]) })
        reject(late)
      }, timeoutMs)
      this.#waiting.push({
        matches: wanted,
        resolve: (event) => {
          clearTimeout(timer)
          resolve(event.value as never)
        },
      })
    })
  }

  async onState(change: StateChange): Promise<void> {
    this.#record({ kind: 'state', value: change })
  }

  async onMessages(messages: readonly InboundMessage[]): Promise<void> {
    await this.beforeMessages?.(messages)
    for (const value of messages) {
      this.protos.set(value.waMessageId, value.proto)
      this.#record({ kind: 'message', value })
    }
  }

  async onStatuses(updates: readonly StatusUpdate[]): Promise<void> {
    await this.beforeStatuses?.()
    for (const value of updates) this.#record({ kind: 'status', value })
  }

  async onGroupReceipts(receipts: readonly GroupReceipt[]): Promise<void> {
    for (const value of receipts) this.#record({ kind: 'receipt', value })
  }

  async onMappings(mappings: readonly AddressMapping[]): Promise<void> {
    for (const value of mappings) this.#record({ kind: 'mapping', value })
  }

  async onGroups(updates: readonly GroupUpdate[]): Promise<void> {
    for (const value of updates) this.#record({ kind: 'group', value })
  }

  async onChanges(changes: readonly MessageChange[]): Promise<void> {
    for (const value of changes) this.#record({ kind: 'change', value })
  }

  async onChats(changes: readonly ChatChange[]): Promise<void> {
    for (const value of changes) this.#record({ kind: 'chat', value })
  }

  async onLabels(changes: readonly LabelChange[]): Promise<void> {
    for (const value of changes) this.#record({ kind: 'label', value })
  }

  async onContacts(changes: readonly ContactChange[]): Promise<void> {
    for (const value of changes) this.#record({ kind: 'contact', value })
  }

  async onCalls(updates: readonly CallUpdate[]): Promise<void> {
    for (const value of updates) this.#record({ kind: 'call', value })
  }

  async onStatusPosts(posts: readonly StatusPost[]): Promise<void> {
    for (const value of posts) this.#record({ kind: 'post', value })
  }

  async onHistory(value: HistoryProgress): Promise<void> {
    this.#record({ kind: 'history', value })
  }

  onPresence(update: PresenceUpdate): void {
    this.#record({ kind: 'presence', value: update })
  }

  async findProto(
    _tenantId: string,
    _sessionId: string,
    waMessageId: string,
  ): Promise<Uint8Array | undefined> {
    return this.protos.get(waMessageId)
  }

  #record(event: RecordedEvent): void {
    this.events.push(event)
    const due = this.#waiting.filter(({ matches }) => matches(event))
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting))
    for (const { resolve } of due) resolve(event)
  }
}

/** The installation's encryption with a key of the test's own. */
export function createTestSecrets(secretKey = randomBytes(32).toString('base64')): EngineSecrets {
  return {
    encrypt: (plain, label) => seal({ secretKey }, label, plain),
    decrypt: (sealed, label) => unseal({ secretKey }, label, sealed),
  }
}

/** Parts of an engine under test that a test may replace. */
export interface TestEngineOptions {
  db: Database
  waUrl: string
  listener?: RecordingListener
  secrets?: EngineSecrets
  ownerId?: string
  log?: Logger
  clock?: Clock
  ids?: Ids
  config?: EngineConfig
  /** Files to send, by key. */
  blobs?: Map<string, Uint8Array>
  /** Keeps files that were fetched. */
  keepFile?: EngineOptions['keepFile']
}

/** An engine with a recording listener and quick reconnects. */
export function createTestEngine(options: TestEngineOptions): {
  engine: Engine
  listener: RecordingListener
} {
  const listener = options.listener ?? new RecordingListener()
  const engine = createEngine({
    db: options.db,
    clock: options.clock ?? systemClock(),
    ids: options.ids ?? systemIds(),
    log: options.log ?? pino({ level: process.env.ENGINE_LOG ?? 'silent' }),
    secrets: options.secrets ?? createTestSecrets(),
    ownerId: options.ownerId ?? 'test',
    listener,
    readBlob: async (key) => {
      const bytes = options.blobs?.get(key)
      if (bytes === undefined) throw new Error(`there is no blob ${key}`)
      return Readable.from([Buffer.from(bytes)])
    },
    keepFile: options.keepFile ?? keepNothing,
    config: { waUrl: options.waUrl, reconnectBaseMs: 20, ...options.config },
  })
  return { engine, listener }
}

const keepNothing = () => Promise.reject(new Error('this test fetches no files'))

/** Files that an engine under test fetched, by key. */
export class FetchedFiles extends Map<string, Buffer> {
  /** What the engine under test keeps files with. */
  readonly keep: EngineOptions['keepFile'] = async (stream) => {
    const bytes = Buffer.concat(await stream.toArray())
    const id = randomUUID()
    this.set(id, bytes)
    return { id, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  }

  /** Gets the file of a message; the same errors as `Engine.fetchFile`. */
  async fetch(
    { engine, session }: Pick<LinkedEngine, 'engine' | 'session'>,
    { target, ...message }: Pick<WantedFile, 'chatId' | 'proto'> & { target: MessageTarget },
    limits: { maxBytes: number; timeoutMs: number },
  ): Promise<Buffer> {
    const wanted = { ...message, target, tenantId: session.tenantId, mimetype: 'application/x-test' }
    const { id } = await engine.fetchFile(session.sessionId, wanted, limits)
    return this.get(id) ?? Buffer.alloc(0)
  }
}

/** Starts a session and scans its first code; resolves when it works. */
export async function pairSession(
  engine: Engine,
  listener: RecordingListener,
  simulator: Simulator,
  session: { tenantId: string; sessionId: string },
  phone: string,
): Promise<StateChange> {
  const after = listener.events.length
  const isOwn = (change: StateChange): boolean => change.sessionId === session.sessionId
  await engine.start(session)
  await listener.next('state', (change) => isOwn(change) && change.status === 'qr_code', after)
  const code = engine.qrCode(session.sessionId)
  if (code === undefined) throw new Error('the session shows no code')
  simulator.scan(phone, code.code)
  return listener.next('state', (change) => isOwn(change) && change.status === 'working', after)
}

/** Sends a text and answers the outcome with the id it was sent under. */
export async function sendText(
  engine: Engine,
  sessionId: string,
  chatId: string,
  text: string,
): Promise<{ outcome: SubmitOutcome; waMessageId: string }> {
  const waMessageId = engine.newMessageId(sessionId)
  const outcome = await engine.send({ sessionId, chatId, waMessageId, content: { kind: 'text', text } })
  return { outcome, waMessageId }
}

/** What a file of engine tests works with: one simulator, one linked session. */
export interface LinkedEngine {
  readonly simulator: Simulator
  readonly engine: Engine
  readonly listener: RecordingListener
  readonly session: { tenantId: string; sessionId: string }
  /** Digits of the session's own account. */
  readonly account: string
  /** Somebody else with a phone; digits. */
  addPerson(name?: string): string
  /** A new engine over the same database, as after a restart of the process; resolves when the session works again. */
  restart(): Promise<void>
}

/** What a file of engine tests may set up differently. */
export interface LinkedEngineOptions {
  /** Makes the account before it is linked. */
  prepare?(simulator: Simulator, account: string): void | Promise<void>
  isBusiness?: boolean
  config?: EngineConfig
  /** Looks at the listener before anything is published. */
  prepareListener?(listener: RecordingListener): void
  /** Files to send, by key. */
  blobs?: Map<string, Uint8Array>
  /** Keeps files that were fetched. */
  keepFile?: EngineOptions['keepFile']
}

let lastNumber = 15_560_000_000

/** Registers hooks that link one session before the tests of a file and close everything after them. */
export function useLinkedEngine(options: LinkedEngineOptions = {}): LinkedEngine {
  const secrets = createTestSecrets()
  const ids = systemIds()
  let database: TestDatabase
  let made: ReturnType<typeof createTestEngine>
  const world = { account: '', session: { tenantId: ids.uuid(), sessionId: ids.uuid() } } as {
    -readonly [K in keyof LinkedEngine]: LinkedEngine[K]
  }
  const build = () => {
    const { config = {}, blobs = new Map(), keepFile } = options
    const files = { blobs, ...(keepFile === undefined ? {} : { keepFile }) }
    made = createTestEngine({ db: database.db, waUrl: world.simulator.url, secrets, config, ...files })
    world.engine = made.engine
    world.listener = made.listener
    options.prepareListener?.(made.listener)
  }
  world.addPerson = (name = 'Somebody') => {
    lastNumber += 1
    world.simulator.createAccount({ phone: String(lastNumber), name })
    return String(lastNumber)
  }
  world.restart = async () => {
    await world.engine.close()
    build()
    await world.engine.start(world.session)
    await world.listener.next('state', ({ status }) => status === 'working')
  }
  before(async () => {
    database = await openTestDatabase()
    world.simulator = await createSimulator({ deliveryMs: 5, readMs: 10 })
    lastNumber += 1
    world.account = String(lastNumber)
    const { account, simulator } = world
    simulator.createAccount({ phone: account, name: 'Front desk', business: options.isBusiness === true })
    await options.prepare?.(simulator, account)
    build()
    await pairSession(world.engine, world.listener, simulator, world.session, account)
  })
  after(async () => {
    await world.engine.close()
    await world.simulator.close()
    await database.close()
  })
  return world
}

export { createSimulator, type Simulator }
