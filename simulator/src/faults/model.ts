import { defineState } from '../state.ts'
import type { World } from '../world.ts'

/** Things that go wrong on demand. `undecryptable` is the simulator's own: a phone asks for a message again. */
export const faultKinds = [
  'drop',
  'conflict',
  'logout',
  'ban',
  'unavailable',
  'outdated',
  'ack_error',
  'app_state_error',
  'passkey',
  'phone_offline',
  'deaf',
  'slow',
  'shuffle',
  'undecryptable',
  'media_gone',
  'media_lost',
  'media_corrupt',
  'media_truncated',
  'media_slow',
  'upload_refused',
] as const

export type FaultKind = (typeof faultKinds)[number]

/** A fault as it is asked for; without `phone` it concerns everybody. */
export type Fault = {
  kind: FaultKind
  phone?: string
  /** How many times it strikes. */
  count?: number
  /** How long it lasts. */
  durationMs?: number
  /**
   * Error code of `ack_error` and `app_state_error`; 463 is the reach-out time lock. HTTP status of `media_gone`
   * and `upload_refused`.
   */
  code?: number
  /** Delay of every frame of `slow`; longest delay of a message or receipt of `shuffle`. */
  delayMs?: number
  /** Speed of `media_slow`. */
  bytesPerSecond?: number
  /** Only messages to this phone or group (`ack_error`). */
  to?: string
}

/** A fault that waits for its occasion. */
export type StandingFault = Fault & { until?: number }

/** Faults that strike once unless `count` or `durationMs` says otherwise; the others last until cleared. */
const once = new Set<FaultKind>([
  'ack_error',
  'app_state_error',
  'passkey',
  'unavailable',
  'undecryptable',
  'media_gone',
  'media_lost',
  'media_corrupt',
  'media_truncated',
  'upload_refused',
])

/** The faults in force. */
export class Faults {
  #standing: StandingFault[] = []

  /** Puts a fault in force; returns it with what was left open filled in. */
  add(fault: Fault): StandingFault {
    const { kind, count, durationMs } = fault
    const standing: StandingFault = { ...fault }
    if (durationMs !== undefined) standing.until = Date.now() + durationMs
    else if (count === undefined && once.has(kind)) standing.count = 1
    this.#standing.push(standing)
    return standing
  }

  /** Ends faults of a kind, or all of them, for a phone or for everybody. */
  clear(kind: FaultKind | undefined, phone?: string): void {
    this.#standing = this.#standing.filter(
      (fault) =>
        (kind !== undefined && fault.kind !== kind) || (phone !== undefined && fault.phone !== phone),
    )
  }

  /** Puts a fault in force as it stood. */
  restore(fault: StandingFault): void {
    this.#standing.push(fault)
  }

  list(): StandingFault[] {
    const now = Date.now()
    this.#standing = this.#standing.filter(({ until }) => until === undefined || until > now)
    return [...this.#standing]
  }

  /** The fault that concerns this phone and message now, without using it up. */
  find(kind: FaultKind, phone: string | undefined, to?: string): StandingFault | undefined {
    if (!this.#standing.length) return undefined
    return this.list().find(
      (fault) =>
        fault.kind === kind &&
        (fault.phone === undefined || fault.phone === phone) &&
        (fault.to === undefined || fault.to === to),
    )
  }

  /** Like {@link find}, and counts it as one strike. */
  take(kind: FaultKind, phone: string | undefined, to?: string): StandingFault | undefined {
    const fault = this.find(kind, phone, to)
    if (fault?.count !== undefined && --fault.count <= 0) {
      this.#standing = this.#standing.filter((other) => other !== fault)
    }
    return fault
  }
}

/** The faults in force in a world. */
export const faultsOf = defineState<World, Faults>(() => new Faults()).of
