import type {
  AuthenticationCreds,
  BaileysEventMap,
  BinaryNode,
  CacheStore,
  ConnectionState,
  WASocket,
} from 'baileys'
import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import type { EngineListener } from '../events.ts'
import { Addresses } from '../inbound/addresses.ts'
import { ChatTimers } from '../inbound/chat-timers.ts'
import { Inbox } from '../inbound/inbox.ts'
import type { Recipient } from '../inbound/parse-message.ts'
import { Receiver } from '../inbound/receiver.ts'
import { FrameGate } from '../keys/frame-gate.ts'
import { InFlight } from '../keys/in-flight.ts'
import type { WriteSource } from '../keys/key-writer.ts'
import { type KeyEnvironment, SessionKeys } from '../keys/session-keys.ts'
import { personOf } from '../library/jids.ts'
import { type MediaTransfers, SessionMedia } from '../media/session-media.ts'
import { Sender } from '../outbound/sender.ts'
import { SentMessages } from '../outbound/sent-messages.ts'
import { GroupCache } from '../updates/group-cache.ts'
import { isBusinessAccount } from './account.ts'
import { AccountSync } from './account-sync.ts'
import { closeSocket, openSocket } from './baileys.ts'
import type { CloseReason } from './close-reasons.ts'
import type { ProxyRoute } from './proxy.ts'
import { cappedCode, fetchRestriction, readCapping, readLock } from './restriction-updates.ts'
import type { Restriction, RestrictionUpdate } from './restrictions.ts'
import { pingServer, unlinkDevice } from './server-pings.ts'
import { StanzaWatch } from './stanza-watch.ts'

/** What a connection is made from; the callbacks stop once it has ended. */
export interface ConnectionOptions {
  tenantId: string
  sessionId: string
  epoch: number
  credentials: AuthenticationCreds
  waUrl: string | undefined
  /** The session's proxy. */
  route?: ProxyRoute | undefined
  clock: Clock
  log: Logger
  listener: EngineListener
  media: MediaTransfers
  retryCounters(keys: SessionKeys): CacheStore
  readKeys: KeyEnvironment['read']
  encryptKey: KeyEnvironment['encrypt']
  notifyWriter(source: WriteSource): void
  onQr(code: string): void
  onOpen(): void
  /** WhatsApp offers so many codes to scan. */
  onPairDevice(codes: number): void
  onRestriction(update: RestrictionUpdate): void
  /** WhatsApp took a message. */
  onSent(): void
  onEnd(closeReason: CloseReason): void
}

const lastWordsMs = 200
const closeGraceMs = 1000
const settleTimeoutMs = 3000
/** All else is handled to the end: the library goes on with what came, and its ack may still leave. */
const ofLiving = new Set(['connection.update', 'message-capping.update', 'messages.media-update'])

