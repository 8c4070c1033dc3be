import { sql as raw } from 'drizzle-orm'
import {
  boolean,
  check,
  customType,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
import { tenants } from '../../account/tenants/tenants.tables.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
/** Endpoints that tenants registered. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id')
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** Sealed: it may hold a token. */
    url: text().notNull(),
    events: text().array().notNull(),
    /** The monitored group whose events alone go there; such an endpoint is no webhook to be listed or changed. */
    monitoredGroupId: uuid('monitored_group_id'),
    /** Encrypted; null = deliveries are unsigned. */
    secret: bytes(),
    isActive: boolean('is_active').notNull(),
    /** Failed attempts since the last success. */
    failureCount: integer('failure_count').notNull().default(0),
    /** First failure of the current incident. */
    failingSince: timestamptz('failing_since'),
    lastFailureAt: timestamptz('last_failure_at'),
    lastDeliveryAt: timestamptz('last_delivery_at'),
    lastError: text('last_error'),
    /** What speaks for an endpoint that is down: deliveries that failed since the last success, weighed. */
    strikes: integer().notNull().default(0),
    /** When an endpoint that fails is tried again; null while it does not fail. */
    probeAt: timestamptz('probe_at'),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [index('webhooks_tenant').on(table.tenantId, table.createdAt, table.id)],
)

/** One event for one webhook. The body contains message text: encrypted, and pruned with its row. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    webhookId: uuid('webhook_id')
      .notNull()
      .references(() => webhooks.id, { onDelete: 'cascade' }),
    event: text().notNull(),
    body: bytes().notNull(),
    status: text({ enum: ['pending', 'delivered', 'failed'] }).notNull(),
    /** Raised by every resend: jobs of earlier rounds see that they are no longer wanted. */
    round: integer().notNull().default(1),
    roundFailures: integer('round_failures').notNull().default(0),
    attempts: integer().notNull().default(0),
    statusCode: integer('status_code'),
    durationMs: integer('duration_ms'),
    error: text(),
    createdAt: timestamptz('created_at').notNull(),
    nextAttemptAt: timestamptz('next_attempt_at'),
    /** Has no job: leaves in its order when the endpoint has room, or works again. */
    isWaiting: boolean('is_waiting').notNull().default(false),
    /** Tries out of turn that failed; they are not attempts. */
    probes: integer().notNull().default(0),
    /** The last attempt or probe. */
    triedAt: timestamptz('tried_at'),
    /** The receiver asked not to be tried with it before. */
    notBefore: timestamptz('not_before'),
  },
  (table) => [
    index('webhook_deliveries_webhook').on(table.webhookId, table.createdAt, table.id),
    index('webhook_deliveries_waiting')
      .on(table.webhookId, table.createdAt, table.id)
      .where(raw`${table.isWaiting}`),
    index('webhook_deliveries_tried')
      .on(table.webhookId, table.createdAt, table.id)
      .where(raw`${table.status} = 'pending' and ${table.triedAt} is not null`),
    index('webhook_deliveries_age').on(table.createdAt),
    check('webhook_deliveries_status', raw`${table.status} in ('pending', 'delivered', 'failed')`),
  ],
)

/** What happened at each attempt. */
export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    deliveryId: uuid('delivery_id')
      .notNull()
      .references(() => webhookDeliveries.id, { onDelete: 'cascade' }),
    number: integer().notNull(),
    tenantId: uuid('tenant_id').notNull(),
    attemptedAt: timestamptz('attempted_at').notNull(),
    statusCode: integer('status_code'),
    response: text(),
    durationMs: integer('duration_ms').notNull(),
    error: text(),
  },
  (table) => [primaryKey({ columns: [table.deliveryId, table.number] })],
)
