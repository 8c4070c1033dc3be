import type { LookupFunction } from 'node:net'
import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { type Batcher, createStatementBatcher } from '../../platform/database/write-batcher.ts'
import { AppError } from '../../platform/errors.ts'
import { KeyedMutex } from '../../platform/keyed-mutex.ts'
import type { StartOptions } from '../engine.ts'
import { engineClosed, sessionRunsElsewhere } from '../engine-errors.ts'
import type { EngineListener } from '../events.ts'
import {
  type Claim,
  type ClaimResult,
  claimSessions,
  eraseKeys,
  findFreeSessions,
  type HeldLease,
  readKeys,
  releaseLeases,
  renewLeases,
} from '../keys/auth-store.ts'
import type { KeyWriter } from '../keys/key-writer.ts'
import { type EngineSecrets, type KeyReader, SessionStore } from '../keys/session-store.ts'
import { ProxyRoute } from './proxy.ts'
import { Session, type SessionEnvironment } from './session.ts'

/** What the registry is made from. */
export interface SessionsOptions {
  db: Database
  secrets: EngineSecrets
  writer: KeyWriter
  clock: Clock
  log: Logger
  listener: EngineListener
  ownerId: string
  proxyLookup: LookupFunction | undefined
  leaseMs: number
  maxConnecting: number
  environment: Omit<SessionEnvironment, 'acquireConnectSlot'>
}

const closeTimeoutMs = 5000
/** How often a lease is prolonged in its time: a database that is slow for a while costs no session. */
const renewalsPerLease = 4

