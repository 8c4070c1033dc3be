import type { z } from 'zod'
import { SimulatorError } from './errors.ts'

/** Checks what a caller handed in; the error names the field. */
export function parse<S extends z.ZodType>(schema: S, value: unknown, name?: string): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const field = name ?? unknown ?? (issue?.path.join('.') || undefined)
  throw new SimulatorError(422, `${field ? `${field}: ` : ''}${issue?.message ?? 'invalid'}`, field)
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** A copy without the properties that are undefined. */
export function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Defined<T>
}

/** Milliseconds of an ISO time or of milliseconds; 0 when nothing is said. */
export function parseSince(since: string | number | undefined): number {
  if (since === undefined || since === '') return 0
  const time = /^\d+$/.test(String(since)) ? Number(since) : Date.parse(String(since))
  if (Number.isNaN(time)) throw new SimulatorError(422, 'since must be an ISO time or milliseconds', 'since')
  return time
}
