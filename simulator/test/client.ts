import { inspect } from 'node:util'
import {
  type AuthenticationState,
  type BaileysEventMap,
  DisconnectReason,
  initAuthCreds,
  jidDecode,
  makeWASocket,
  type proto,
  type SignalDataTypeMap,
  type UserFacingSocketConfig,
  WA_CERT_DETAILS,
  type WAMessage,
  type WAMessageKey,
} from 'baileys'
import { createSimulator, type Simulator, type SimulatorOptions } from '../src/index.ts'

// libsignal prints whole sessions, keys included: a test log is no place for them.
for (const name of ['info', 'warn', 'error'] as const) console[name] = () => undefined

// Baileys leaves a timer of 30 s behind every upload of prekeys, which would keep each test file running.
const setTimeoutOfNode = globalThis.setTimeout
globalThis.setTimeout = Object.assign((...args: Parameters<typeof setTimeoutOfNode>) => {
  const timer = setTimeoutOfNode(...args)
  return (args[1] ?? 0) >= 20_000 ? timer.unref() : timer
}, setTimeoutOfNode) as typeof setTimeout

const silent = {
  level: 'silent',
  child: () => silent,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Credentials and keys in memory, and the store behind them. */
export type MemoryAuth = AuthenticationState & { store: Map<string, unknown> }

/** Makes credentials of a client that is not linked yet. */
export function memoryAuth(): MemoryAuth {
  const store = new Map<string, unknown>()
  return {
    store,
    creds: initAuthCreds(),
    keys: {
      async get<T extends keyof SignalDataTypeMap>(type: T, ids: string[]) {
        const found: { [id: string]: SignalDataTypeMap[T] } = {}
        for (const id of ids) {
          const value = store.get(`${type}|${id}`)
          if (value !== undefined) found[id] = value as SignalDataTypeMap[T]
        }
        return found
      },
      async set(data) {
        for (const [type, entries] of Object.entries(data)) {
          for (const [id, value] of Object.entries(entries ?? {})) {
            if (value === null || value === undefined) store.delete(`${type}|${id}`)
            else store.set(`${type}|${id}`, value)
          }
        }
      },
    },
  }
}

type EventName = keyof BaileysEventMap
type Seen = { [E in EventName]: { name: E; value: BaileysEventMap[E]; taken: boolean } }[EventName]
type Waiter = { matches: (seen: Seen) => boolean; resolve: (value: Seen['value']) => void }

const limitMs = 10_000

/** A real Baileys client, with its events kept so that a test can wait for them without a race. */
export class Client implements AsyncDisposable {
  readonly auth: MemoryAuth
  readonly #makeSocket: typeof makeWASocket
  readonly #simulator: Simulator
  readonly #config: Partial<UserFacingSocketConfig>
  readonly #seen: Seen[] = []
  readonly #waiters = new Set<Waiter>()
  socket: ReturnType<typeof makeWASocket>

  constructor(
    simulator: Simulator,
    config: Partial<UserFacingSocketConfig> = {},
    auth = memoryAuth(),
    /** Of another release of the library. */
    makeSocket = makeWASocket,
  ) {
    this.#makeSocket = makeSocket
    this.#simulator = simulator
    this.#config = config
    this.auth = auth
    WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(simulator.rootPublicKey)
    this.socket = this.connect()
  }

  /** Opens a new socket with the same credentials. */
  connect(): ReturnType<typeof makeWASocket> {
    const socket = this.#makeSocket({
      auth: this.auth,
      logger: silent,
      waWebSocketUrl: this.#simulator.url,
      markOnlineOnConnect: false,
      ...this.#config,
    })
    this.socket = socket
    // Noted when they are emitted: the library's buffer folds events into each other, drops some, and now and then
    // forgets to flush for 30 seconds.
    const emit = socket.ev.emit.bind(socket.ev)
    socket.ev.emit = (name, value) => {
      if (name === 'creds.update') Object.assign(this.auth.creds, value)
      this.#note({ name, value, taken: false } as Seen)
      const error =
        name === 'connection.update'
          ? ((value as BaileysEventMap['connection.update']).lastDisconnect?.error as Boom | undefined)
          : undefined
      if (error?.output?.statusCode === DisconnectReason.restartRequired) queueMicrotask(() => this.connect())
      return emit(name, value)
    }
    return socket
  }

  /** The first event that matches and was not returned before, now or as soon as it comes. */
  async next<E extends EventName>(
    name: E,
    matches: (value: BaileysEventMap[E]) => boolean = () => true,
    timeoutMs = limitMs,
  ): Promise<BaileysEventMap[E]> {
    const fits = (seen: Seen) => seen.name === name && matches(seen.value as BaileysEventMap[E])
    return (await this.#wait(fits, name, timeoutMs)) as BaileysEventMap[E]
  }

  /** Everything told under a name so far, returned before or not. */
  all<E extends EventName>(name: E): BaileysEventMap[E][] {
    return this.#seen.flatMap((seen) => (seen.name === name ? [seen.value as BaileysEventMap[E]] : []))
  }

  /** The key of a message, when it has this status, in an event of its own or in the message's. */
  status(id: string | null | undefined, status: number): Promise<WAMessageKey> {
    return this.#key(`status ${status}`, ({ name, value }) => {
      if (name === 'messages.update')
        return value.find(({ key, update }) => key.id === id && update.status === status)?.key
      if (name !== 'messages.upsert') return undefined
      return value.messages.find((one) => one.key.id === id && one.status === status)?.key
    })
  }

  /** The key of a message, when somebody's receipt of it matches. */
  receipt(
    id: string | null | undefined,
    matches: (receipt: proto.IUserReceipt) => boolean = () => true,
  ): Promise<WAMessageKey> {
    return this.#key('receipt', ({ name, value }) => {
      if (name === 'message-receipt.update')
        return value.find((one) => one.key.id === id && matches(one.receipt))?.key
      if (name !== 'messages.upsert') return undefined
      return value.messages.find((one) => one.key.id === id && one.userReceipt?.some(matches))?.key
    })
  }

  /** What is true of a message stays true, so events that were returned before count as well. */
  async #key(what: string, find: (seen: Seen) => WAMessageKey | undefined): Promise<WAMessageKey> {
    for (const seen of this.#seen) {
      const key = find(seen)
      if (key) return key
    }
    let key: WAMessageKey | undefined
    await this.#wait(
      (seen) => {
        key = find(seen)
        return key !== undefined
      },
      what,
      limitMs,
    )
    if (key === undefined) throw new Error('unreachable')
    return key
  }

  #wait(fits: (seen: Seen) => boolean, what: string, timeoutMs: number): Promise<Seen['value']> {
    const matches = (seen: Seen) => !seen.taken && fits(seen)
    const found = this.#seen.find(matches)
    if (found) {
      found.taken = true
      return Promise.resolve(found.value)
    }
    // Made here, its stack names the test that waits.
    const late = new Error(`no ${what} within ${timeoutMs} ms`)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const seen = this.#seen.slice(-12).map(({ name, taken, value }) => ({ name, taken, value }))
        reject(Object.assign(late, { seen: inspect(seen, { depth: 6 }) }))
      }, timeoutMs)
      this.#waiters.add({
        matches,
        resolve: (value) => {
          clearTimeout(timer)
          resolve(value)
        },
      })
    })
  }

  /** The next message that matches. */
  async message(matches: (message: WAMessage) => boolean, timeoutMs = limitMs): Promise<WAMessage> {
    const upsert = await this.next('messages.upsert', ({ messages }) => messages.some(matches), timeoutMs)
    const message = upsert.messages.find(matches)
    if (!message) throw new Error('unreachable')
    return message
  }

  /** The acknowledgement of the next message the client sends, as the server wrote it. */
  acknowledgement(): Promise<Record<string, string>> {
    return new Promise((resolve) => {
      this.socket.ws.once('CB:ack,class:message', ({ attrs }) => resolve(attrs))
    })
  }

  /** The code with which the connection ended next, except for the restart that belongs to pairing. */
  async disconnectCode(timeoutMs = limitMs): Promise<number | undefined> {
    const { lastDisconnect } = await this.next(
      'connection.update',
      ({ connection, lastDisconnect: last }) =>
        connection === 'close' &&
        (last?.error as Boom)?.output?.statusCode !== DisconnectReason.restartRequired,
      timeoutMs,
    )
    return (lastDisconnect?.error as Boom | undefined)?.output?.statusCode
  }

  async open(): Promise<void> {
    await this.next('connection.update', ({ connection }) => connection === 'open')
  }

  /** Ends the socket as a lost network would: nothing is told to the server. Resolves when the server noticed it. */
  async close(): Promise<void> {
    await this[Symbol.asyncDispose]()
    // What is sent before that would be read by the dead client, with keys that a next one believes unused.
    await until(() => this.device?.connected !== true)
  }

  /** Resolves when the server has every acknowledgement: the last ones leave after what they are for. */
  acknowledged(): Promise<void> {
    return until(() => this.device?.pending === 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.socket.end(undefined)
  }

  /** The device as the server sees it. */
  get device() {
    const { user, device } = jidDecode(this.auth.creds.me?.id) ?? {}
    const account = this.#simulator.state().accounts.find(({ phone }) => phone === user)
    return account?.devices.find((one) => one.device === device)
  }

  #note(seen: Seen): void {
    this.#seen.push(seen)
    for (const waiter of this.#waiters) {
      if (!waiter.matches(seen)) continue
      this.#waiters.delete(waiter)
      seen.taken = true
      waiter.resolve(seen.value)
      return
    }
  }
}

