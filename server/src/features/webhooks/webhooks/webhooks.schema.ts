import { z } from 'zod'
import { AppError, defineError, validationFailed } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import type { PublicEvents } from '../../../public-event.ts'
import {
  pageQuery,
  timestampInput,
  timestampOutput,
  toTimestamp,
  toTimestampOrNull,
  uuidField,
} from '../../../wire.ts'
import type { AttemptResult } from './delivery.ts'
import { deliveryConcurrency } from './endpoint-slots.ts'

export const webhookInactive = defineError(
  'webhook_inactive',
  400,
  'The webhook is not active: activate it before sending deliveries again',
)

/** What one attempt to deliver is about. */
export interface DeliverPayload {
  tenantId: string
  webhookId: string
  deliveryId: string
  /** Lets jobs of a round before a resend know that they are no longer wanted. */
  round: number
  /**
   * Why it does not wait for its turn: it had its turn (`released`), a person wants it (`resent`), or its endpoint works
   * again (`early`).
   */
  way?: 'released' | 'resent' | 'early'
}

/** One attempt to deliver. */
export const deliverJob = defineJob<DeliverPayload>(
  'webhooks.deliver',
  // Many at once, because they only wait for other machines or for their turn.
  { concurrency: deliveryConcurrency, retryLimit: 20, retryDelaySeconds: 1, expireSeconds: 600 },
)

/** Looks after an endpoint for which deliveries wait: probes one that fails, lets go what waits for one that works. */
export const resumeJob = defineJob<{
  tenantId: string
  webhookId: string
  /** Since when the endpoint failed that works again. */
  recoveredFrom?: string
}>('webhooks.resume', { concurrency: 100, retryLimit: 20, retryDelaySeconds: 1, expireSeconds: 60 })

/** Removes deliveries, and with them message texts, after their retention. */
export const pruneJob = defineJob<Record<string, never>>('webhooks.prune', {
  cron: { expression: '23 * * * *', timeZone: 'UTC' },
})

const name = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .meta({ examples: ['Order system'] })
const url = z
  .url()
  .max(2048)
  .meta({
    description: 'HTTPS address; private and loopback addresses are refused',
    examples: ['https://example.com/hooks/moltflow'],
  })
const secret = z
  .string()
  .min(1)
  .max(255)
  .nullable()
  .meta({
    description:
      'Signs deliveries; never returned. Any text, its bytes are the key; `whsec_` with base64 of 16 bytes or more is a Standard Webhooks secret. Null: unsigned',
    examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  })
const isActive = z.boolean().meta({ examples: [true] })

/** Path of one delivery. */
export const deliveryParams = z.object({ id: uuidField, delivery_id: uuidField })

/** What a webhook is made or changed with, where these events can be subscribed to. */
export function webhookBodies({ declared, announced }: PublicEvents) {
  const names = declared.filter(({ subscribers }) => subscribers.webhooks === true).map((event) => event.name)
  // First and last are of different features, so the example shows that they can be mixed.
  const example = [...new Set([names[0], names.at(-1)])].filter((name) => name !== undefined)
  const events = z
    .array(z.enum([...names, ...announced]))
    .min(1)
    .meta({ examples: [example] })
  return {
    createBody: z.object({
      name: name.optional(),
      url,
      events,
      secret: secret.optional(),
      is_active: isActive.optional(),
    }),
    updateBody: z.object({
      name: name.optional(),
      url: url.optional(),
      events: events.optional(),
      secret: secret.optional(),
      is_active: isActive.optional(),
    }),
  }
}

/** Bodies of the operations that make and change webhooks. */
export type WebhookBodies = ReturnType<typeof webhookBodies>

export const recoverBody = z.object({
  since: timestampInput().meta({ examples: ['2026-02-11T10:00:00Z'] }),
})

const deliveryStatus = z.enum(['delivered', 'failed', 'pending'])

/** State of a delivery. */
export type DeliveryStatus = z.infer<typeof deliveryStatus>

export const deliveriesQuery = z.object({ ...pageQuery(), status: deliveryStatus.optional() })

export const webhookSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    is_active: z.boolean(),
    created_at: timestampOutput,
    has_secret: z.boolean(),
    last_delivery_at: timestampOutput.nullable(),
    failure_count: z.number().int(),
    last_error: z.string().nullable(),
    updated_at: timestampOutput,
    failing_since: timestampOutput.nullable().meta({ description: 'Since when every attempt fails' }),
    next_try_at: timestampOutput.nullable().meta({
      description: 'When an endpoint that fails is tried again by itself',
    }),
  })
  .meta({ id: 'Webhook' })

export const testResultSchema = z.object({
  success: z.boolean(),
  status_code: z.number().int().nullable(),
  duration_ms: z.number().int(),
  error: z.string().nullable(),
})

