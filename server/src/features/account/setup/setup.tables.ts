import { pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/** Tokens of set-up links, hashed; gone once the first tenant exists. */
export const setupTokens = pgTable('setup_tokens', {
  tokenHash: text('token_hash').primaryKey(),
  expiresAt: timestamp('expires_at', { withTimezone: true }).notNull(),
})
