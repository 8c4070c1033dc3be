import { boolean, date, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import type { SessionStatus, StatusReason } from '../../../engine/states.ts'
import { timestamptz } from '../../../platform/database/columns.ts'

/** What a tenant set on one session. */
export interface SessionConfig {
  auto_transcribe?: boolean
  /** Calls are turned down at once. */
  reject_calls?: boolean
  /** The proxy without its credentials, to be shown. */
  proxy_url?: string | null
}

/** One WhatsApp account of a tenant. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    name: text().notNull(),
    status: text().$type<SessionStatus>().notNull().default('stopped'),
    statusReason: text('status_reason').$type<StatusReason>(),
    /** Which code waits to be scanned, from 1, and how many there will be. */
    qrAttempt: integer('qr_attempt'),
    qrAttempts: integer('qr_attempts'),
    /** When a temporary reason (a lock) ends. */
    statusUntil: timestamptz('status_until'),
    /** `running` comes back by itself after a restart of the process. */
    desiredState: text('desired_state').$type<'stopped' | 'running'>().notNull().default('stopped'),
    /** Digits. */
    phoneNumber: text('phone_number'),
    isBusiness: boolean('is_business').notNull().default(false),
    /** URL of the proxy it connects through, sealed. */
    proxy: text(),
    config: jsonb().$type<SessionConfig>().notNull().default({}),
    /** First time it worked: the age that the budget for new conversations grows with. */
    pairedAt: timestamptz('paired_at'),
    lastConnectedAt: timestamptz('last_connected_at'),
    lastError: text('last_error'),
    reachOutLockedUntil: timestamptz('reach_out_locked_until'),
    /** The day (UTC) that `coldCount` belongs to. */
    coldDay: date('cold_day', { mode: 'string' }),
    coldCount: integer('cold_count').notNull().default(0),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [
    index('sessions_tenant').on(table.tenantId, table.createdAt, table.id),
    index('sessions_desired').on(table.id),
  ],
)

/** A session as stored. */
export type SessionRow = typeof sessions.$inferSelect