/** One socket from connect to close, with the memory that belongs to it. A dead one is never used again. */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #inFlight: InFlight
  readonly #gate = new FrameGate()
  readonly #inbox: Inbox
  readonly #stanzas: StanzaWatch
  readonly #sent: SentMessages
  readonly #socket: WASocket
  #isOpen = false
  #hasEnded = false
  #shutdown: Promise<void> | undefined
  #lastInboundMs: number
  #inboundCount = 0
  /** Log of the session. */
  readonly log: Logger
  readonly keys: SessionKeys
  readonly addresses: Addresses
  readonly timers: ChatTimers
  readonly groups: GroupCache
  readonly sender: Sender
  readonly media: SessionMedia
  readonly receiver: Receiver
  readonly accountSync: AccountSync

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.log = options.log
    this.#lastInboundMs = options.clock.monotonicMs()
    this.#inFlight = new InFlight(() => this.#advance())
    this.#stanzas = new StanzaWatch(this.#inFlight, options.clock, options.log)
    this.#inbox = new Inbox({
      clock: options.clock,
      listener: options.listener,
      inFlight: this.#inFlight,
      onStored: () => this.#gate.advance(),
      onFailed: (error) => this.#end({ kind: 'store_failed', error }),
    })
    this.keys = this.#createKeys()
    this.#sent = new SentMessages({ ...options, keys: this.keys })
    this.addresses = new Addresses(this.keys)
    this.timers = new ChatTimers(this.keys)
    this.groups = new GroupCache({
      keys: this.keys,
      nowMs: () => options.clock.nowMs(),
      query: (jid) => this.#socket.groupMetadata(jid),
    })
    const parts = { ...options, addresses: this.addresses, timers: this.timers, inbox: this.#inbox }
    this.receiver = new Receiver({
      ...parts,
      recipient: () => this.recipient(),
      dismiss: (ids, isOwnDevice) => this.#stanzas.dismiss(ids, isOwnDevice),
      findMessage: (id) => this.#sent.find(id),
      findGroup: (jid) => this.groups.get(jid),
    })
    this.media = this.#createMedia()
    this.accountSync = new AccountSync({
      ...parts,
      recipient: () => this.recipient(),
      keys: this.keys,
      groups: this.groups,
      socket: () => this.#socket,
      fetchFile: (part, limits) => this.media.fetch(part, limits),
      closeInFlight: (ids) => this.#inFlight.close(ids),
    })
    this.#socket = this.#openSocket()
    this.sender = new Sender({
      ...parts,
      socket: this.#socket,
      findGroup: (jid) => this.groups.get(jid),
      findMessage: (id) => this.#sent.find(id),
      upload: (content, isChannel) => this.media.upload(content, isChannel),
      identityKey: () => options.credentials.signedIdentityKey.private,
      isOpen: () => this.#isOpen,
      sent: this.#sent,
      onReachOutLock: () => this.#handleRefusal('reach_out_locked'),
    })
  }

  /** The library's socket, for calls that need nothing of ours. */
  get socket(): WASocket {
    return this.#socket
  }

  /** Whether the account is one of WhatsApp Business. */
  get isBusiness(): boolean {
    return isBusinessAccount(this.#options.credentials)
  }

  /** Whether WhatsApp has let this connection in. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** When the last stanza arrived, on the monotonic clock. */
  get lastInboundMs(): number {
    return this.#lastInboundMs
  }

  /** How many stanzas arrived. */
  get inboundCount(): number {
    return this.#inboundCount
  }

  /** The account as it knows itself. */
  recipient(): Recipient {
    const { tenantId, sessionId, credentials } = this.#options
    return { tenantId, sessionId, me: personOf([credentials.me?.id, credentials.me?.lid], null) }
  }

  /** Stores the credentials as they are now. */
  saveCredentials(): void {
    this.keys.write('credentials', '', this.#options.credentials)
  }

  /** Takes this device off the account's list of linked devices. */
  async unlink(timeoutMs: number): Promise<void> {
    const jid = this.#options.credentials.me?.id
    if (jid !== undefined) await unlinkDevice(this.#socket, jid, this.#options.clock, timeoutMs)
  }

  /** Asks the server for a sign of life; false when none came in time. */
  async probe(timeoutMs: number): Promise<boolean> {
    const before = this.#inboundCount
    await pingServer(this.#socket, this.#options.clock, timeoutMs)
    return this.#hasEnded || this.#inboundCount > before
  }

  /** Asks WhatsApp how a restriction stands; what it answers is handled like any other update of it. */
  async askRestriction(kind: Restriction): Promise<void> {
    const update = await fetchRestriction(this.#socket, kind, this.log)
    if (update !== undefined) this.#options.onRestriction(update)
  }

  /** Ends the connection for a reason of ours; `onEnd` is called. */
  abort(closeReason: CloseReason): void {
    this.#end(closeReason)
  }

  /** Closes without calling `onEnd`; resolves when what was taken in is stored and committed, or forgotten. */
  close(): Promise<void> {
    this.#hasEnded = true
    return this.#shutDown()
  }

  #createMedia(): SessionMedia {
    const { sessionId, media, clock, credentials } = this.#options
    return new SessionMedia({
      sessionId,
      transfers: media,
      addresses: this.addresses,
      clock,
      socket: () => this.#socket,
      ownId: () => credentials.me?.id ?? '',
      route: this.#options.route,
    })
  }

  #createKeys(): SessionKeys {
    const { sessionId, tenantId, epoch, readKeys, encryptKey, notifyWriter, credentials } = this.#options
    const keys = new SessionKeys({
      sessionId,
      epoch,
      read: readKeys,
      encrypt: encryptKey,
      notify: notifyWriter,
      inFlight: this.#inFlight,
      onCommitted: () => {
        this.accountSync.advance()
        this.#gate.advance()
      },
      onRead: (id) => this.#inbox.add({ inFlight: [id] }),
      onLost: (cause) =>
        this.#end(
          cause.kind === 'fenced' ? { kind: 'fenced' } : { kind: 'store_failed', error: cause.error },
        ),
      onMapping: (phone, lid) => {
        if (phone !== this.recipient().me.phone)
          this.#inbox.add({ mappings: [{ tenantId, sessionId, phone, lid }] })
      },
    })
    keys.accountId = credentials.me?.id
    return keys
  }

  #openSocket(): WASocket {
    const { options, keys } = { options: this.#options, keys: this.keys }
    const socket = openSocket({
      credentials: options.credentials,
      keys,
      log: options.log,
      waUrl: options.waUrl,
      route: options.route,
      retryCounters: options.retryCounters(keys),
      findMessage: (id) => this.#sent.find(id),
      findGroup: (jid) => this.groups.get(jid),
      onEvent: (name, data) => this.#handle(name, data),
      arriving: this.#stanzas,
      stanzaListeners: {
        ...this.accountSync.stanzaListeners(),
        'CB:message': (node) => this.#stanzas.register(node),
      },
      onPairDevice: (codes) => options.onPairDevice(codes),
      onPasskey: () => options.credentials.account === undefined && this.#end({ kind: 'passkey' }),
      onAck: (node) => this.#receiveAck(node),
      onFrame: (send, isQuery) => this.#pushFrame(send, isQuery),
    })
    // Registered after the library's own listener, so the credentials are already changed.
    socket.ev.on('creds.update', () => {
      keys.accountId = options.credentials.me?.id
      this.saveCredentials()
      this.accountSync.handleCredentials()
    })
    socket.ws.on('frame', () => {
      this.#lastInboundMs = options.clock.monotonicMs()
      this.#inboundCount += 1
    })
    return socket
  }

  #handle(name: string, data: unknown): void {
    if (this.#hasEnded && ofLiving.has(name)) return
    if (name === 'connection.update') return this.#handleConnection(data as Partial<ConnectionState>)
    if (name === 'messages.upsert') {
      for (const { key } of (data as BaileysEventMap['messages.upsert']).messages)
        this.#inFlight.claim(key.id ?? '')
    }
    if (name === 'message-capping.update') this.#options.onRestriction(readCapping(data as object))
    if (name === 'messages.media-update')
      this.media.retries.handle(data as BaileysEventMap['messages.media-update'])
    this.accountSync.handle(name, data)
    this.receiver.handle(name, data)
  }

  #handleConnection(update: Partial<ConnectionState>): void {
    const { qr, connection, lastDisconnect, reachoutTimeLock } = update
    if (typeof qr === 'string') this.#options.onQr(qr)
    if (reachoutTimeLock !== undefined) this.#options.onRestriction(readLock(reachoutTimeLock))
    if (connection === 'open') {
      this.#isOpen = true
      this.keys.accountId = this.#options.credentials.me?.id
      this.#options.onOpen()
      this.accountSync.handleOpen()
    }
    if (connection === 'close') {
      const error = lastDisconnect?.error as (Error & { output?: { statusCode?: number } }) | undefined
      const failure = this.#options.route?.takeFailure()
      if (failure !== undefined) return this.#end({ kind: 'proxy', failure })
      this.#end({ kind: 'code', code: error?.output?.statusCode ?? 428, message: error?.message ?? 'closed' })
    }
  }

  #pushFrame(send: () => void, isQuery: boolean): void {
    const keys = this.keys.mark()
    if (isQuery) return this.#gate.push({ isReady: () => this.keys.hasCommittedFree(keys), send })
    const sequence = this.#inFlight.lastDecrypted
    const inbox = this.#inbox.mark
    this.#gate.push({
      isReady: () =>
        this.#inFlight.closedUpTo >= sequence && this.#inbox.hasStored(inbox) && this.keys.hasCommitted(keys),
      send,
    })
  }

  #advance(): void {
    this.keys.advance()
    this.#gate.advance()
  }

  #receiveAck(node: BinaryNode): void {
    if (node.attrs.error === undefined) this.#options.onSent()
    else if (node.attrs.error === cappedCode) this.#handleRefusal('message_capped')
    const late = this.sender.receiveAck(node.attrs)
    if (late === undefined) return
    const { tenantId, sessionId, clock } = this.#options
    const { waMessageId, chatId, error } = late
    const status = error === null ? ('sent' as const) : ('failed' as const)
    this.#inbox.add({
      statuses: [{ tenantId, sessionId, waMessageId, chatId, status, error, at: clock.now() }],
    })
  }

  /** A message was refused because of a restriction: it is in force at once, its end is asked for. */
  #handleRefusal(kind: Restriction): void {
    this.#options.onRestriction({ kind, isActive: true, until: null, isRefusal: true })
    void this.askRestriction(kind)
  }

  #end(closeReason: CloseReason): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    // What could not be stored must come again: not even an answer that waits may leave.
    if (closeReason.kind === 'fenced' || closeReason.kind === 'store_failed') this.#gate.close()
    const notifyEnd = () => this.#options.onEnd(closeReason)
    void this.#shutDown().then(notifyEnd, notifyEnd)
  }

  #shutDown(): Promise<void> {
    this.#shutdown ??= this.#tearDown()
    return this.#shutdown
  }

  /** What was taken in completely is stored and committed; the rest is forgotten, so that it comes again. */
  async #tearDown(): Promise<void> {
    const { clock } = this.#options
    this.#isOpen = false
    this.sender.close()
    this.media.close()
    this.accountSync.stop()
    this.#sent.stop()
    this.#stanzas.stop()
    this.#socket.ws.removeAllListeners('message')
    await Promise.race([this.#settle(), clock.sleep(settleTimeoutMs)])
    this.#gate.close()
    this.keys.discard()
    await closeSocket(this.#socket, closeGraceMs, (ms) => clock.sleep(ms))
  }

  async #settle(): Promise<void> {
    // What is being decrypted right now may still be passed on; what is not by then comes again.
    await Promise.race([this.#inFlight.emptied(), this.#options.clock.sleep(lastWordsMs)])
    await this.#inbox.idle()
    await this.keys.settled()
    this.#gate.advance()
  }
}
