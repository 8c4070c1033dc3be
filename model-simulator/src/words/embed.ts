import { createHash } from 'node:crypto'
import { understand } from './vocabulary.ts'

/** How many dimensions a model has whose name says nothing about it. */
const usualDimensions = 384

/** A word without a known meaning counts less than one with: it is spelled, not understood. */
const weights = { concept: 1, unknown: 0.45, part: 0.12 }

/** The directions of one embeddings model: the same word leads another model elsewhere, as with real ones. */
type Space = { dimensions: number; directionOf: (name: string) => Float64Array }

function numbersFrom(seed: string, count: number): Float64Array {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0) | 1
  return Float64Array.from({ length: count }, () => {
    // xorshift: quick, and the same everywhere.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 31 - 1
  })
}

function normalise(vector: Float64Array): Float64Array {
  let sum = 0
  for (const value of vector) sum += value * value
  const length = Math.sqrt(sum) || 1
  return vector.map((value) => value / length)
}

/** How many directions are remembered in each space: common words come again and again. */
const remembered = 4000

/** The spaces of a simulator, one for each model and number of dimensions. */
export class Spaces {
  readonly #spaces = new Map<string, Space>()

  /** The space of a model: `-512` at the end of its name, or what the request says, are its dimensions. */
  of(model: string, asked: number | undefined): Space {
    const named = /-(\d{1,4})(?:\+|$)/.exec(model)?.[1]
    const dimensions = asked ?? (named === undefined ? usualDimensions : Number(named))
    const name = `${model} ${dimensions}`
    const space = this.#spaces.get(name) ?? makeSpace(name, dimensions)
    this.#spaces.set(name, space)
    return space
  }
}

function makeSpace(name: string, dimensions: number): Space {
  const known = new Map<string, Float64Array>()
  const directionOf = (word: string): Float64Array => {
    const found = known.get(word)
    if (found) return found
    if (known.size >= remembered) known.clear()
    const made = normalise(numbersFrom(`${name} ${word}`, dimensions))
    known.set(word, made)
    return made
  }
  return { dimensions, directionOf }
}

function partsOf(word: string): string[] {
  const padded = ` ${word} `
  return Array.from({ length: Math.max(1, padded.length - 2) }, (_, index) => padded.slice(index, index + 3))
}

/** Where a text stands: normalised, the same for the same text, near to what means the same in another language. */
export function embed(text: string, space: Space): number[] {
  const { concepts, unknown } = understand(text)
  const sum = new Float64Array(space.dimensions)
  const add = (name: string, weight: number) => {
    const direction = space.directionOf(name)
    for (let index = 0; index < sum.length; index++) {
      sum[index] = (sum[index] ?? 0) + weight * (direction[index] ?? 0)
    }
  }
  // A meaning that is named three times is not three times as meant.
  for (const [concept, times] of concepts) add(`=${concept}`, weights.concept * (1 + Math.log(times)))
  for (const word of unknown) {
    add(word, weights.unknown)
    for (const part of partsOf(word)) add(`~${part}`, weights.part)
  }
  if (concepts.size === 0 && unknown.length === 0) add('nothing', 1)
  return [...normalise(sum)].map((value) => Math.round(value * 1e6) / 1e6)
}
