// Run as a program of its own, with the flags of the server: patterns that were compiled before a flag changed may crash.
import { type DetectorKind, detectorKinds } from '../../src/features/safety/detectors/detectors.schema.ts'
import { detect } from '../../src/features/safety/detectors/detectors.service.ts'
import { harmfulTexts, harmlessTexts } from '../corpora/safeguards.ts'
import { percentile } from './bench-world.ts'
import type { SafeguardFigures } from './safeguards.ts'

const all: ReadonlySet<DetectorKind> = new Set(detectorKinds)
const length = 500
const rounds = Number(process.argv[2])

/** What people write to a business on most days. */
const ordinaryTexts = [
  'Good morning! Is the table still free tonight? We would like to come around eight with four people',
  'Thanks, the parcel arrived yesterday but one of the two chairs has a scratch on its back',
  'Guten Tag, ist die Ferienwohnung im Juli noch frei? Wir sind zwei Erwachsene und drei Kinder',
  '¿Tienen mesa para seis personas el sábado por la noche cerca de la ventana?',
  'Bom dia, ainda tem vaga para o passeio de domingo? Somos dois adultos e uma criança',
  'Добрый день, есть ли у вас свободное время в пятницу после обеда?',
]

/** Texts of 500 characters, as conversations have them, put together from the corpus; each begins elsewhere. */
function longTexts(sources: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    let text = ''
    for (let index = n; text.length < length; index += 1) text += `${sources[index % sources.length]}. `
    return text.slice(0, length)
  })
}

function measureMs(texts: readonly string[]): SafeguardFigures['ordinary'] {
  for (let round = 0; round < 5; round += 1) for (const text of texts) detect(text, all)
  const each: number[] = []
  const perText: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage()
    for (const text of texts) {
      const startedMs = performance.now()
      detect(text, all)
      each.push(performance.now() - startedMs)
    }
    const { user, system } = process.cpuUsage(before)
    perText.push((user + system) / 1000 / texts.length)
  }
  return { cpuMs: percentile(perText, 0.5), medianMs: percentile(each, 0.5), p99Ms: percentile(each, 0.99) }
}

const harmless = harmlessTexts.map(({ text }) => text)
const harmful = harmfulTexts.map(({ text }) => text)
const figures: SafeguardFigures = {
  ordinary: measureMs(longTexts(ordinaryTexts, 200)),
  harmless: measureMs(longTexts(harmless, 200)),
  harmful: measureMs(longTexts(harmful, 200)),
  texts: { harmful: harmful.length, harmless: harmless.length },
}
process.stdout.write(JSON.stringify(figures))
