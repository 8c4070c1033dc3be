import type { Clock } from '../../platform/clock.ts'
import type { Ids } from '../../platform/ids.ts'
import { reconnectPauseMs } from './disconnects.ts'

/** Why a session has to connect again: WhatsApp, a connection that only went silent, or the database. */
export type ReconnectCause = 'lost' | 'deaf' | 'store_failed' | 'lease_unknown'

/** What the pauses are made from. */
export interface ReconnectOptions {
  clock: Clock
  ids: Pick<Ids, 'random'>
  /** The first pause, which doubles with each failure. */
  reconnectBaseMs: number
  /** Tries again. */
  run(): void
}

/** Pause before a database that was away is asked for the lease again, in `reconnectBaseMs`: WhatsApp is not asked. */
const leasePauses = 2
/** Within this time of the database's recovery each session that waited for it tries again. */
const recoverySpreadMs = 1000
/** Nobody says when a server's full disk has room again: a session does not wait for minutes after that. */
const longestStorePauseMs = 60_000

/**
 * The pauses between a session's tries to connect. They grow while WhatsApp refuses; what the database failed at does not
 * make them longer, and is tried again soon after it serves again.
 */
export class Reconnects {
  readonly #options: ReconnectOptions
  #attempt = 0
  #storeFailures = 0
  #timer: { cancel(): void } | undefined
  #isForDatabase = false

  constructor(options: ReconnectOptions) {
    this.#options = options
  }

  /** A connection has lasted: the next pauses are short again. */
  reset(): void {
    this.#attempt = 0
    this.#storeFailures = 0
  }

  /** Tries again after the pause that the cause asks for. */
  schedule(cause: ReconnectCause): void {
    this.#isForDatabase = cause === 'store_failed' || cause === 'lease_unknown'
    this.#start(this.#pauseMs(cause))
  }

  /** The database serves again. Not all sessions of a process begin in the same moment. */
  hurry(): void {
    this.#storeFailures = 0
    if (!this.#isForDatabase) return
    const { ids, reconnectBaseMs } = this.#options
    this.#start(ids.random() * Math.min(reconnectBaseMs, recoverySpreadMs))
  }

  /** Tries no more. */
  cancel(): void {
    this.#isForDatabase = false
    this.#timer?.cancel()
  }

  #start(pauseMs: number): void {
    this.#timer?.cancel()
    this.#timer = this.#options.clock.schedule(pauseMs, () => {
      this.#isForDatabase = false
      this.#options.run()
    })
  }

  #pauseMs(cause: ReconnectCause): number {
    const { ids, reconnectBaseMs } = this.#options
    if (cause === 'lease_unknown') return leasePauses * reconnectBaseMs
    const isStore = cause === 'store_failed'
    const pauseMs = reconnectPauseMs(
      isStore ? this.#storeFailures : this.#attempt,
      reconnectBaseMs,
      ids.random(),
    )
    if (isStore) this.#storeFailures += 1
    else this.#attempt += 1
    if (cause === 'deaf') return 0
    return isStore ? Math.min(pauseMs, longestStorePauseMs) : pauseMs
  }
}
