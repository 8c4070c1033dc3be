import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import { features } from '../src/features.ts'

/** Every public event of the product. */
export const declaredEvents = features.flatMap((feature) => feature.publishes ?? [])

const byName = new Map(declaredEvents.map((event) => [event.name, event]))

/** Why a value is not exactly what a schema says, unknown keys included; undefined when it is. */
export function findProblem(schema: z.ZodType, value: unknown): string | undefined {
  const parsed = schema.safeParse(value)
  if (!parsed.success) return parsed.error.message
  return isDeepStrictEqual(parsed.data, value) ? undefined : `has more than ${JSON.stringify(parsed.data)}`
}

/** Why the body of a delivery is not what its event declares; undefined when it is, or is of no declared event. */
export function findMisfit(body: { event?: unknown; data?: unknown } | undefined): string | undefined {
  const event = byName.get(String(body?.event))
  const problem = event === undefined ? undefined : findProblem(event.data, body?.data)
  return problem === undefined ? undefined : `${event?.name} ${JSON.stringify(body?.data)}: ${problem}`
}
