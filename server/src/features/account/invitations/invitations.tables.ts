import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Links that let somebody join a tenant, once; only a hash of what stands in them is kept. */
export const invitations = pgTable('invitations', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  email: text().notNull(),
  role: text({ enum: ['owner', 'admin', 'member'] }).notNull(),
  tokenHash: text('token_hash').notNull(),
  invitedBy: uuid('invited_by').notNull(),
  expiresAt: timestamptz('expires_at').notNull(),
  createdAt: timestamptz('created_at').notNull(),
})

/** An invitation as stored. */
export type InvitationRow = typeof invitations.$inferSelect
