import { z } from 'zod'
import { timestampInput, timestampOutput } from '../../../wire.ts'

const dayMs = 24 * 60 * 60_000
/** Longest span of a calendar: six weeks of a month's page, and some more. */
const mostDays = 62
/** Most runs that an answer has. */
export const mostEntries = 2000

/** Which span. */
export const calendarQuery = z
  .object({
    from: timestampInput().meta({ examples: ['2026-02-01T00:00:00Z'] }),
    to: timestampInput().meta({ examples: ['2026-03-01T00:00:00Z'], description: 'At most 62 days later' }),
  })
  .refine(({ from, to }) => from < to && to.getTime() - from.getTime() <= mostDays * dayMs, {
    message: `must be after from, by at most ${mostDays} days`,
    path: ['to'],
  })

const entry = z
  .object({
    kind: z.enum(['message', 'report']),
    id: z.string().meta({ description: 'Of the scheduled message or the report' }),
    name: z.string().nullable(),
    at: timestampOutput.meta({ description: 'When it runs, or was to run' }),
    status: z.string().meta({
      description: 'planned, or what became of the run',
      examples: ['planned'],
    }),
    execution_id: z.string().nullable().meta({ description: 'Of a run that was' }),
  })
  .meta({ id: 'CalendarEntry', description: 'One run of a scheduled message or a report' })

/** One run on the wire. */
export type CalendarEntry = z.output<typeof entry>

/** Runs in their order. */
export const calendarAnswer = z.object({
  entries: z.array(entry),
  is_complete: z
    .boolean()
    .meta({ description: 'False when there are more than 2000: ask for a shorter span' }),
})
