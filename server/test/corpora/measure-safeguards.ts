import { type DetectorKind, detectorKinds } from '../../src/features/safety/detectors/detectors.schema.ts'
import { detect } from '../../src/features/safety/detectors/detectors.service.ts'
import type { CorpusText } from './corpus-entry.ts'
import { harmfulTexts, harmlessTexts } from './safeguards.ts'

const all: ReadonlySet<DetectorKind> = new Set(detectorKinds)

/** How one class of detectors does on the corpus. */
export interface ClassFigures {
  kind: DetectorKind
  /** Texts that hold it. */
  texts: number
  caught: number
  /** Texts that do not, the look-alikes among them. */
  others: number
  falselyCaught: number
  missed: string[]
  wrong: string[]
}

/** Looks at a corpus with all detectors on. */
export function measureSafeguards(
  texts: readonly CorpusText[] = [...harmfulTexts, ...harmlessTexts],
): ClassFigures[] {
  const looked = texts.map(({ text, has }) => ({
    text,
    has: new Set(has),
    found: new Set(detect(text, all).map((finding) => finding.kind)),
  }))
  return detectorKinds.map((kind) => {
    const holding = looked.filter(({ has }) => has.has(kind))
    const others = looked.filter(({ has }) => !has.has(kind))
    const missed = holding.filter(({ found }) => !found.has(kind)).map(({ text }) => text)
    const wrong = others.filter(({ found }) => found.has(kind)).map(({ text }) => text)
    return {
      kind,
      texts: holding.length,
      caught: holding.length - missed.length,
      others: others.length,
      falselyCaught: wrong.length,
      missed,
      wrong,
    }
  })
}
