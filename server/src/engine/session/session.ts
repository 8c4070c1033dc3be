import type { AuthenticationCreds } from 'baileys'
import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { LinkCode, SessionActivity } from '../engine.ts'
import { sessionNotConnected, sessionNotLinking } from '../engine-errors.ts'
import type { EngineListener } from '../events.ts'
import { createRetryCounters } from '../keys/retry-counters.ts'
import type { SessionVault } from '../keys/session-store.ts'
import { initAuthCreds } from '../library/library.ts'
import type { MediaTransfers } from '../media/session-media.ts'
import type { DisconnectCause, StatusReason } from '../states.ts'
import { isBusinessAccount, isPaired, phoneOf } from './account.ts'
import { describeEnding, type Ending } from './close-reasons.ts'
import { Connection } from './connection.ts'
import { codeOfEnding, judgeEnding, reconnectPauseMs, type Verdict } from './disconnects.ts'
import { LinkCodes } from './link-codes.ts'
import type { ProxyRoute } from './proxy.ts'
import { Restrictions } from './restrictions.ts'
import { DeafWatch } from './silence-watch.ts'
import { StateTeller } from './state-publisher.ts'

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
  /** Waits for a turn to connect; call the result when the attempt is decided. */
  takeConnectTurn(): Promise<() => void>
}

const stableAfterMs = 30_000
/** Pause before a database that was away is asked for the lease again, in `reconnectBaseMs`. */
const leasePauses = 2
const unlinkTimeoutMs = 3000

/** One life of a session from start to stop, reconnects included. */
export class Session {
  readonly tenantId: string
  readonly sessionId: string
  readonly #environment: SessionEnvironment
  readonly #vault: SessionVault
  readonly #teller: StateTeller
  readonly #codes: LinkCodes
  readonly #restrictions: Restrictions
  readonly #deafWatch: DeafWatch
  readonly #route: ProxyRoute | undefined
  readonly #log: Logger
  #credentials: AuthenticationCreds
  #connection: Connection | undefined
  #releaseTurn: (() => void) | undefined
  #retryTimer: { cancel(): void } | undefined
  #connectTimer: { cancel(): void } | undefined
  #isOver = false
  #wasWorking = false
  #openedAtMs = 0
  #attempt = 0
  #lastCode: number | undefined
  #repeats = 0
  #over: Promise<void> | undefined

