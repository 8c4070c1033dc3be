import { z } from 'zod'
import { timestampOutput } from '../../../wire.ts'

const timestamp = timestampOutput.nullable()

/** What may need somebody, worst first. */
export const attentionCodes = [
  'session_failed',
  'session_unlinked',
  'webhook_switched_off',
  'webhook_failing',
  'campaign_stopped',
  'session_reconnecting',
  'session_limited',
  'approvals_pending',
] as const
/** One of them. */
export type AttentionCode = (typeof attentionCodes)[number]

const attention = z
  .object({
    code: z.enum(attentionCodes),
    text: z.string().meta({
      examples: ['The phone removed this linked device. Start the session and scan a new code.'],
      description: 'What it is, in a sentence',
    }),
    name: z.string().nullable().meta({ description: 'What the session, webhook or campaign is called' }),
    reason: z.string().nullable().meta({
      description: 'Of a session its `status_reason`, of a webhook or campaign the last error',
    }),
    since: timestamp,
    until: timestamp.meta({
      description: 'When it ends or is tried again by itself; of approvals when the first expires',
    }),
    count: z.int().nullable().meta({ description: 'Deliveries or approvals that wait; at most 10000' }),
    session_id: z.string().nullable(),
    webhook_id: z.string().nullable(),
    job_id: z.string().nullable(),
  })
  .meta({ id: 'Attention', description: 'Something that needs somebody' })

const sessions = z.object({
  total: z.int(),
  by_status: z.object({
    working: z.int(),
    starting: z.int(),
    qr_code: z.int(),
    stopped: z.int(),
    failed: z.int(),
  }),
})

const conversations = z.object({
  unread_chats: z.int(),
  unread_messages: z.int(),
  unanswered: z.int().meta({
    description: 'Chats in which a person wrote last, within seven days: `unanswered=true` of the chats',
  }),
  unanswered_since: timestamp.meta({ description: 'Since when the one waits who waits longest' }),
})

const leads = z.object({
  new: z.int().meta({ description: 'Nobody has looked at them yet: `status=new`' }),
  detected_today: z.int(),
})

const campaigns = z.object({
  running: z.int(),
  pending: z.int().meta({ description: 'Wait for the one that runs in their session' }),
  paused: z.int(),
})

const approvals = z.object({ pending: z.int(), oldest_at: timestamp, first_expires_at: timestamp })

const webhooks = z.object({
  active: z.int(),
  failing: z.int().meta({ description: 'Active, and the last attempts failed' }),
  switched_off: z.int().meta({ description: 'By itself, after failures' }),
  failed_deliveries: z.int().meta({ description: 'Given up within 24 hours' }),
})

const figures = {
  received: z.int(),
  sent: z.int(),
  failed: z.int(),
  first_reply_seconds: z.int().nullable().meta({ description: 'Median; null without answers' }),
}

const today = z.object({
  date: z.iso.date(),
  as_of: timestampOutput.meta({ description: 'What happened until then is counted for certain' }),
  ...figures,
  usual: z.object(figures).meta({
    description: 'The mean of the same weekday of the last four weeks, until the same time of day',
  }),
  hours: z
    .array(z.object({ hour: z.int(), received: z.int(), sent: z.int(), usual_received: z.int() }))
    .meta({
      description:
        'Every hour of the day in the tenant’s zone that has figures; usual ones also of the hours to come',
    }),
})

/** Everything that a first page and the counters of a navigation show; what the caller may not read is null. */
export const overviewAnswer = z
  .object({
    timezone: z.string(),
    attention: z.array(attention),
    sessions: sessions.nullable(),
    conversations: conversations.nullable(),
    leads: leads.nullable(),
    campaigns: campaigns.nullable(),
    approvals: approvals.nullable(),
    webhooks: webhooks.nullable(),
    today: today.nullable(),
  })
  .meta({ id: 'Overview', description: 'How everything stands; parts that the caller may not read are null' })

/** The overview on the wire. */
export type Overview = z.output<typeof overviewAnswer>
/** One entry of what needs somebody. */
export type Attention = z.output<typeof attention>
