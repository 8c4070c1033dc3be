import { boolean, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** People, per tenant: a phone and a LID are two addresses of one contact. */
export const contacts = pgTable(
  'contacts',
  {
    id: uuid().primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    /** Digits. */
    phone: text(),
    /** Digits of the hidden address. */
    lid: text(),
    /** Given by the tenant; wins over `pushName`. */
    name: text(),
    /** In the phone's address book; shown after `name` and before `pushName`. */
    bookName: text('book_name'),
    pushName: text('push_name'),
    notes: text(),
    isBusiness: boolean('is_business').notNull().default(false),
    createdAt: timestamptz('created_at').notNull(),
    updatedAt: timestamptz('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('contacts_phone').on(table.tenantId, table.phone),
    uniqueIndex('contacts_lid').on(table.tenantId, table.lid),
  ],
)

/** Which sessions met a contact. */
export const contactSessions = pgTable(
  'contact_sessions',
  {
    contactId: uuid('contact_id').notNull(),
    sessionId: uuid('session_id').notNull(),
    tenantId: uuid('tenant_id').notNull(),
    isBlocked: boolean('is_blocked').notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.contactId, table.sessionId] }),
    index('contact_sessions_session').on(table.sessionId),
  ],
)
