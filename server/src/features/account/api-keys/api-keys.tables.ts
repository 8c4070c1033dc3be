import { boolean, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
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
  expiresAt: timestamptz('expires_at'),
  lastUsedAt: timestamptz('last_used_at'),
  revokedAt: timestamptz('revoked_at'),
  createdAt: timestamptz('created_at').notNull(),
})

/** A key as it is stored: never the key itself. */
export type ApiKeyRow = typeof apiKeys.$inferSelect
