import type { Clock } from '../../platform/clock.ts'
import type { StatusReason } from '../states.ts'

/** What WhatsApp does not let an account do for a while. */
export type Restriction = 'reach_out_locked' | 'message_capped'

/** News of a restriction; without an end WhatsApp named none. */
export interface RestrictionUpdate {
  kind: Restriction
  isActive: boolean
  until: Date | null
  /** A message was refused for it just now: stronger than an answer that knows nothing of it yet. */
  isRefusal?: boolean
}

interface RestrictionsOptions {
  clock: Clock
  /** Asks WhatsApp how it stands; the answer comes back as an update. */
  ask(kind: Restriction): void
  /** What is in force changed. */
  onChange(): void
  /** First pause before asking again; doubles up to an hour. */
  firstPauseMs?: number
}

interface Active {
  until: Date | null
  pauseMs: number
  timer: { cancel(): void }
  /** When a message was refused for it last; undefined when WhatsApp only announced it. */
  refusedAtMs: number | undefined
}

const defaultPauseMs = 60_000
const maxPauseMs = 3_600_000
/** However many messages go through, the question is not asked more often. */
const minAskMs = 15_000
const maxTimerMs = 2 ** 31 - 1
/** The more severe first: a locked account starts no conversation at all. */
const bySeverity: readonly Restriction[] = ['reach_out_locked', 'message_capped']

/**
 * Restrictions of one account while it is connected. One with an end is over then; of one without, WhatsApp is asked
 * again at growing intervals, and when a message went through nevertheless.
 */
export class Restrictions {
  readonly #options: RestrictionsOptions
  readonly #active = new Map<Restriction, Active>()
  #askedAtMs: number | undefined

  constructor(options: RestrictionsOptions) {
    this.#options = options
  }

  /** The most severe one in force. */
  get current(): { reason: StatusReason; until: Date | null } | undefined {
    const kind = bySeverity.find((one) => this.#active.has(one))
    return kind === undefined ? undefined : { reason: kind, until: this.#active.get(kind)?.until ?? null }
  }

  /** WhatsApp announced how it stands. */
  handle({ kind, isActive, until, isRefusal = false }: RestrictionUpdate): void {
    const { clock, firstPauseMs = defaultPauseMs } = this.#options
    const known = this.#active.get(kind)
    // Each further try would count as another reach-out: a denial right after a refusal is not believed.
    if (!isActive && this.#wasRefused(known)) return
    known?.timer.cancel()
    if (!isActive || (until !== null && until <= clock.now())) {
      if (this.#active.delete(kind)) this.#options.onChange()
      return
    }
    const pauseMs = known === undefined ? firstPauseMs : Math.min(known.pauseMs * 2, maxPauseMs)
    const timer =
      until === null
        ? clock.schedule(pauseMs, () => this.#options.ask(kind))
        : clock.schedule(Math.min(until.getTime() - clock.nowMs(), maxTimerMs), () => this.#expire(kind))
    const refusedAtMs = isRefusal ? clock.monotonicMs() : known?.refusedAtMs
    this.#active.set(kind, { until, pauseMs, timer, refusedAtMs })
    this.#options.onChange()
  }

  #wasRefused(known: Active | undefined): boolean {
    const { clock, firstPauseMs = defaultPauseMs } = this.#options
    const atMs = known?.refusedAtMs
    return atMs !== undefined && clock.monotonicMs() - atMs < firstPauseMs
  }

  /** A message went through: one that has no end may be over. */
  noteSuccess(): void {
    const nowMs = this.#options.clock.monotonicMs()
    const endless = [...this.#active].filter(([, { until }]) => until === null)
    if (endless.length === 0 || (this.#askedAtMs !== undefined && nowMs - this.#askedAtMs < minAskMs)) return
    this.#askedAtMs = nowMs
    for (const [kind] of endless) this.#options.ask(kind)
  }

  /** The connection is gone; the next one gets it anew. */
  clear(): void {
    for (const { timer } of this.#active.values()) timer.cancel()
    this.#active.clear()
  }

  #expire(kind: Restriction): void {
    const until = this.#active.get(kind)?.until
    if (until && until > this.#options.clock.now()) {
      return this.handle({ kind, isActive: true, until })
    }
    if (this.#active.delete(kind)) this.#options.onChange()
  }
}