  constructor(
    environment: SessionEnvironment,
    vault: SessionVault,
    credentials: AuthenticationCreds | undefined,
    route?: ProxyRoute,
  ) {
    this.#environment = environment
    this.#vault = vault
    this.tenantId = vault.tenantId
    this.sessionId = vault.sessionId
    this.#log = environment.log.child({ sessionId: vault.sessionId })
    this.#credentials = credentials ?? initAuthCreds()
    this.#teller = new StateTeller(vault, { ...environment, log: this.#log })
    this.#route = route
    const { clock, probe } = environment
    this.#codes = new LinkCodes(clock)
    this.#deafWatch = new DeafWatch(clock, probe)
    this.#restrictions = new Restrictions({
      clock,
      ask: (kind) => void this.open?.askRestriction(kind),
      onChange: () => this.#tellWorking(),
      ...(environment.askAgainMs === undefined ? {} : { firstPauseMs: environment.askAgainMs }),
    })
  }

  /** The lease this life runs under. */
  get epoch(): number {
    return this.#vault.epoch
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

  /** What the connection has heard. */
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

  /** Tells `starting` and begins to connect; resolves when the state is told. */
  async start(): Promise<void> {
    await this.#tell('starting', null)
    void this.#connect()
  }

  /** Ends this life and tells `stopped`; resolves when it is told. Once over, it only tells a failed session's stop. */
  async stop(cause: 'stop' | 'restart' | 'logout'): Promise<void> {
    await this.#endLife()
    await this.#teller.tell({
      status: 'stopped',
      reason: null,
      cause,
      phone: phoneOf(this.#credentials),
      isBusiness: isBusinessAccount(this.#credentials),
    })
  }

  /** Unlinks on the phone when connected, erases the pairing and tells `stopped`. */
  async logout(): Promise<void> {
    const connection = this.open
    // Whatever WhatsApp answers from here on is no news of this life.
    this.#isOver = true
    await connection?.unlink(unlinkTimeoutMs)
    await this.#endLife()
    await this.#erasePairing()
    await this.#teller.tell({
      status: 'stopped',
      reason: null,
      cause: 'logout',
      phone: null,
      isBusiness: isBusinessAccount(this.#credentials),
    })
  }

  /** Ends this life without telling a state: the process drains and another one may take over. */
  async close(): Promise<void> {
    await this.#endLife()
    await this.#teller.close()
  }

  /** The lease is lost: somebody else runs the session. */
  loseLease(): void {
    this.#connection?.abort({ kind: 'fenced' })
    if (this.#connection === undefined) void this.#fail('replaced', 'the lease was lost')
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
      isHeld = await this.#vault.renew(this.#environment.leaseMs)
    } catch (error) {
      this.#log.warn({ err: error }, 'the lease could not be checked')
      // WhatsApp was not asked: its pauses do not grow.
      const pauseMs = leasePauses * this.#environment.reconnectBaseMs
      if (!this.#isOver) await this.#retry('reconnecting', 'the database cannot be reached', pauseMs)
      return
    }
    if (isHeld) await this.#connect()
    else await this.#fail('replaced', 'another process took the session over')
  }

  async #connect(): Promise<void> {
    const release = await this.#environment.takeConnectTurn()
    if (this.#isOver) return release()
    this.#releaseTurn = release
    const { clock } = this.#environment
    if (!isPaired(this.#credentials)) this.#credentials = initAuthCreds()
    this.#codes.reset()
    try {
      this.#connection = this.#createConnection()
    } catch (error) {
      this.#releaseTurn = undefined
      release()
      this.#log.error({ err: error }, 'a connection could not be made')
      return void this.#fail('engine_error', 'the connection could not be made')
    }
    const { connectTimeoutMs } = this.#environment
    this.#connectTimer = clock.schedule(connectTimeoutMs, () => this.#connection?.abort({ kind: 'timeout' }))
  }

  #createConnection(): Connection {
    const { clock, listener, media, waUrl } = this.#environment
    const vault = this.#vault
    return new Connection({
      tenantId: this.tenantId,
      sessionId: this.sessionId,
      epoch: vault.epoch,
      credentials: this.#credentials,
      waUrl,
      route: this.#route,
      clock,
      log: this.#log,
      listener,
      media,
      retryCounters: createRetryCounters,
      readKeys: (wanted) => vault.read(wanted),
      encryptKey: (type, id, value) => vault.encrypt(type, id, value),
      notifyWriter: (source) => vault.notify(source),
      onQr: (code) => this.#handleQr(code),
      onOpen: () => this.#handleOpen(),
      onPairDevice: (codes) => this.#codes.announce(codes),
      onRestriction: (news) => this.open && this.#restrictions.handle(news),
      onSent: () => this.#restrictions.noteSuccess(),
      onEnd: (ending) => void this.#handleEnd(ending),
    })
  }

  #decided(): void {
    this.#connectTimer?.cancel()
    this.#connectTimer = undefined
    this.#releaseTurn?.()
    this.#releaseTurn = undefined
  }

  #handleQr(code: string): void {
    this.#decided()
    this.#codes.show(code)
    void this.#tell('qr_code', null, this.#codes.progress)
  }

  #handleOpen(): void {
    this.#decided()
    const { clock } = this.#environment
    this.#codes.clear()
    this.#wasWorking = true
    this.#openedAtMs = clock.monotonicMs()
    this.#tellWorking()
    const connection = this.#connection
    if (connection === undefined) return
    this.#deafWatch.start(connection, (heard) => connection.abort({ kind: 'deaf', ...heard }))
    // A restriction outlives the connection that heard of it.
    void connection.askRestriction('reach_out_locked')
    void connection.askRestriction('message_capped')
  }

  #tellWorking(): void {
    if (this.open === undefined) return
    const { reason = null, until = null } = this.#restrictions.current ?? {}
    void this.#tell('working', reason, { until })
  }

  async #handleEnd(ending: Ending): Promise<void> {
    if (this.#isOver) return
    const isPairedNow = isPaired(this.#credentials)
    const wasOpen = this.#openedAtMs > 0
    this.#clearConnection()
    const verdict = this.#judge(ending, isPairedNow)
    this.#log.info({ ending: describeEnding(ending), verdict: verdict.kind }, 'the connection ended')
    if (verdict.kind === 'renew') return void this.#connect()
    if (verdict.kind === 'fail') {
      if (verdict.erasesPairing) await this.#erasePairing().catch(this.#putOff('a pairing was not erased'))
      return void this.#fail(verdict.reason, describeEnding(ending))
    }
    if (!wasOpen) this.#wasWorking = false
    const { ids, reconnectBaseMs } = this.#environment
    const pauseMs = reconnectPauseMs(this.#attempt, reconnectBaseMs, ids.random())
    this.#attempt += 1
    await this.#retry(verdict.reason, describeEnding(ending), ending.kind === 'deaf' ? 0 : pauseMs)
  }

  #clearConnection(): void {
    const { clock } = this.#environment
    if (this.#openedAtMs > 0 && clock.monotonicMs() - this.#openedAtMs >= stableAfterMs) {
      this.#attempt = 0
      this.#repeats = 0
    }
    this.#decided()
    this.#deafWatch.stop()
    this.#restrictions.clear()
    this.#connection = undefined
    this.#codes.clear()
    this.#openedAtMs = 0
  }

  #judge(ending: Ending, isPairedNow: boolean): Verdict {
    const code = codeOfEnding(ending)
    if (code !== undefined) {
      this.#repeats = code === this.#lastCode ? this.#repeats + 1 : 1
      this.#lastCode = code
    }
    return judgeEnding(ending, {
      isPaired: isPairedNow,
      areCodesUsedUp: ending.kind === 'code' && ending.message.includes('QR refs'),
      wasWorking: this.#wasWorking || this.#codes.wasShown,
      repeats: this.#repeats,
    })
  }

  async #retry(reason: StatusReason, error: string, pauseMs: number): Promise<void> {
    this.#retryTimer = this.#environment.clock.schedule(pauseMs, () => void this.#reconnect())
    await this.#tell('starting', reason, { error })
  }

  async #fail(reason: StatusReason, error: string): Promise<void> {
    if (this.#isOver) return
    if (reason === 'client_outdated' || reason === 'banned')
      this.#log.error({ reason }, 'WhatsApp refused the session')
    const ended = this.#endLife()
    await this.#tell('failed', reason, { error })
    await ended
  }

  #endLife(): Promise<void> {
    this.#isOver = true
    this.#over ??= this.#release()
    return this.#over
  }

  async #release(): Promise<void> {
    this.#retryTimer?.cancel()
    const connection = this.#connection
    this.#clearConnection()
    await connection?.close()
    await this.#vault.release().catch(this.#putOff('a lease was not released'))
  }

  /** What a database that is away leaves over settles itself: a lease runs out, and WhatsApp refuses the old pairing. */
  #putOff(sentence: string): (err: unknown) => void {
    return (err) => this.#log.warn({ err }, sentence)
  }

  async #erasePairing(): Promise<void> {
    this.#credentials = initAuthCreds()
    await this.#vault.erase()
  }

  #tell(
    status: 'starting' | 'qr_code' | 'working' | 'failed',
    reason: StatusReason | null,
    more: { error?: string; until?: Date | null; qrAttempt?: number; qrAttempts?: number } = {},
  ): Promise<void> {
    const cause: DisconnectCause =
      status === 'failed' ? 'failed' : reason === 'logged_out' ? 'logout' : 'lost'
    const account = { phone: phoneOf(this.#credentials), isBusiness: isBusinessAccount(this.#credentials) }
    return this.#teller.tell({ status, reason, cause, ...account, ...more })
  }
}

/** A pairing code is good while the connection shows QR codes; the first of them alone lives this long. */
const pairingCodeLifetimeMs = 160_000
