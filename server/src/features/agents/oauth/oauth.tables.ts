import { jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
import type { Scope } from '../../../scopes.ts'

/** What somebody allowed a program to do in their name. */
export const oauthGrants = pgTable('oauth_grants', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  userId: uuid('user_id').notNull(),
  /** Of the id by which the authorization server knows it. */
  grantHash: text('grant_hash').notNull(),
  clientId: text('client_id').notNull(),
  /** What the program calls itself; nobody has checked it. */
  clientName: text('client_name').notNull(),
  /** Where the answer of the consent went. */
  redirectHost: text('redirect_host').notNull(),
  scopes: jsonb().$type<Scope[]>().notNull(),
  payload: text(),
  createdAt: timestamptz('created_at').notNull(),
  lastUsedAt: timestamptz('last_used_at'),
  /** Moves while the program comes back for new tokens. */
  expiresAt: timestamptz('expires_at').notNull(),
  revokedAt: timestamptz('revoked_at'),
  revokedReason: text('revoked_reason'),
})

/** A grant as stored. */
export type GrantRow = typeof oauthGrants.$inferSelect

/** Clients, sessions, requests, codes and tokens of the authorization server; only hashes of their ids are kept. */
export const oauthRecords = pgTable(
  'oauth_records',
  {
    kind: text().notNull(),
    idHash: text('id_hash').notNull(),
    grantHash: text('grant_hash'),
    uidHash: text('uid_hash'),
    userId: uuid('user_id'),
    /** Sealed. */
    payload: text().notNull(),
    consumedAt: timestamptz('consumed_at'),
    createdAt: timestamptz('created_at').notNull(),
    expiresAt: timestamptz('expires_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.idHash] })],
)

/** A record as stored. */
export type RecordRow = typeof oauthRecords.$inferSelect
