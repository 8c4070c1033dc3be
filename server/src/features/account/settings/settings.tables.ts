import { boolean, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
import type { StoredAntispam } from './settings.schema.ts'

/** One row per tenant, made with the tenant. */
export const tenantSettings = pgTable('tenant_settings', {
  tenantId: uuid('tenant_id').primaryKey(),
  allowedNumbers: jsonb('allowed_numbers').$type<string[]>().notNull().default([]),
  requireApproval: boolean('require_approval').notNull().default(false),
  aiConsentEnabled: boolean('ai_consent_enabled').notNull().default(false),
  chatHistoryAccessEnabled: boolean('chat_history_access_enabled').notNull().default(false),
  messageRetentionDays: integer('message_retention_days').notNull().default(90),
  storeFullText: boolean('store_full_text').notNull().default(false),
  storeMedia: boolean('store_media').notNull().default(false),
  mediaRetentionDays: integer('media_retention_days').notNull().default(30),
  coldContacts: text('cold_contacts', { enum: ['budget', 'strict', 'warn'] })
    .notNull()
    .default('budget'),
  /** Only what differs from the defaults, so that a new field needs no migration. */
  antispam: jsonb().$type<StoredAntispam>().notNull().default({}),
  /** Null: the words of the product. */
  optOutWords: jsonb('opt_out_words').$type<string[]>(),
  optInWords: jsonb('opt_in_words').$type<string[]>(),
  approvalExpiryHours: integer('approval_expiry_hours').notNull().default(72),
  auditRetentionDays: integer('audit_retention_days').notNull().default(365),
  /** IANA name: where a day begins and ends. */
  timeZone: text('time_zone').notNull().default('UTC'),
  updatedAt: timestamptz('updated_at').notNull(),
})

/** Every time somebody gave or withdrew a consent; never changed afterwards. */
export const consents = pgTable('consents', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  type: text({ enum: ['ai_processing', 'chat_history_access'] }).notNull(),
  version: text().notNull(),
  granted: boolean().notNull(),
  userId: uuid('user_id').notNull(),
  ip: text().notNull(),
  userAgent: text('user_agent').notNull(),
  createdAt: timestamptz('created_at').notNull(),
})
