import type { Totals } from '../totals.ts'

/** The databases that the server's tests run on. */
export type TestDatabaseKind = 'embedded' | 'postgres'

/** Test files in a process of their own. */
export interface TestJob {
  kind: 'tests'
  name: string
  files: string[]
  /** Undefined for files that need none. */
  database: TestDatabaseKind | undefined
  env: Record<string, string>
}

/** A command that is green or red as a whole, and counts as one test. */
export interface CommandJob {
  kind: 'command'
  name: string
  command: string[]
  env: Record<string, string>
}

/** What the pool runs, one beside the other. */
export type Job = TestJob | CommandJob

/** One test that failed, or a job that could not even say which. */
export interface Failure {
  file: string
  name: string
  error: unknown
}

/** What a job came to. */
export interface JobResult {
  name: string
  totals: Totals
  failures: Failure[]
  /** What it printed. */
  output: string
  /** Seconds of processors that it took, as far as the system tells. */
  processorSeconds: number
}

/** Whether nothing failed. */
export function isGreen({ totals }: JobResult): boolean {
  return totals.fail + totals.cancelled === 0
}
