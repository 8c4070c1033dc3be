import type { Clock } from '../../platform/clock.ts'

const everyMs = 1000

/**
 * Keeps what happens often from being told more than once a second: of each thing the first frame goes at once, the
 * last one of the second after it when the second is over.
 */
export class Coalescer {
  readonly #clock: Pick<Clock, 'schedule'>
  readonly #write: (frame: string) => boolean
  /** By thing: the frame that waits, if any, and the end of the second. */
  readonly #things = new Map<string, { frame: string | undefined; timer: { cancel(): void } }>()

  /** `write` says whether it took the frame; what it did not take is offered again. */
  constructor(clock: Pick<Clock, 'schedule'>, write: (frame: string) => boolean) {
    this.#clock = clock
    this.#write = write
  }

  /** Whether the frame may go now; if not, it is kept and goes by itself unless a later one replaces it. */
  mayGo(thing: string, frame: string): boolean {
    const known = this.#things.get(thing)
    if (known !== undefined) {
      known.frame = frame
      return false
    }
    this.#begin(thing, undefined)
    return true
  }

  /** Tells nothing more. */
  close(): void {
    for (const { timer } of this.#things.values()) timer.cancel()
    this.#things.clear()
  }

  #begin(thing: string, frame: string | undefined): void {
    const timer = this.#clock.schedule(everyMs, () => this.#end(thing))
    this.#things.set(thing, { frame, timer })
  }

  #end(thing: string): void {
    const frame = this.#things.get(thing)?.frame
    this.#things.delete(thing)
    if (frame !== undefined) this.#begin(thing, this.#write(frame) ? undefined : frame)
  }
}
