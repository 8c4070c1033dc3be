import { bigint, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** Every file in the blob store; the row is made before the file, so that none is forgotten. */
export const blobs = pgTable('blobs', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  /** Null until the message is stored, and again when it is deleted. */
  messageId: uuid('message_id'),
  mimetype: text().notNull(),
  /** Of the file itself; null while it is being written. */
  bytes: bigint({ mode: 'number' }),
  sha256: text(),
  /** Null as long as the message waits to leave. */
  keepUntil: timestamptz('keep_until'),
  createdAt: timestamptz('created_at').notNull(),
})