export const deliverySchema = z
  .object({
    id: z.string(),
    event: z.string(),
    status: deliveryStatus,
    status_code: z.number().int().nullable(),
    attempts: z.number().int(),
    duration_ms: z.number().int().nullable(),
    error: z.string().nullable(),
    created_at: timestampOutput,
    next_attempt_at: timestampOutput.nullable(),
    probes: z.number().int().meta({
      description: 'How often it was tried out of turn in vain, to see whether the endpoint is back',
    }),
  })
  .meta({ id: 'WebhookDelivery' })

export const deliveryListSchema = z.object({
  deliveries: z.array(deliverySchema),
  total: z.number().int(),
  limit: z.number().int(),
  offset: z.number().int(),
})

export const attemptSchema = z
  .object({
    number: z.number().int(),
    attempted_at: timestampOutput,
    status_code: z.number().int().nullable(),
    duration_ms: z.number().int(),
    response: z.string().nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'WebhookAttempt' })

export const deliveryDetailSchema = deliverySchema.extend({
  attempt_log: z.array(attemptSchema),
  payload: z.record(z.string(), z.unknown()).nullable().meta({
    description: 'What was posted. Null for API keys, since it may hold texts of chats',
  }),
})

export const recoverResultSchema = z.object({
  webhook_id: z.string(),
  since: timestampOutput,
  recovered: z.number().int(),
})

/** Fields of a webhook that a caller may set, in the words of the code. */
export interface WebhookInput {
  name?: string | undefined
  url?: string | undefined
  events?: string[] | undefined
  secret?: string | null | undefined
  isActive?: boolean | undefined
}

/** From wire to code; repeated event names count once. */
export function toWebhookInput(body: z.output<WebhookBodies['updateBody']>): WebhookInput {
  return {
    name: body.name,
    url: body.url,
    events: body.events === undefined ? undefined : [...new Set(body.events)],
    secret: body.secret,
    isActive: body.is_active,
  }
}

/** A webhook as the service knows it. */
export interface WebhookRecord {
  id: string
  name: string
  url: string
  events: string[]
  hasSecret: boolean
  isActive: boolean
  failureCount: number
  lastDeliveryAt: Date | null
  lastError: string | null
  createdAt: Date
  updatedAt: Date
  failingSince: Date | null
  probeAt: Date | null
}

/** A delivery as the service knows it; its body stays in the store. */
export interface DeliveryRecord {
  id: string
  event: string
  status: DeliveryStatus
  statusCode: number | null
  attempts: number
  durationMs: number | null
  error: string | null
  createdAt: Date
  nextAttemptAt: Date | null
  probes: number
}

/** One attempt as the service knows it. */
export interface AttemptRecord {
  number: number
  attemptedAt: Date
  statusCode: number | null
  response: string | null
  durationMs: number
  error: string | null
}

/** From code to wire. */
export function toWireWebhook(webhook: WebhookRecord): z.input<typeof webhookSchema> {
  return {
    id: webhook.id,
    name: webhook.name,
    url: webhook.url,
    events: webhook.events,
    is_active: webhook.isActive,
    created_at: toTimestamp(webhook.createdAt),
    has_secret: webhook.hasSecret,
    last_delivery_at: toTimestampOrNull(webhook.lastDeliveryAt),
    failure_count: webhook.failureCount,
    last_error: webhook.lastError,
    updated_at: toTimestamp(webhook.updatedAt),
    failing_since: toTimestampOrNull(webhook.failingSince),
    next_try_at: webhook.isActive ? toTimestampOrNull(webhook.probeAt) : null,
  }
}

/** From code to wire. */
export function toWireDelivery(delivery: DeliveryRecord): z.input<typeof deliverySchema> {
  return {
    id: delivery.id,
    event: delivery.event,
    status: delivery.status,
    status_code: delivery.statusCode,
    attempts: delivery.attempts,
    duration_ms: delivery.durationMs,
    error: delivery.error,
    created_at: toTimestamp(delivery.createdAt),
    next_attempt_at: toTimestampOrNull(delivery.nextAttemptAt),
    probes: delivery.probes,
  }
}

/** From code to wire. */
export function toWireAttempt(attempt: AttemptRecord): z.input<typeof attemptSchema> {
  return {
    number: attempt.number,
    attempted_at: toTimestamp(attempt.attemptedAt),
    status_code: attempt.statusCode,
    duration_ms: attempt.durationMs,
    response: attempt.response,
    error: attempt.error,
  }
}

/** Refuses a timestamp in the future: nothing can be sent again from there. */
export function requirePast(since: Date, nowMs: number): void {
  if (since.getTime() <= nowMs) return
  const message = 'must not be in the future'
  throw new AppError(validationFailed, {
    message: `since: ${message}`,
    details: { errors: [{ field: 'since', message }] },
  })
}

/** From code to wire. */
export function toWireTestResult(result: AttemptResult): z.input<typeof testResultSchema> {
  return {
    success: result.error === null,
    status_code: result.statusCode,
    duration_ms: result.durationMs,
    error: result.error,
  }
}

/** From code to wire. */
export function toWireRecovery(
  webhookId: string,
  since: Date,
  recovered: number,
): z.input<typeof recoverResultSchema> {
  return { webhook_id: webhookId, since: toTimestamp(since), recovered }
}
