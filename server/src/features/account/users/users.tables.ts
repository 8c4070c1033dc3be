import { integer, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'

/** A person who signs in; unique by e-mail, whatever its case, while not deleted. */
export const users = pgTable('users', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  email: text().notNull(),
  fullName: text('full_name').notNull(),
  role: text({ enum: ['owner', 'admin', 'member', 'superadmin'] }).notNull(),
  /** Empty for people who only use magic links. */
  passwordHash: text('password_hash'),
  emailVerifiedAt: timestamp('email_verified_at', { withTimezone: true }),
  suspendedAt: timestamp('suspended_at', { withTimezone: true }),
  deletedAt: timestamp('deleted_at', { withTimezone: true }),
  lastLoginAt: timestamp('last_login_at', { withTimezone: true }),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull(),
})

/** Password attempts of a hashed subject in its current window. */
export const passwordAttempts = pgTable('password_attempts', {
  subject: text().primaryKey(),
  attempts: integer().notNull(),
  windowEndsAt: timestamp('window_ends_at', { withTimezone: true }).notNull(),
})
