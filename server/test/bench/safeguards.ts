import { setFlagsFromString } from 'node:v8'
import { type DetectorKind, detectorKinds } from '../../src/features/detectors/detectors.schema.ts'
import { detect } from '../../src/features/detectors/detectors.service.ts'
import { type ClassFigures, measureSafeguards } from '../corpora/measure-safeguards.ts'
import { harmfulTexts, harmlessTexts } from '../corpora/safeguards.ts'
import { percentile } from './bench-world.ts'

const all: ReadonlySet<DetectorKind> = new Set(detectorKinds)
const length = 500

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

/** Milliseconds per text: by the processor's own count, so that a busy machine does not matter, and by the clock. */
function measureMs(
  texts: readonly string[],
  rounds: number,
): { cpuMs: number; medianMs: number; p99Ms: number } {
  for (let round = 0; round < 5; round += 1) for (const text of texts) detect(text, all)
  const each: number[] = []
  const before = process.cpuUsage()
  for (let round = 0; round < rounds; round += 1) {
    for (const text of texts) {
      const startedMs = performance.now()
      detect(text, all)
      each.push(performance.now() - startedMs)
    }
  }
  const { user, system } = process.cpuUsage(before)
  const cpuMs = (user + system) / 1000 / each.length
  return { cpuMs, medianMs: percentile(each, 0.5), p99Ms: percentile(each, 0.99) }
}

/** All detectors on texts of 500 characters, and what they catch and falsely catch on the corpus. */
export async function benchSafeguards(options: { rounds?: number } = {}) {
  const rounds = options.rounds ?? 20
  // As the server runs (server/bin/moltflow).
  setFlagsFromString('--no-regexp-tier-up')
  const harmless = harmlessTexts.map(({ text }) => text)
  const harmful = harmfulTexts.map(({ text }) => text)
  return {
    ordinary: measureMs(longTexts(ordinaryTexts, 200), rounds),
    /** Every text full of what looks like a secret and is none. */
    harmless: measureMs(longTexts(harmless, 200), rounds),
    /** Every text nothing but secrets, numbers and injections: the worst there is. */
    harmful: measureMs(longTexts(harmful, 200), rounds),
    texts: { harmful: harmful.length, harmless: harmless.length },
    classes: measureSafeguards(),
  }
}

/** The table of docs/benchmarks.md. */
export function safeguardsTable(classes: readonly ClassFigures[]): string {
  const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)} %`
  const rows = classes.map(
    ({ kind, texts, caught, others, falselyCaught }) =>
      `| ${kind} | ${texts} | ${caught} (${percent(caught, texts)}) | ${others} | ${falselyCaught} (${percent(falselyCaught, others)}) |`,
  )
  return [
    '| Class | Texts with it | Caught | Texts without it | Falsely caught |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}
