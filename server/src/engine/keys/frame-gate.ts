/** A frame that waits: it leaves when its condition holds, never before the frame ahead of it. */
interface WaitingFrame {
  isReady(): boolean
  send(): void
}

/**
 * Holds outgoing frames until what they give away is committed: a ratchet step that was used, a message whose
 * receipt makes WhatsApp forget it. Frames carry the counter of the noise cipher and so leave in their order.
 */
export class FrameGate {
  #queue: WaitingFrame[] = []
  #head = 0
  #isClosed = false
  #drained: (() => void)[] = []

  /** How many frames wait. */
  get size(): number {
    return this.#queue.length - this.#head
  }

  /** Takes a frame; it leaves at once when nothing is ahead of it and its condition holds. */
  push(frame: WaitingFrame): void {
    if (this.#isClosed) return
    if (this.size === 0 && frame.isReady()) frame.send()
    else this.#queue.push(frame)
  }

  /** Something was committed: releases what may leave now. */
  advance(): void {
    let next = this.#queue[this.#head]
    while (next?.isReady() === true) {
      this.#head += 1
      next.send()
      next = this.#queue[this.#head]
    }
    if (this.#head === this.#queue.length) {
      this.#queue = []
      this.#head = 0
      for (const resolve of this.#drained.splice(0)) resolve()
    } else if (this.#head > 1000) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
  }

  /** Resolves when no frame waits any more, or the gate is closed. */
  drained(): Promise<void> {
    if (this.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#drained.push(resolve))
  }

  /** Drops what waits: nothing leaves any more. */
  close(): void {
    this.#isClosed = true
    this.#queue = []
    this.#head = 0
    for (const resolve of this.#drained.splice(0)) resolve()
  }
}
