import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Tokens of set-up links, hashed, gone once the first tenant exists; and of recovery links, which name a person. */
export const setupTokens = pgTable('setup_tokens', {
  tokenHash: text('token_hash').primaryKey(),
  tenantId: uuid('tenant_id'),
  userId: uuid('user_id'),
  expiresAt: timestamptz('expires_at').notNull(),
})
