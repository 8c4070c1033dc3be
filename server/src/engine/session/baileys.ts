import type { Agent as HttpsAgent } from 'node:https'
import type {
  AuthenticationCreds,
  BinaryNode,
  CacheStore,
  GroupMetadata,
  UserFacingSocketConfig,
  WASocket,
} from 'baileys'
import type { Logger } from 'pino'
import { Dispatcher1Wrapper } from 'undici'
import { createLru } from '../../platform/lru.ts'
import type { SessionKeys } from '../keys/session-keys.ts'
import { ActionTimestamps } from '../library/action-timestamps.ts'
import { childrenOf } from '../library/binary-nodes.ts'
import { keepKeysOfCopy } from '../library/device-copies.ts'
import { Browsers, isPnUser, makeSignalRepository, makeWASocket, type proto } from '../library/library.ts'
import { createLibraryLog } from '../library/library-log.ts'
import { captureRejections } from '../library/library-rejections.ts'
import type { ProxyRoute } from './proxy.ts'
import type { StanzaWatch } from './stanza-watch.ts'

/** What the library emits, passed on as it happens and not when its event buffer is flushed. */
export type LibraryEvent = (name: string, data: unknown) => void

/** What a socket is built from. */
export interface SocketOptions {
  credentials: AuthenticationCreds
  keys: SessionKeys
  log: Logger
  /** A simulator instead of WhatsApp. */
  waUrl: string | undefined
  /** The session's proxy, for the WebSocket and for files that the library gets itself. */
  route?: ProxyRoute | undefined
  retryCounters: CacheStore
  findMessage(id: string): Promise<proto.IMessage | undefined>
  findGroup(jid: string): Promise<GroupMetadata | undefined>
  onEvent: LibraryEvent
  /**
   * Told of each ciphertext before it is decrypted and after: its ratchet steps belong to the stanza's message, and its
   * receipt may follow at once.
   */
  arriving: Pick<StanzaWatch, 'begin' | 'finish' | 'fail' | 'has'>
  /** Listeners by event of the WebSocket client, called before the library reads the stanza. */
  stanzaListeners: Readonly<Record<string, (node: BinaryNode) => void>>
  /** WhatsApp offers so many codes to scan. */
  onPairDevice(codes: number): void
  /** WhatsApp asks for a passkey before it links this device. */
  onPasskey(): void
  onAck(node: BinaryNode): void
  /** Takes every outgoing frame; `isQuery` when an answer is awaited, as for no message or receipt. */
  onFrame(send: () => void, isQuery: boolean): void
}

/** The steps of linking that need a passkey (WhatsApp's "Shortcake"; whatsmeow's `pair-passkey.go` of June 2026). */
const passkeyNotices = ['passkey_prologue_request', 'crsc_continuation']
const userDevicesTtlMs = 3_600_000
/** How often one device gets a message again that it could not read (whatsmeow's `internalCounter` in `retry.go`). */
const resendsPerDevice = 10
/** The library counts each of them twice: when the device asks and when the message leaves (`Socket/messages-recv.js`). */
const countsPerResend = 2
/** How often a message is asked for that cannot be read here, as phones and whatsmeow do. */
const requestsPerMessage = 5
/** The library asks the server for a QR code's first life of 60 s and 20 s for each further one (`socket.js`). */
export const qrLifetimesMs = { first: 60_000, next: 20_000 } as const

/** A cache in the library's shape with a bound, which its own caches do not have. */
export function createBoundedCache(max: number, ttlMs: number): CacheStore {
  const cache = createLru<object>(max, ttlMs)
  return {
    get: <T>(key: string) => (cache.get(key) as { value: T } | undefined)?.value,
    set: (key: string, value: unknown) => void cache.set(key, { value }),
    del: (key: string) => void cache.delete(key),
    flushAll: () => cache.clear(),
  }
}

/** Builds and connects a socket; the only place where one is made. */
export function openSocket(options: SocketOptions): WASocket {
  const { keys } = options
  const timestamps = new ActionTimestamps()
  const logger = createLibraryLog(options.log, (traced) => timestamps.record(traced))
  const config: UserFacingSocketConfig = {
    auth: { creds: options.credentials, keys },
    logger,
    ...(options.waUrl === undefined ? {} : { waWebSocketUrl: options.waUrl }),
    ...(options.route === undefined ? {} : routed(options.route)),
    browser: Browsers.macOS('Chrome'),
    // With a limit the library makes a timer and a stack trace for every frame; ours watches the whole connect.
    connectTimeoutMs: 0,
    defaultQueryTimeoutMs: 30_000,
    markOnlineOnConnect: false,
    emitOwnEvents: false,
    syncFullHistory: false,
    // The library asks about kinds of history to find out whether any is wanted, which makes the phone send it, and
    // about each chunk whether to load it whole: that is done in bounded parts elsewhere.
    shouldSyncHistoryMessage: (notice) => !isChunk(notice),
    generateHighQualityLinkPreview: false,
    msgRetryCounterCache: options.retryCounters,
    maxMsgRetryCount: resendsPerDevice * countsPerResend,
    userDevicesCache: createBoundedCache(2000, userDevicesTtlMs),
    callOfferCache: createBoundedCache(100, 300_000),
    placeholderResendCache: createBoundedCache(500, 3_600_000),
    getMessage: async (key) => (key.id ? options.findMessage(key.id) : undefined),
    cachedGroupMetadata: (jid) => options.findGroup(jid),
    makeSignalRepository: (auth, log, findLids) => {
      // The library's own store commits a ratchet step after the frame that used it is sent: ours is written at once.
      const repository = makeSignalRepository({ creds: auth.creds, keys }, log, findLids)
      return watchDecryption(repository, options.arriving)
    },
  }
  const socket = captureRejections(() => makeWASocket(config), options.log)
  socket.authState.keys = keys
  tapEvents(socket, (name, data) =>
    options.onEvent(name, name.startsWith('labels.') ? timestamps.stamp(data) : data),
  )
  tapFrames(socket, options)
  limitRetries(socket)
  keepOwnMessages(socket, options.arriving)
  return socket
}

