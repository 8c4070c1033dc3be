import type { AuthenticationCreds } from 'baileys'
import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { LinkCode, SessionActivity } from '../engine.ts'
import { sessionNotConnected, sessionNotLinking } from '../engine-errors.ts'
import type { EngineListener } from '../events.ts'
import { createRetryCounters } from '../keys/retry-counters.ts'
import type { SessionStore } from '../keys/session-store.ts'
import { initAuthCreds } from '../library/library.ts'
import type { MediaTransfers } from '../media/session-media.ts'
import type { DisconnectCause, StatusReason } from '../states.ts'
import { isBusinessAccount, isPaired, phoneOf } from './account.ts'
import { type CloseReason, describeCloseReason } from './close-reasons.ts'
import { Connection } from './connection.ts'
import { codeOfCloseReason, judgeCloseReason, type Verdict } from './disconnects.ts'
import { LinkCodes } from './link-codes.ts'
import type { ProxyRoute } from './proxy.ts'
import { type ReconnectCause, Reconnects } from './reconnects.ts'
import { Restrictions } from './restrictions.ts'
import { SilenceWatch } from './silence-watch.ts'
import { StatePublisher } from './state-publisher.ts'

/** What a session needs; shared by all sessions of the process. */
export interface SessionEnvironment {
  clock: Clock
  ids: Ids
  log: Logger
  listener: EngineListener
  media: MediaTransfers
  waUrl: string | undefined
  connectTimeoutMs: number
  /** First pause before a reconnect; doubles with each failure. */
  reconnectBaseMs: number
  /** Silence after which the connection is probed, and how long the probe waits. */
  probe: { afterMs: number; timeoutMs: number }
  /** First pause before WhatsApp is asked again about a restriction without an end. */
  askAgainMs?: number | undefined
  leaseMs: number
  /** Waits for a slot to connect; call the result, which releases it, when the attempt is decided. */
  acquireConnectSlot(): Promise<() => void>
}

const stableAfterMs = 30_000
const unlinkTimeoutMs = 3000

/** One life of a session from start to stop, reconnects included. */
export class Session {
  readonly tenantId: string
  readonly sessionId: string
  readonly #environment: SessionEnvironment
  readonly #store: SessionStore
  readonly #publisher: StatePublisher
  readonly #codes: LinkCodes
  readonly #restrictions: Restrictions
  readonly #silenceWatch: SilenceWatch
  readonly #reconnects: Reconnects
  readonly #route: ProxyRoute | undefined
  readonly #log: Logger
  #credentials: AuthenticationCreds
  #connection: Connection | undefined
  #releaseConnectSlot: (() => void) | undefined
  #connectTimer: { cancel(): void } | undefined
  #isOver = false
  #wasWorking = false
  #openedAtMs = 0
  #lastCode: number | undefined
  #repeats = 0
  #over: Promise<void> | undefined

