import { pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Agents of others that a tenant knows. */
export const agentPeers = pgTable('agent_peers', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  peerTenantId: uuid('peer_tenant_id').notNull(),
  peerName: text('peer_name'),
  /** Digits. */
  peerPhone: text('peer_phone'),
  trustLevel: text('trust_level').$type<'blocked' | 'discovered' | 'verified'>().notNull(),
  /** Of a peer on another installation, as last proven. */
  publicKey: text('public_key'),
  /** Where messages for a peer on another installation go, sealed. */
  inboxUrl: text('inbox_url'),
  discoveredAt: timestamptz('discovered_at').notNull(),
  lastMessageAt: timestamptz('last_message_at'),
})

/** Messages that were received, so that none is taken twice. */
export const agentReceipts = pgTable(
  'agent_receipts',
  {
    tenantId: uuid('tenant_id').notNull(),
    peerTenantId: uuid('peer_tenant_id').notNull(),
    messageId: uuid('message_id').notNull(),
    receivedAt: timestamptz('received_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.peerTenantId, table.messageId] })],
)

/** A peer as stored. */
export type PeerRow = typeof agentPeers.$inferSelect