/** The library has one limit for both directions: it is set to what is sent again, and here to what is asked for again. */
function limitRetries({ messageRetryManager }: WASocket): void {
  if (messageRetryManager !== null)
    Object.assign(messageRetryManager, { maxMsgRetryCount: requestsPerMessage })
}

/**
 * The library keeps every message for five minutes in case somebody asks for it again, those of others too, for which
 * nobody asks here: with the memory that their bytes were cut from, they were most of what a busy session held.
 */
function keepOwnMessages(socket: WASocket, arriving: SocketOptions['arriving']): void {
  const retries = socket.messageRetryManager
  if (retries === null) return
  const add = retries.addRecentMessage.bind(retries)
  retries.addRecentMessage = (to, id, message) => {
    if (!arriving.has(id)) add(to, id, message)
  }
}

/** The library gets large pieces of the account's settings with the `fetch` of Node, which wants an older dispatcher. */
function routed(route: ProxyRoute): Pick<UserFacingSocketConfig, 'agent' | 'options'> {
  const dispatcher = new Dispatcher1Wrapper(route.createDispatcher({})) as unknown
  return { agent: route.agent as HttpsAgent, options: { dispatcher } as RequestInit }
}

/** Whether a notification carries a chunk of history or says where one is. */
function isChunk(notice: proto.Message.IHistorySyncNotification): boolean {
  return Boolean(
    notice.initialHistBootstrapInlinePayload?.length || notice.directPath || notice.mediaKey?.length,
  )
}

type Repository = ReturnType<typeof makeSignalRepository>

/** Reports which stanza's ciphertext is being decrypted. */
function watchDecryption(repository: Repository, arriving: SocketOptions['arriving']): Repository {
  const { decryptMessage, decryptGroupMessage } = repository
  const watch = async (ciphertext: Uint8Array, decrypt: () => Promise<Uint8Array>): Promise<Uint8Array> => {
    arriving.begin(ciphertext)
    try {
      const plain = await decrypt()
      arriving.finish(ciphertext)
      return plain
    } catch (error) {
      arriving.fail(ciphertext)
      throw error
    }
  }
  repository.decryptMessage = async (input) => {
    // Looking a LID up may ask the server: that question must not wait for this very message to be stored.
    if (isPnUser(input.jid)) await repository.lidMapping.getLIDForPN(input.jid)
    return keepKeysOfCopy(await watch(input.ciphertext, () => decryptMessage.call(repository, input)))
  }
  repository.decryptGroupMessage = (input) =>
    watch(input.msg, () => decryptGroupMessage.call(repository, input))
  return repository
}

/** Sees every event when it is emitted: the library's buffer folds statuses and holds some for 30 seconds. */
function tapEvents(socket: WASocket, onEvent: LibraryEvent): void {
  const emit = socket.ev.emit.bind(socket.ev)
  socket.ev.emit = (name, data) => {
    onEvent(name, data)
    return emit(name, data)
  }
}

/** Puts itself between the library and the WebSocket, and before the library at incoming messages and acks. */
function tapFrames(socket: WASocket, options: SocketOptions): void {
  const { ws } = socket
  const raw = rawSocket(socket)
  const send = raw.send.bind(raw)
  // A query subscribes to its answer right before it is sent, in the same tick.
  let isQuery = false
  ws.on('newListener', (name: unknown) => {
    if (typeof name !== 'string' || !name.startsWith('TAG:') || isQuery) return
    isQuery = true
    queueMicrotask(() => {
      isQuery = false
    })
  })
  raw.send = (data, callback) => {
    const query = isQuery
    isQuery = false
    options.onFrame(() => {
      if (raw.readyState === raw.OPEN) send(data, () => {})
    }, query)
    callback?.()
  }
  for (const [name, listener] of Object.entries(options.stanzaListeners)) ws.prependListener(name, listener)
  ws.prependListener('CB:iq,type:set,pair-device', ({ content }: BinaryNode) => {
    const [offer] = Array.isArray(content) ? content : []
    options.onPairDevice(childrenOf(offer, 'ref').length)
  })
  for (const type of passkeyNotices) ws.on(`CB:notification,type:${type}`, options.onPasskey)
  ws.on('CB:ack,class:message', options.onAck)
}

/** The part of the WebSocket beneath the library's client that the engine touches. */
export interface RawSocket {
  readonly OPEN: number
  readonly readyState: number
  send(data: Uint8Array, callback?: (error?: Error) => void): void
  terminate(): void
}

/** The WebSocket beneath the library's client (`WebSocketClient.socket` of Baileys 7). */
export function rawSocket(socket: WASocket): RawSocket {
  return (socket.ws as unknown as { socket: RawSocket }).socket
}

/** Ends a socket for good: politely when it can, within `graceMs`, and leaves no listener behind. */
export async function closeSocket(
  socket: WASocket,
  graceMs: number,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  const raw = (socket.ws as unknown as { socket: RawSocket | null }).socket
  const ended = socket.end(undefined).catch(() => {})
  await Promise.race([ended, sleep(graceMs)])
  raw?.terminate()
  socket.ev.removeAllListeners('connection.update')
  socket.ws.removeAllListeners()
  // A late error of the dead WebSocket would otherwise have no listener and end the process.
  socket.ws.on('error', () => {})
}