/** Looks again and again until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`not so within ${limitMs} ms: ${isSo}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

type Boom = Error & { output?: { statusCode?: number } }

/** Text of a message, however it travelled. */
export function textOf({ message }: WAMessage): string | undefined {
  return message?.conversation ?? message?.extendedTextMessage?.text ?? undefined
}

/** The number that everybody in the tests who is linked uses, and two people to talk to. */
export const owner = '15550001111'
export const bob = '15550002222'
export const carol = '15550003333'

/** The jid of a phone number. */
export const jidOf = (phone: string) => `${phone}@s.whatsapp.net`

/** A simulator with fast receipts in which owner, Bob and Carol have phones. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await createSimulator({ deliveryMs: 10, readMs: 20, ...options })
  simulator.createAccount({ phone: owner, name: 'Olga Owner' })
  simulator.createAccount({ phone: bob, name: 'Bob' })
  simulator.createAccount({ phone: carol, name: 'Carol' })
  return simulator
}

/** A client linked to a phone by scanning its QR code, logged in and past the bootstrap. */
export async function linkedClient(
  simulator: Simulator,
  phone: string,
  config: Partial<UserFacingSocketConfig> = {},
): Promise<Client> {
  const client = new Client(simulator, config)
  const { qr } = await client.next('connection.update', (update) => update.qr !== undefined)
  simulator.scan(phone, qr ?? '')
  await client.open()
  await client.next('messaging-history.set')
  return client
}
