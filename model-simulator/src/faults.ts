import type { Trait } from './traits.ts'

/** A trait for requests to come, whatever their model is called. */
export type Fault = {
  trait: Trait
  /** Only requests of this kind: `chat`, `embeddings`, `transcription` or `models`. */
  kind?: 'chat' | 'embeddings' | 'transcription' | 'models' | undefined
  /** Only requests to this model. */
  model?: string | undefined
  /** For how many requests; for all until it is taken back unless said. */
  times?: number | undefined
  /** What Retry-After says; 2 unless said. */
  retryAfterSeconds?: number | undefined
}

/** Faults that were set, in the order in which they strike. */
export class Faults {
  #faults: Fault[] = []

  /** Sets a fault. */
  set(fault: Fault): void {
    this.#faults.push({ ...fault })
  }

  /** Takes all faults back. */
  clear(): void {
    this.#faults = []
  }

  /** The faults that are set. */
  list(): readonly Fault[] {
    return this.#faults
  }

  /** The faults of a request; those with a number of times are used up by it. */
  take(kind: string, model: string | undefined): Fault[] {
    const struck = this.#faults.filter(
      (fault) =>
        (fault.kind === undefined || fault.kind === kind) &&
        (fault.model === undefined || fault.model === model),
    )
    for (const fault of struck) if (fault.times !== undefined) fault.times -= 1
    this.#faults = this.#faults.filter(({ times }) => times === undefined || times > 0)
    return struck
  }
}