/** Every session that this process runs, and its leases. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #claims: Batcher<Claim, ClaimResult>
  readonly #reader: KeyReader
  readonly #handOvers: Batcher<HeldLease, undefined>
  readonly #sessions = new Map<string, Session>()
  readonly #mutex = new KeyedMutex()
  readonly #waiting: (() => void)[] = []
  #connecting = 0
  readonly #ignoreRecoveries: () => void
  #renewTimer: { cancel(): void } | undefined
  #isClosed = false

  constructor(options: SessionsOptions) {
    this.#options = options
    const { db } = options
    // After a start of the process many sessions ask at once. One statement each: no transaction is needed.
    this.#claims = createStatementBatcher((claims) => claimSessions(db, claims))
    this.#reader = createStatementBatcher((wanted) => readKeys(db, wanted))
    this.#handOvers = createStatementBatcher(async (held) => {
      await releaseLeases(db, held, 'aloud')
      return held.map(() => undefined)
    })
    this.#ignoreRecoveries = db.onRecovery(() => {
      for (const session of this.#sessions.values()) session.noteRecovery()
    })
    this.#scheduleRenewal()
  }

  /** The session's current or last life in this process. */
  get(sessionId: string): Session | undefined {
    return this.#sessions.get(sessionId)
  }

  /** Starts the session unless it runs; refuses one that another process runs. */
  start({ proxyUrl, ...wanted }: StartOptions): Promise<void> {
    return this.#mutex.run(wanted.sessionId, async () => {
      if (this.#isClosed) throw new AppError(engineClosed)
      if (this.#sessions.get(wanted.sessionId)?.isOver === false) return
      const route = proxyUrl ? new ProxyRoute(proxyUrl, this.#options.proxyLookup) : undefined
      const store = await this.#claim(wanted)
      const stored = await store.readCredentials()
      if (stored.kind === 'unreadable') {
        await store.release()
        return this.#publishUnreadable(store, stored.error)
      }
      const credentials = stored.kind === 'found' ? stored.credentials : undefined
      const environment = {
        ...this.#options.environment,
        acquireConnectSlot: () => this.#acquireConnectSlot(),
      }
      // What an earlier life has still to publish would overwrite the states of this one.
      await this.#sessions.get(wanted.sessionId)?.close()
      const session = new Session(environment, store, credentials, route)
      this.#sessions.set(wanted.sessionId, session)
      await session.start()
    })
  }

  /** Which of the sessions run nowhere; and when the next lease of another process ends, unless it is renewed. */
  async findFree(sessionIds: readonly string[]): Promise<{ free: string[]; nextInMs: number | undefined }> {
    const { db, ownerId } = this.#options
    const asked = sessionIds.filter((id) => this.#sessions.get(id)?.isOver !== false)
    if (asked.length === 0) return { free: [], nextInMs: undefined }
    return findFreeSessions(db, asked, ownerId)
  }

  /** Stops the session; one that does not run here is left alone. */
  stop(sessionId: string, cause: 'stop' | 'restart'): Promise<void> {
    return this.#mutex.run(sessionId, async () => {
      await this.#sessions.get(sessionId)?.stop(cause)
      this.#sessions.delete(sessionId)
    })
  }

  /** Unlinks and erases the pairing, running or not. */
  logout(wanted: { tenantId: string; sessionId: string }): Promise<void> {
    return this.#mutex.run(wanted.sessionId, async () => {
      const running = this.#sessions.get(wanted.sessionId)
      if (running !== undefined && !running.isOver) await running.logout()
      else {
        const store = await this.#claim(wanted)
        await store.erase()
        await store.release()
        await running?.close()
        await this.#publishLoggedOut(store)
      }
      this.#sessions.delete(wanted.sessionId)
    })
  }

  /** Erases everything stored of a session. */
  async erase(sessionId: string): Promise<void> {
    await this.stop(sessionId, 'stop')
    await eraseKeys(this.#options.db, sessionId)
  }

  /** Closes every session in bounded time and releases the leases. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#renewTimer?.cancel()
    this.#ignoreRecoveries()
    for (const wake of this.#waiting.splice(0)) wake()
    const closing = [...this.#sessions.values()].map((session) => session.close())
    await Promise.race([Promise.allSettled(closing), this.#options.clock.sleep(closeTimeoutMs)])
    this.#sessions.clear()
  }

  async #claim(wanted: { tenantId: string; sessionId: string }): Promise<SessionStore> {
    const { db, secrets, writer, ownerId, leaseMs } = this.#options
    const { tenantId, sessionId } = wanted
    const claim = await this.#claims.add({ tenantId, sessionId, ownerId, leaseMs })
    if (claim.kind === 'refused') {
      throw new AppError(sessionRunsElsewhere, { headers: { 'Retry-After': String(claim.freeInSeconds) } })
    }
    const { epoch } = claim
    const [reader, handOvers] = [this.#reader, this.#handOvers]
    return new SessionStore({ db, reader, handOvers, secrets, writer, ...wanted, epoch })
  }

  async #publishUnreadable({ tenantId, sessionId, epoch }: SessionStore, error: unknown): Promise<void> {
    this.#options.log.error({ err: error, sessionId }, 'stored credentials cannot be read')
    await this.#options.listener.onState({
      tenantId,
      sessionId,
      epoch,
      status: 'failed',
      previousStatus: 'stopped',
      reason: 'key_mismatch',
      cause: null,
      phoneNumber: null,
      isBusiness: false,
      error: 'the stored keys were encrypted with another installation key',
      until: null,
    })
  }

  async #publishLoggedOut({ tenantId, sessionId, epoch }: SessionStore): Promise<void> {
    await this.#options.listener.onState({
      tenantId,
      sessionId,
      epoch,
      status: 'stopped',
      previousStatus: 'stopped',
      reason: null,
      cause: null,
      phoneNumber: null,
      isBusiness: false,
      error: null,
      until: null,
    })
  }

  async #acquireConnectSlot(): Promise<() => void> {
    if (this.#connecting >= this.#options.maxConnecting) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#connecting += 1
    return () => {
      this.#connecting -= 1
      this.#waiting.shift()?.()
    }
  }

  #scheduleRenewal(): void {
    const { clock, leaseMs } = this.#options
    this.#renewTimer = clock.schedule(leaseMs / renewalsPerLease, () => void this.#renew())
  }

  async #renew(): Promise<void> {
    const { db, leaseMs, log } = this.#options
    const held = [...this.#sessions.values()].filter((session) => !session.isOver)
    try {
      if (held.length > 0) {
        const kept = await renewLeases(db, held, leaseMs)
        for (const session of held) if (!kept.has(session.sessionId)) session.loseLease()
      }
    } catch (error) {
      // Writes stay fenced by the epoch, so a lease that runs out meanwhile costs nothing but the session.
      log.warn({ err: error }, 'leases could not be renewed')
    }
    if (!this.#isClosed) this.#scheduleRenewal()
  }
}
