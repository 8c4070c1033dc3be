/** How a walk goes on: to the shorter patterns with the same end, to the next end, or no further. */
export type WalkStep = 'shorter' | 'next' | 'stop'

/** Tells that the pattern `index` ends at `end` (exclusive) and has `length` units. */
export type OnFound = (index: number, end: number, length: number) => WalkStep

/**
 * Many texts looked for at once, in one walk over the text that is searched (Aho and Corasick): however alike they are
 * and however much of them the text repeats, no sign is looked at twice. Units are those of UTF-16.
 */
export class SubstringAutomaton {
  /** Which node follows a node on a unit: `node * width + symbol`. */
  readonly #next = new Map<number, number>()
  /** Units that occur in patterns, by their numbers: few, so that keys stay small. */
  readonly #symbols = new Map<number, number>()
  /** How many units led to a node. */
  #depths: Int32Array
  /** The pattern that ends at a node, or -1. */
  #ends: Int32Array
  #count = 1
  /** The longest shorter node that what was read ends with. */
  #fallbacks = new Int32Array(1)
  /** The next shorter node at which a pattern ends. */
  #shorter = new Int32Array(1)
  readonly #width: number
  /** Units of the longest pattern. */
  readonly longest: number

  /** Of equal patterns the first is told; empty ones are never found. */
  constructor(patterns: readonly string[]) {
    for (const pattern of patterns) {
      for (let at = 0; at < pattern.length; at += 1) {
        const unit = pattern.charCodeAt(at)
        if (!this.#symbols.has(unit)) this.#symbols.set(unit, this.#symbols.size)
      }
    }
    this.#width = Math.max(1, this.#symbols.size)
    this.longest = patterns.reduce((most, { length }) => Math.max(most, length), 0)
    const most = patterns.reduce((sum, { length }) => sum + length, 1)
    this.#depths = new Int32Array(most)
    this.#ends = new Int32Array(most).fill(-1)
    patterns.forEach((pattern, index) => this.#add(pattern, index))
    this.#depths = this.#depths.slice(0, this.#count)
    this.#ends = this.#ends.slice(0, this.#count)
    this.#link()
  }

  #add(pattern: string, index: number): void {
    if (pattern === '') return
    let node = 0
    for (let at = 0; at < pattern.length; at += 1) {
      const key = node * this.#width + (this.#symbols.get(pattern.charCodeAt(at)) ?? 0)
      let next = this.#next.get(key)
      if (next === undefined) {
        next = this.#count
        this.#count += 1
        this.#next.set(key, next)
        this.#depths[next] = at + 1
      }
      node = next
    }
    if (this.#ends[node] === -1) this.#ends[node] = index
  }

  /** Shallow nodes first: what a node falls back to is always shallower. */
  #link(): void {
    this.#fallbacks = new Int32Array(this.#count)
    this.#shorter = new Int32Array(this.#count)
    const byDepth: [parent: number, symbol: number, node: number][][] = []
    for (const [key, node] of this.#next) {
      const depth = this.#depths[node] ?? 0
      byDepth[depth] ??= []
      byDepth[depth].push([Math.floor(key / this.#width), key % this.#width, node])
    }
    for (const level of byDepth) {
      for (const [parent, symbol, node] of level ?? []) {
        const fallback = parent === 0 ? 0 : this.#step(this.#fallbacks[parent] ?? 0, symbol)
        this.#fallbacks[node] = fallback
        this.#shorter[node] = this.#ends[fallback] === -1 ? (this.#shorter[fallback] ?? 0) : fallback
      }
    }
  }

  #step(from: number, symbol: number): number {
    let node = from
    for (;;) {
      const next = this.#next.get(node * this.#width + symbol)
      if (next !== undefined) return next
      if (node === 0) return 0
      node = this.#fallbacks[node] ?? 0
    }
  }

  /** Tells every pattern wherever it ends, by its end, of one end the longest first. */
  walk(text: string, onFound: OnFound): void {
    const [ends, depths, shorter] = [this.#ends, this.#depths, this.#shorter]
    let node = 0
    for (let at = 0; at < text.length; at += 1) {
      const symbol = this.#symbols.get(text.charCodeAt(at))
      node = symbol === undefined ? 0 : this.#step(node, symbol)
      let found = ends[node] === -1 ? (shorter[node] ?? 0) : node
      while (found !== 0) {
        const step = onFound(ends[found] ?? -1, at + 1, depths[found] ?? 0)
        if (step === 'stop') return
        found = step === 'next' ? 0 : (shorter[found] ?? 0)
      }
    }
  }
}
