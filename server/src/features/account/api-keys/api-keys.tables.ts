import { boolean, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { Scope } from '../../../scopes.ts'

/** A program's credential; only the hash of its secret is kept. */
export const apiKeys = pgTable('api_keys', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  /** Its creator: the key may never do more than this user. */
  userId: uuid('user_id').notNull(),
  name: text().notNull(),
  keyHash: text('key_hash').notNull(),
  keyPrefix: text('key_prefix').notNull(),
  scopes: jsonb().$type<Scope[]>().notNull(),
  isBootstrap: boolean('is_bootstrap').notNull().default(false),
  expiresAt: timestamp('expires_at', { withTimezone: true }),
  lastUsedAt: timestamp('last_used_at', { withTimezone: true }),
  revokedAt: timestamp('revoked_at', { withTimezone: true }),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
})

/** A key as it is stored: never the key itself. */
export type ApiKeyRow = typeof apiKeys.$inferSelect
