import type { Logger } from 'pino'
import type { Clock } from '../../platform/clock.ts'
import { isOutage } from '../../platform/database/outages.ts'
import type { EngineListener, StateChange } from '../events.ts'
import type { DisconnectCause, SessionStatus, StatusReason } from '../states.ts'

/** A state as the session sees it. */
export interface SessionState {
  status: SessionStatus
  reason: StatusReason | null
  /** Used only when the session leaves `working`. */
  cause: DisconnectCause
  phone: string | null
  isBusiness: boolean
  error?: string
  until?: Date | null
  qrAttempt?: number
  qrAttempts?: number
}

/** What a publisher works with. */
export interface StatePublisherOptions {
  listener: Pick<EngineListener, 'onState'>
  clock: Clock
  log: Logger
}

const firstRetryMs = 250
const longestRetryMs = 5000
/** Tries of a state that is refused while the database answers: what is wrong with it stays wrong. */
const mostTries = 5

/**
 * Publishes each change of a session's state once and in order; what changes nothing is not published. One that cannot be
 * stored, because the database is away, is published again until it is or a later one replaces it: what a session is listed as
 * must not stay behind what it is.
 */
export class StatePublisher {
  readonly #session: { tenantId: string; sessionId: string; epoch: number }
  readonly #options: StatePublisherOptions
  readonly #closing = new AbortController()
  #newest: StateChange | undefined
  #status: SessionStatus = 'stopped'
  #signature = 'stopped////'
  #published: Promise<void> = Promise.resolve()
  #pause: AbortController | undefined

  constructor(
    session: { tenantId: string; sessionId: string; epoch: number },
    options: StatePublisherOptions,
  ) {
    const { tenantId, sessionId, epoch } = session
    this.#session = { tenantId, sessionId, epoch }
    this.#options = options
  }

  /** Resolves when this and everything before it is published. */
  publish(state: SessionState): Promise<void> {
    const { status, reason, cause, phone, isBusiness, error, until, qrAttempt, qrAttempts } = state
    const signature = [status, reason ?? '', phone, until?.getTime() ?? null, qrAttempt].join('/')
    if (signature === this.#signature) return this.#published
    const previousStatus = this.#status
    const hasLeft = previousStatus === 'working' && status !== 'working'
    this.#signature = signature
    this.#status = status
    const change: StateChange = {
      ...this.#session,
      status,
      previousStatus,
      reason,
      cause: hasLeft ? cause : null,
      phoneNumber: phone,
      isBusiness,
      error: error ?? null,
      until: until ?? null,
      ...(qrAttempt === undefined ? {} : { qrAttempt }),
      ...(qrAttempts === undefined ? {} : { qrAttempts }),
    }
    this.#newest = change
    this.#published = this.#published.then(() => this.#deliver(change))
    return this.#published
  }

  /** The database serves again: what waits to be published again is so at once. */
  hurry(): void {
    this.#pause?.abort()
  }

  /** Retries nothing any more; resolves when everything is published or given up. */
  close(): Promise<void> {
    this.#closing.abort(new Error('the session is closed'))
    return this.#published
  }

  async #deliver(change: StateChange): Promise<void> {
    const { listener, clock, log } = this.#options
    const { signal } = this.#closing
    for (let tries = 1; ; tries += 1) {
      try {
        return await listener.onState(change)
      } catch (failure) {
        log.error({ err: failure, status: change.status, reason: change.reason }, 'a state could not be told')
        if (tries >= mostTries && !isOutage(failure)) return
      }
      const pauseMs = Math.min(firstRetryMs * 2 ** (tries - 1), longestRetryMs)
      this.#pause = new AbortController()
      const ended = AbortSignal.any([signal, this.#pause.signal])
      if (this.#newest === change) await clock.sleep(pauseMs, ended).catch(() => {})
      if (this.#newest !== change || signal.aborted) return
    }
  }
}