  constructor(
    environment: SessionEnvironment,
    store: SessionStore,
    credentials: AuthenticationCreds | undefined,
    route?: ProxyRoute,
  ) {
    this.#environment = environment
    this.#store = store
    this.tenantId = store.tenantId
    this.sessionId = store.sessionId
    this.#log = environment.log.child({ sessionId: store.sessionId })
    this.#credentials = credentials ?? initAuthCreds()
    this.#publisher = new StatePublisher(store, { ...environment, log: this.#log })
    this.#route = route
    const { clock, probe } = environment
    this.#codes = new LinkCodes(clock)
    this.#silenceWatch = new SilenceWatch(clock, probe)
    this.#reconnects = new Reconnects({ ...environment, run: () => void this.#reconnect() })
    this.#restrictions = new Restrictions({
      clock,
      ask: (kind) => void this.open?.askRestriction(kind),
      onChange: () => this.#publishWorking(),
      ...(environment.askAgainMs === undefined ? {} : { firstPauseMs: environment.askAgainMs }),
    })
  }

  /** The lease this life runs under. */
  get epoch(): number {
    return this.#store.epoch
  }

  /** Whether this life has ended: stopped, failed or taken over. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** The connection, when WhatsApp has let it in. */
  get open(): Connection | undefined {
    return this.#connection?.isOpen === true ? this.#connection : undefined
  }

  /** The open connection, or a refusal. */
  requireOpen(): Connection {
    const connection = this.open
    if (connection === undefined) throw new AppError(sessionNotConnected)
    return connection
  }

  /** The code to scan, while it is good. */
  get qrCode(): LinkCode | undefined {
    return this.#codes.current
  }

  /** What the connection has received. */
  get activity(): SessionActivity | undefined {
    const connection = this.open
    if (connection === undefined) return undefined
    const { clock } = this.#environment
    const at = (monotonicMs: number) => new Date(clock.nowMs() - (clock.monotonicMs() - monotonicMs))
    return {
      connectedAt: at(this.#openedAtMs),
      lastInboundAt: at(connection.lastInboundMs),
      stanzas: connection.inboundCount,
    }
  }

  /** The account's own address, for message ids. */
  get accountId(): string | undefined {
    return this.#credentials.me?.id
  }

  /** Publishes `starting` and begins to connect; resolves when the state is published. */
  async start(): Promise<void> {
    await this.#publish('starting', null)
    void this.#connect()
  }

  /** Ends this life and publishes `stopped`; resolves when it is published. Once over, only a failed session's stop is. */
  async stop(cause: 'stop' | 'restart' | 'logout'): Promise<void> {
    await this.#endLife()
    await this.#publisher.publish({
      status: 'stopped',
      reason: null,
      cause,
      phone: phoneOf(this.#credentials),
      isBusiness: isBusinessAccount(this.#credentials),
    })
  }

  /** Unlinks on the phone when connected, erases the pairing and publishes `stopped`. */
  async logout(): Promise<void> {
    const connection = this.open
    // Whatever WhatsApp answers from here on does not concern this life.
    this.#isOver = true
    await connection?.unlink(unlinkTimeoutMs)
    await this.#endLife()
    await this.#erasePairing()
    await this.#publisher.publish({
      status: 'stopped',
      reason: null,
      cause: 'logout',
      phone: null,
      isBusiness: isBusinessAccount(this.#credentials),
    })
  }

  /** Ends this life without publishing a state: the process drains and another one may take over. */
  async close(): Promise<void> {
    await this.#endLife('handOver')
    await this.#publisher.close()
  }

  /** The lease is lost: somebody else runs the session. */
  loseLease(): void {
    this.#connection?.abort({ kind: 'fenced' })
    if (this.#connection === undefined) void this.#fail('replaced', 'the lease was lost')
  }

  /** The database serves again: what waited for it goes on. */
  noteRecovery(): void {
    this.#publisher.hurry()
    this.#reconnects.hurry()
  }

  /** A code to type on the phone. */
  async requestPairingCode(phone: string): Promise<LinkCode> {
    const connection = this.#connection
    const qr = this.qrCode
    if (connection === undefined || qr === undefined) throw new AppError(sessionNotLinking)
    const code = await connection.socket.requestPairingCode(phone)
    // WhatsApp accepts it as long as the connection that asked for it waits: until its last QR reference is used up.
    return { code, expiresAt: new Date(this.#environment.clock.nowMs() + pairingCodeLifetimeMs) }
  }

  /** A second process on the same device would be thrown out by this one and throw it out in turn. */
  async #reconnect(): Promise<void> {
    let isHeld: boolean
    try {
      isHeld = await this.#store.renew(this.#environment.leaseMs)
    } catch (error) {
      this.#log.warn({ err: error }, 'the lease could not be checked')
      if (!this.#isOver) await this.#retry('reconnecting', 'the database cannot be reached', 'lease_unknown')
      return
    }
    if (isHeld) await this.#connect()
    else await this.#fail('replaced', 'another process took the session over')
  }

  async #connect(): Promise<void> {
    const release = await this.#environment.acquireConnectSlot()
    if (this.#isOver) return release()
    this.#releaseConnectSlot = release
    const { clock } = this.#environment
    if (!isPaired(this.#credentials)) this.#credentials = initAuthCreds()
    this.#codes.reset()
    try {
      this.#connection = this.#createConnection()
    } catch (error) {
      this.#releaseConnectSlot = undefined
      release()
      this.#log.error({ err: error }, 'a connection could not be made')
      return void this.#fail('engine_error', 'the connection could not be made')
    }
    const { connectTimeoutMs } = this.#environment
    this.#connectTimer = clock.schedule(connectTimeoutMs, () => this.#connection?.abort({ kind: 'timeout' }))
  }

  #createConnection(): Connection {
    const { clock, listener, media, waUrl } = this.#environment
    const store = this.#store
    return new Connection({
      tenantId: this.tenantId,
      sessionId: this.sessionId,
      epoch: store.epoch,
      credentials: this.#credentials,
      waUrl,
      route: this.#route,
      clock,
      log: this.#log,
      listener,
      media,
      retryCounters: createRetryCounters,
      readKeys: (wanted) => store.read(wanted),
      encryptKey: (type, id, value) => store.encrypt(type, id, value),
      notifyWriter: (source) => store.notify(source),
      onQr: (code) => this.#handleQr(code),
      onOpen: () => this.#handleOpen(),
      onPairDevice: (codes) => this.#codes.announce(codes),
      onRestriction: (update) => this.open && this.#restrictions.handle(update),
      onSent: () => this.#restrictions.noteSuccess(),
      onEnd: (closeReason) => void this.#handleEnd(closeReason),
    })
  }

  #decided(): void {
    this.#connectTimer?.cancel()
    this.#connectTimer = undefined
    this.#releaseConnectSlot?.()
    this.#releaseConnectSlot = undefined
  }

  #handleQr(code: string): void {
    this.#decided()
    this.#codes.show(code)
    void this.#publish('qr_code', null, this.#codes.progress)
  }

  #handleOpen(): void {
    this.#decided()
    const { clock } = this.#environment
    this.#codes.clear()
    this.#wasWorking = true
    this.#openedAtMs = clock.monotonicMs()
    this.#publishWorking()
    const connection = this.#connection
    if (connection === undefined) return
    this.#silenceWatch.start(connection, (silence) => connection.abort({ kind: 'deaf', ...silence }))
    // A restriction outlives the connection that learned of it.
    void connection.askRestriction('reach_out_locked')
    void connection.askRestriction('message_capped')
  }

  #publishWorking(): void {
    if (this.open === undefined) return
    const { reason = null, until = null } = this.#restrictions.current ?? {}
    void this.#publish('working', reason, { until })
  }

  async #handleEnd(closeReason: CloseReason): Promise<void> {
    if (this.#isOver) return
    const isPairedNow = isPaired(this.#credentials)
    const wasOpen = this.#openedAtMs > 0
    this.#clearConnection()
    const verdict = this.#judge(closeReason, isPairedNow)
    const error = describeCloseReason(closeReason)
    this.#log.info({ ending: error, verdict: verdict.kind }, 'the connection ended')
    if (verdict.kind === 'renew') return void this.#connect()
    if (verdict.kind === 'fail') {
      if (verdict.erasesPairing) await this.#erasePairing().catch(this.#putOff('a pairing was not erased'))
      return void this.#fail(verdict.reason, error)
    }
    if (!wasOpen) this.#wasWorking = false
    const { kind } = closeReason
    await this.#retry(verdict.reason, error, kind === 'deaf' || kind === 'store_failed' ? kind : 'lost')
  }

  #clearConnection(): void {
    const { clock } = this.#environment
    if (this.#openedAtMs > 0 && clock.monotonicMs() - this.#openedAtMs >= stableAfterMs) {
      this.#reconnects.reset()
      this.#repeats = 0
    }
    this.#decided()
    this.#silenceWatch.stop()
    this.#restrictions.clear()
    this.#connection = undefined
    this.#codes.clear()
    this.#openedAtMs = 0
  }

  #judge(closeReason: CloseReason, isPairedNow: boolean): Verdict {
    const code = codeOfCloseReason(closeReason)
    if (code !== undefined) {
      this.#repeats = code === this.#lastCode ? this.#repeats + 1 : 1
      this.#lastCode = code
    }
    return judgeCloseReason(closeReason, {
      isPaired: isPairedNow,
      areCodesUsedUp: closeReason.kind === 'code' && closeReason.message.includes('QR refs'),
      wasWorking: this.#wasWorking || this.#codes.wasShown,
      repeats: this.#repeats,
    })
  }

  async #retry(reason: StatusReason, error: string, cause: ReconnectCause): Promise<void> {
    this.#reconnects.schedule(cause)
    await this.#publish('starting', reason, { error })
  }

  async #fail(reason: StatusReason, error: string): Promise<void> {
    if (this.#isOver) return
    if (reason === 'client_outdated' || reason === 'banned')
      this.#log.error({ reason }, 'WhatsApp refused the session')
    const ended = this.#endLife()
    await this.#publish('failed', reason, { error })
    await ended
  }

  #endLife(purpose: 'end' | 'handOver' = 'end'): Promise<void> {
    this.#isOver = true
    this.#over ??= this.#release(purpose)
    return this.#over
  }

  async #release(purpose: 'end' | 'handOver'): Promise<void> {
    this.#reconnects.cancel()
    const connection = this.#connection
    this.#clearConnection()
    await connection?.close()
    const released = purpose === 'end' ? this.#store.release() : this.#store.handOver()
    await released.catch(this.#putOff('a lease was not released'))
  }

  /** What a database that is away leaves over settles itself: a lease runs out, and WhatsApp refuses the old pairing. */
  #putOff(sentence: string): (err: unknown) => void {
    return (err) => this.#log.warn({ err }, sentence)
  }

  async #erasePairing(): Promise<void> {
    this.#credentials = initAuthCreds()
    await this.#store.erase()
  }

  #publish(
    status: 'starting' | 'qr_code' | 'working' | 'failed',
    reason: StatusReason | null,
    more: { error?: string; until?: Date | null; qrAttempt?: number; qrAttempts?: number } = {},
  ): Promise<void> {
    const cause: DisconnectCause =
      status === 'failed' ? 'failed' : reason === 'logged_out' ? 'logout' : 'lost'
    const account = { phone: phoneOf(this.#credentials), isBusiness: isBusinessAccount(this.#credentials) }
    return this.#publisher.publish({ status, reason, cause, ...account, ...more })
  }
}

/** A pairing code is good while the connection shows QR codes; the first of them alone lives this long. */
const pairingCodeLifetimeMs = 160_000
