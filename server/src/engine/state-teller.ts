import type { Logger } from 'pino'
import type { EngineListener } from './events.ts'
import type { DisconnectCause, SessionStatus, StatusReason } from './states.ts'

/** A state as the session sees it. */
export interface Telling {
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

/** Tells each change of a session's state once and in order; what changes nothing is not told. */
export class StateTeller {
  readonly #session: { tenantId: string; sessionId: string }
  readonly #listener: Pick<EngineListener, 'onState'>
  readonly #log: Logger
  #status: SessionStatus = 'stopped'
  #signature = 'stopped////'
  #told: Promise<void> = Promise.resolve()

  constructor(
    session: { tenantId: string; sessionId: string },
    listener: Pick<EngineListener, 'onState'>,
    log: Logger,
  ) {
    this.#session = { tenantId: session.tenantId, sessionId: session.sessionId }
    this.#listener = listener
    this.#log = log
  }

  /** Resolves when this and everything before it is told. */
  tell(telling: Telling): Promise<void> {
    const { status, reason, cause, phone, isBusiness, error, until, qrAttempt, qrAttempts } = telling
    const signature = [status, reason ?? '', phone, until?.getTime() ?? null, qrAttempt].join('/')
    if (signature === this.#signature) return this.#told
    const previousStatus = this.#status
    const hasLeft = previousStatus === 'working' && status !== 'working'
    this.#signature = signature
    this.#status = status
    const change = {
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
    this.#told = this.#told.then(async () => {
      try {
        await this.#listener.onState(change)
      } catch (failure) {
        this.#log.error({ err: failure, status, reason }, 'a state could not be told')
      }
    })
    return this.#told
  }

  /** Resolves when everything is told. */
  settled(): Promise<void> {
    return this.#told
  }
}
