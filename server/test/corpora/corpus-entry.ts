import type { DetectorKind } from '../../src/features/safety/detectors/detectors.schema.ts'

/** A text with everything in it that the detectors should find; nothing for a harmless one. */
export interface CorpusText {
  text: string
  has: readonly DetectorKind[]
}

/** Texts that hold one kind of thing, and perhaps others. */
export function holding(
  kind: DetectorKind,
  ...texts: (string | [string, ...DetectorKind[]])[]
): CorpusText[] {
  return texts.map((entry) =>
    typeof entry === 'string'
      ? { text: entry, has: [kind] }
      : { text: entry[0], has: [kind, ...(entry.slice(1) as DetectorKind[])] },
  )
}

/** Texts that hold nothing. */
export function harmless(...texts: string[]): CorpusText[] {
  return texts.map((text) => ({ text, has: [] }))
}

export const lower = 'abcdefghijklmnopqrstuvwxyz'
export const upper = lower.toUpperCase()
export const digits = '0123456789'
export const alnum = lower + upper + digits
export const hex = '0123456789abcdef'
export const base32 = `${upper}234567`
export const urlSafe = `${alnum}-_`

/** Characters drawn by a fixed lot: the form of a secret that never was one. */
export function fake(alphabet: string, length: number, seed: number): string {
  let state = (seed * 2_654_435_761) % 4_294_967_296
  let text = ''
  for (let index = 0; index < length; index += 1) {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    text += alphabet[Math.floor((state / 4_294_967_296) * alphabet.length)] ?? ''
  }
  return text
}

/** Parts that only together look like something. */
export const glue = (...parts: string[]): string => parts.join('')
