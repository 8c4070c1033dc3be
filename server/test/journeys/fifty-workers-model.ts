/** A value that many write at once: which of the writes may be the last is known from when each was under way. */
export class Register<T> {
  readonly #writes: { value: T; startMs: number; endMs: number }[] = []

  /** Runs a write and remembers it when it was accepted. */
  async write<R>(value: T, run: () => Promise<R>, isAccepted: (result: R) => boolean): Promise<R> {
    const startMs = performance.now()
    const result = await run()
    if (isAccepted(result)) this.#writes.push({ value, startMs, endMs: performance.now() })
    return result
  }

  /** Every value that may have been written last, or the one before the first write. */
  possible(before: T): T[] {
    if (this.#writes.length === 0) return [before]
    const lastStartMs = Math.max(...this.#writes.map(({ startMs }) => startMs))
    return this.#writes.filter(({ endMs }) => endMs >= lastStartMs).map(({ value }) => value)
  }
}

/** What somebody said in a monitored group. */
export interface Said {
  group: string
  phone: string
  text: string
  isInterest: boolean
  /** Whether it must be heard; undefined when the group was being paused or deleted around it. */
  isHeard: boolean | undefined
}

/** What the answers promised, without looking at what is stored. */
export class Model {
  readonly said: Said[] = []
  /** Accepted moves of each lead: where to. */
  readonly moves = new Map<string, string[]>()
  readonly assigned = new Map<string, Register<string | null>>()
  readonly notes = new Map<string, Register<string | null>>()
  readonly groupNames = new Map<string, Register<string>>()
  /** Labels of each chat as one text. */
  readonly chatLabels = new Map<string, Register<readonly string[]>>()
  /** Labels that were made on the way, by id. */
  readonly labels = new Map<string, string>()
  readonly deletedLabels = new Set<string>()
  readonly decided = new Map<string, string[]>()
  /** How many changes of each kind were accepted, as `action id`. */
  readonly accepted = new Map<string, number>()
  /** Answers that nobody would expect. */
  readonly complaints: string[] = []
  readonly tally = new Map<string, number>()

  accept(action: string, id = ''): void {
    const key = `${action} ${id}`.trim()
    this.accepted.set(key, (this.accepted.get(key) ?? 0) + 1)
  }

  moved(leadId: string, to: string): void {
    this.moves.set(leadId, [...(this.moves.get(leadId) ?? []), to])
  }

  count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1)
  }
}

/** The entry of a map, made when it is missing. */
export function entryOf<T>(map: Map<string, Register<T>>, key: string): Register<T> {
  const found = map.get(key) ?? new Register<T>()
  map.set(key, found)
  return found
}

/** Choices that are the same with every run of a seed. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** From 0 to below `limit`. */
  below(limit: number): number {
    // Mulberry32.
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** Each with a chance of one half. */
  some<T>(list: readonly T[]): T[] {
    return list.filter(() => this.below(2) === 0)
  }
}
