import { inspect } from 'node:util'
import type { JobResult } from './job.ts'

const outputCharacters = 4000

/** What went wrong, without the wrapper that node:test puts around it. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error
}

/** Prints everything there is to know about a red job. */
export function printFailures({ name, failures, output }: JobResult): void {
  for (const failure of failures) {
    process.stdout.write(`\n✖ ${failure.file} > ${failure.name}\n`)
    const cause = causeOf(failure.error)
    process.stdout.write(`${typeof cause === 'string' ? cause : inspect(cause, { depth: 4 })}\n`)
  }
  if (failures.length === 0) process.stdout.write(`\n✖ ${name} failed outside of its tests\n`)
  if (output !== '')
    process.stdout.write(`\nOutput of ${name} (its last part):\n${output.slice(-outputCharacters)}\n`)
}
