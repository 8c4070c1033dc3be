import { boolean, customType, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** Key pairs of tenants: the one in use, and replaced ones that still open messages. */
export const agentKeys = pgTable('agent_keys', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  /** X25519, base64. */
  publicKey: text('public_key').notNull(),
  /** Sealed with the installation key. */
  privateKey: bytes('private_key').notNull(),
  createdAt: timestamptz('created_at').notNull(),
  /** Null of the one in use. */
  validUntil: timestamptz('valid_until'),
})

/** How a tenant shows itself to others. */
export const agentProfiles = pgTable('agent_profiles', {
  tenantId: uuid('tenant_id').primaryKey(),
  agentName: text('agent_name'),
  isDiscoverable: boolean('is_discoverable').notNull().default(false),
  createdAt: timestamptz('created_at').notNull(),
})

/** A key pair as stored. */
export type AgentKeyRow = typeof agentKeys.$inferSelect
/** A profile as stored. */
export type AgentProfileRow = typeof agentProfiles.$inferSelect
