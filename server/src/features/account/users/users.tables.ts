import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'

/** A person who signs in; unique by e-mail, whatever its case, while not deleted. */
export const users = pgTable('users', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  email: text().notNull(),
  fullName: text('full_name').notNull(),
  role: text({ enum: ['owner', 'admin', 'member', 'superadmin'] }).notNull(),
  /** Empty for people who only use magic links. */
  passwordHash: text('password_hash'),
  emailVerifiedAt: timestamptz('email_verified_at'),
  /** By the operator. */
  suspendedAt: timestamptz('suspended_at'),
  /** By the tenant. */
  deactivatedAt: timestamptz('deactivated_at'),
  deletedAt: timestamptz('deleted_at'),
  lastLoginAt: timestamptz('last_login_at'),
  createdAt: timestamptz('created_at').notNull(),
  updatedAt: timestamptz('updated_at').notNull(),
})

/** Password attempts of a hashed subject in its current window. */
export const passwordAttempts = pgTable('password_attempts', {
  subject: text().primaryKey(),
  attempts: integer().notNull(),
  windowEndsAt: timestamptz('window_ends_at').notNull(),
})
