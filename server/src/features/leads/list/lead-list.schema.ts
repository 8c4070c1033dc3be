import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { pageAnswer, pageQuery, timestampInput, timestampOutput, uuidField } from '../../../wire.ts'
import { leadStatuses } from '../detection/leads.tables.ts'

/** What leads can be listed by. */
export const leadSorts = ['lead_detected_at', 'lead_score', 'signal_score', 'last_signal'] as const
/** One of them. */
export type LeadSort = (typeof leadSorts)[number]

const scoreBound = (description: string, example: number) =>
  z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .optional()
    .meta({ description, examples: [example] })
const leastScore = (score: string) => scoreBound(`Leads whose ${score} is at least this`, 0)
const mostScore = (score: string) => scoreBound(`Leads whose ${score} is at most this`, 10)

/** Which leads, in which order: the same for the list and the exports. */
export const leadFilters = {
  status: z.enum(leadStatuses).optional(),
  source_group_id: uuidField.optional().meta({ description: 'A monitored group that gave a signal' }),
  min_lead_score: leastScore('lead_score'),
  max_lead_score: mostScore('lead_score'),
  min_signal_score: leastScore('signal_score'),
  max_signal_score: mostScore('signal_score'),
  assigned_to: z
    .union([z.literal('none'), uuidField])
    .optional()
    .meta({ description: 'A user of the tenant, or `none` for leads of nobody', examples: ['none'] }),
  detected_after: timestampInput()
    .optional()
    .meta({ description: 'Detected at this moment or later', examples: ['2026-02-11T10:00:00Z'] }),
  sort: z
    .enum(leadSorts)
    .default('lead_detected_at')
    .meta({ description: 'What comes first; among equals the newest detection' }),
  order: z.enum(['desc', 'asc']).default('desc'),
  search: z
    .string()
    .trim()
    .max(200)
    .optional()
    .meta({
      examples: ['Emil'],
      description:
        'Beginnings of words of the name and of keywords that matched, or a part of the number; all words must be found',
    }),
}

/** Which page of which leads. */
export const leadListQuery = z.object({ ...leadFilters, ...pageQuery() })

export const selectionChanged = defineError(
  'selection_changed',
  409,
  'The filter finds another number than the one that was confirmed: `count` of the answer',
)
export const selectionTooLarge = defineError(
  'selection_too_large',
  400,
  'The filter finds more than can be changed at once: narrow it',
)

/** Most leads that are changed at once. */
export const mostSelected = 5000

const { sort: _sort, order: _order, ...selecting } = leadFilters

/** Which leads a change is about: these, or those that a filter finds, when they are as many as somebody confirmed. */
export const leadSelection = {
  lead_ids: z
    .array(uuidField)
    .min(1)
    .max(1000)
    .optional()
    .meta({ examples: [['019c4c2e-6a00-7000-8000-000000000001']] }),
  filter: z
    .strictObject(selecting)
    .optional()
    .meta({ description: 'Instead of `lead_ids`: the leads that it finds, at most 5000' }),
  expected_count: z
    .int()
    .min(0)
    .optional()
    .meta({ description: 'With `filter`: how many it found when it was confirmed; 409 for another number' }),
}

/** Whether either way of saying which leads is used, and wholly. */
export function isSelection(body: {
  lead_ids?: unknown
  filter?: unknown
  expected_count?: unknown
}): boolean {
  const { lead_ids: ids, filter, expected_count: count } = body
  return ids === undefined
    ? filter !== undefined && count !== undefined
    : filter === undefined && count === undefined
}
/** What is wrong otherwise. */
export const selectionProblem = { message: 'lead_ids, or filter with expected_count', path: ['lead_ids'] }

/** Which leads, as it comes in. */
export interface LeadSelection {
  lead_ids?: string[] | undefined
  filter?: Omit<LeadFilterInput, 'sort' | 'order'> | undefined
  expected_count?: number | undefined
}

