import { z } from 'zod'

/** A UUID of a resource in a body or query; upper case is accepted and lowered. */
export const uuidField = z.guid().toLowerCase()

/** Path parameters `{id}`; any text that is no UUID answers 404, as an unknown id does. */
export const idParams = z.object({ id: uuidField })

/** `limit` of a list: 1 to `max`, default 50 (contract section 3). */
export function limitQuery(max = 100) {
  return z.coerce.number().int().min(1).max(max).default(50)
}

/** `offset` of a list: 0 or more, default 0; bounded by what PostgreSQL takes as an integer. */
export function offsetQuery() {
  return z.coerce.number().int().min(0).max(2_147_483_647).default(0)
}

/** `limit` and `offset` for spreading into a query object: `z.object({ ...pageQuery(), search: ... })`. */
export function pageQuery(max = 100) {
  return { limit: limitQuery(max), offset: offsetQuery() }
}

/** What a page says of its list, for spreading into an answer: `z.object({ items: ..., ...pageAnswer })`. */
export const pageAnswer = { total: z.int(), limit: z.int(), offset: z.int() }

/** A yes or no in a query, in any case: `true`, `True`, `1` and `false`, `False`, `0`. */
export function booleanQuery() {
  return z
    .stringbool({
      truthy: ['true', '1'],
      falsy: ['false', '0'],
      case: 'insensitive',
      error: 'must be true or false',
    })
    .meta({ type: 'boolean' })
}

/** A date in a request: ISO 8601 with `Z` or an offset, as a Date of the years 1 to 9999: databases end there. */
export function timestampInput() {
  return z.iso.datetime({ offset: true }).transform((text, context) => {
    const date = new Date(text)
    const year = date.getUTCFullYear()
    if (year >= 1 && year <= 9999) return date
    context.addIssue({ code: 'custom', message: 'must be a date and time of the years 1 to 9999' })
    return z.NEVER
  })
}

/** A date in an answer: ISO 8601 in UTC without fractions. */
export const timestampOutput = z.iso
  .datetime({ precision: 0 })
  .meta({ examples: ['2026-02-11T10:00:00Z'], description: 'ISO 8601, UTC' })

/** Writes a date the way answers carry it: `2026-02-11T10:00:00Z`. */
export function toTimestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

/** As `toTimestamp`, keeping null. */
export function toTimestampOrNull(date: Date | null): string | null {
  return date === null ? null : toTimestamp(date)
}

/** The answer of most deletions (contract section 6). */
export const deletedAnswer = z
  .object({ status: z.literal('deleted'), id: z.string() })
  .meta({ id: 'Deleted', description: 'The resource is gone' })
