import { z } from 'zod'
import {
  idParams,
  limitQuery,
  offsetQuery,
  pageAnswer,
  pageQuery,
  timestampOutput,
  uuidField,
} from '../../../wire.ts'
import { bulkJobStatuses, recipientStatuses } from '../../outreach/bulk/bulk.tables.ts'
import { dayOrMoment } from './analytics.schema.ts'

/** What campaigns can be sorted by. */
export const campaignSorts = ['created_at', 'delivery_rate', 'read_rate', 'reply_rate'] as const
/** One of them. */
export type CampaignSort = (typeof campaignSorts)[number]

/** Which campaigns, in which order. */
export const campaignsQuery = z.object({
  from: dayOrMoment("Created then or later; a date begins in the tenant's zone"),
  to: dayOrMoment('Created no later; the whole day of a date'),
  sort: z.enum(campaignSorts).default('created_at'),
  order: z.enum(['desc', 'asc']).default('desc').meta({ description: 'Without a rate last, either way' }),
  session_id: uuidField.optional(),
  ...pageQuery(),
})
/** Which campaigns are asked for. */
export type CampaignsInput = z.output<typeof campaignsQuery>

/** A campaign is a bulk job. */
export const campaignParams = z.object({ job_id: idParams.shape.id })

/** Which recipients of a campaign. */
export const campaignQuery = z.object({
  limit: limitQuery(1000).default(100),
  offset: offsetQuery(),
  status: z.enum(recipientStatuses).optional(),
})

const funnel = z.object({
  total: z.int(),
  sent: z.int(),
  delivered: z.int().meta({ description: 'Those who read or answered with them' }),
  read: z.int(),
  replied: z.int(),
  ignored: z.int().meta({ description: 'Read, and not answered within 72 hours' }),
  failed: z.int(),
  skipped: z.int(),
  opted_out: z.int(),
  read_unknown: z.int().meta({ description: 'Delivered to people who hide whether they have read' }),
})
const rate = z.number().min(0).nullable().meta({ description: 'Null where there is nothing to divide by' })
const rates = z.object({ delivery_rate: rate, read_rate: rate, reply_rate: rate })
const status = z.enum(bulkJobStatuses)
const reasons = z.array(z.object({ reason: z.string(), count: z.int() }))

const campaignName = z.string().meta({
  description: 'Of a job without a name that of its list and the day it was made',
  examples: ['VIP list, 2026-02-12'],
})

/** A campaign's figures. */
export const campaignAnswer = z
  .object({
    job_id: z.string(),
    name: campaignName,
    session_id: z.string(),
    status,
    created_at: timestampOutput,
    started_at: timestampOutput.nullable(),
    completed_at: timestampOutput.nullable(),
    duration_seconds: z.int().nullable().meta({ description: 'Until now while it is under way' }),
    messages_per_minute: z
      .number()
      .nullable()
      .meta({ description: 'Between the first and the last send, without pauses of more than ten minutes' }),
    funnel,
    rates,
    failures: reasons.meta({ description: 'Most frequent first' }),
    skips: reasons.meta({ description: 'Why recipients were left out' }),
    timing: z
      .array(z.object({ minute: timestampOutput, sent: z.int() }))
      .meta({ description: 'Minutes in which something was sent; of a long campaign the last 10,000' }),
    variants: z
      .array(
        z.object({
          variant: z.int().meta({ description: 'Its place among the variants, from 0' }),
          sent: z.int(),
          delivered: z.int(),
          read: z.int(),
          replied: z.int(),
        }),
      )
      .meta({ description: 'What became of each text of a job that has several' }),
    contacts: z.array(
      z.object({
        phone: z.string(),
        name: z.string().nullable(),
        status: z.enum(recipientStatuses),
        sent_at: timestampOutput.nullable(),
        delivered_at: timestampOutput.nullable(),
        read_at: timestampOutput.nullable(),
        replied_at: timestampOutput.nullable(),
        error: z.string().nullable(),
        skip_reason: z.string().nullable(),
      }),
    ),
    contacts_total: z.int().meta({ description: 'Recipients with the status asked for' }),
    limit: z.int(),
    offset: z.int(),
  })
  .meta({ id: 'CampaignAnalytics', description: 'What a bulk job achieved' })

/** Campaigns beside each other. */
export const campaignsAnswer = z
  .object({
    campaigns: z.array(
      z.object({
        job_id: z.string(),
        name: campaignName,
        session_id: z.string(),
        status,
        created_at: timestampOutput,
        funnel,
        rates,
      }),
    ),
    ...pageAnswer,
  })
  .meta({ id: 'CampaignList', description: 'What bulk jobs achieved, side by side' })
