import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type ClassFigures, measureSafeguards } from '../corpora/measure-safeguards.ts'

/** Milliseconds per text: by the processor's own count, the middle one of all rounds, and by the clock. */
interface TimePerText {
  cpuMs: number
  medianMs: number
  p99Ms: number
}

/** What `safeguards-program.ts` measures. */
export interface SafeguardFigures {
  ordinary: TimePerText
  /** Every text full of what looks like a secret and is none. */
  harmless: TimePerText
  /** Every text nothing but secrets, numbers and injections: the worst there is. */
  harmful: TimePerText
  /** Texts of the corpus. */
  texts: { harmful: number; harmless: number }
}

/** All detectors on texts of 500 characters, and what they catch and falsely catch on the corpus. */
export async function benchSafeguards(options: { rounds?: number } = {}) {
  const program = fileURLToPath(new URL('./safeguards-program.ts', import.meta.url))
  // As the server runs (server/bin/moltflow).
  const args = ['--no-regexp-tier-up', program, String(options.rounds ?? 20)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return { ...(JSON.parse(stdout) as SafeguardFigures), classes: measureSafeguards() }
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