/** Which leads to count. */
export const leadCountsQuery = z.object(selecting)

/** How many leads there are of each status. */
export const leadCountsAnswer = z.object({
  total: z.int(),
  by_status: z.object({
    new: z.int(),
    contacted: z.int(),
    qualified: z.int(),
    converted: z.int(),
    lost: z.int(),
  }),
})

/** A filter as it comes in. */
export interface LeadFilterInput {
  status?: (typeof leadStatuses)[number] | undefined
  source_group_id?: string | undefined
  min_lead_score?: number | undefined
  max_lead_score?: number | undefined
  min_signal_score?: number | undefined
  max_signal_score?: number | undefined
  assigned_to?: string | undefined
  detected_after?: Date | undefined
  sort: LeadSort
  order: 'asc' | 'desc'
  search?: string | undefined
}

const trigger = z.object({
  matched_keyword: z.string().nullable(),
  message_preview: z.string().nullable().meta({ description: 'Null when its time of keeping is over' }),
  monitor_mode: z.string(),
  detected_at: timestampOutput,
})

const sourceGroup = z.object({ id: z.string(), name: z.string() })
const fullSourceGroup = sourceGroup.extend({ wa_group_id: z.string() })

const leadFields = {
  id: z.string(),
  contact_phone: z
    .string()
    .nullable()
    .meta({ description: '`+E.164`; null while WhatsApp hides the number' }),
  contact_name: z.string().nullable(),
  lead_status: z.enum(leadStatuses),
  next_statuses: z.array(z.enum(leadStatuses)).readonly().meta({
    description:
      'Where it may go from here; a lost one becomes new only when the person has no other open lead',
  }),
  lead_score: z
    .int()
    .min(0)
    .max(10)
    .meta({ description: '1 to 10, from a model; 0 until one has analysed the lead' }),
  signal_score: z.int().min(0).max(10).meta({ description: 'What `score_signals` add up to' }),
  score_signals: z
    .array(z.object({ signal: z.string(), weight: z.int() }))
    .meta({ description: 'What raised `signal_score`' }),
  assigned_to: z.string().nullable().meta({ description: 'A user of the tenant' }),
  lead_detected_at: timestampOutput,
  trigger: trigger.meta({ description: 'The signal that made the lead' }),
  last_signal: trigger
    .extend({ source_group: sourceGroup })
    .meta({ description: 'The newest signal, in whichever group' }),
}

/** The lead object of the contract. */
export const leadObject = z
  .object({ ...leadFields, source_group: sourceGroup.meta({ description: 'Of the first signal' }) })
  .meta({ id: 'Lead', description: 'A person who showed interest in a monitored group' })

/** A lead on the wire. */
export type LeadObject = z.infer<typeof leadObject>

/** One page of leads. */
export const leadListAnswer = z.object({
  leads: z.array(leadObject),
  ...pageAnswer,
})

/** A lead with all that is known of it. */
export const leadDetail = z
  .object({
    ...leadFields,
    source_group: fullSourceGroup,
    message_count: z.int().meta({ description: 'Messages of the timeline' }),
    ai_analysis: z.record(z.string(), z.unknown()).nullable(),
    notes: z.string().nullable(),
    status_history: z.array(
      z.object({
        from: z.enum(leadStatuses),
        to: z.enum(leadStatuses),
        at: timestampOutput,
        by: z.string().nullable().meta({ description: 'The user or the API key' }),
      }),
    ),
    timeline: z
      .array(
        trigger.extend({
          message_id: z.string(),
          session_id: z.string(),
          source_group: fullSourceGroup,
          signals: z.array(z.string()),
        }),
      )
      .meta({ description: 'The newest 100 signals, newest first' }),
    updated_at: timestampOutput,
  })
  .meta({ id: 'LeadDetail', description: 'A lead with its timeline' })

/** A lead's detail on the wire. */
export type LeadDetail = z.infer<typeof leadDetail>
