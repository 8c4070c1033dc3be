import { integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { timestamptz } from '../../../platform/database/columns.ts'
import type { StyleFeatures } from './writing-style.ts'

/** How people of a tenant write: figures alone, never a text. */
export const styleProfiles = pgTable('style_profiles', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  /** Null: of all sessions. */
  sessionId: uuid('session_id'),
  /** Null: of all chats. */
  waChatId: text('wa_chat_id'),
  name: text(),
  features: jsonb().$type<StyleFeatures>().notNull(),
  sampleCount: integer('sample_count').notNull(),
  lastTrainedAt: timestamptz('last_trained_at').notNull(),
  createdAt: timestamptz('created_at').notNull(),
})

/** A profile as stored. */
export type StyleProfileRow = typeof styleProfiles.$inferSelect

/** Trainings; readable for a day. */
export const styleTasks = pgTable('style_tasks', {
  id: uuid().primaryKey(),
  tenantId: uuid('tenant_id').notNull(),
  sessionId: uuid('session_id'),
  waChatId: text('wa_chat_id'),
  name: text(),
  status: text({ enum: ['queued', 'processing', 'completed', 'failed'] }).notNull(),
  progress: integer().notNull().default(0),
  profileId: uuid('profile_id'),
  /** A sentence for people. */
  error: text(),
  createdAt: timestamptz('created_at').notNull(),
})

/** A training as stored. */
export type StyleTaskRow = typeof styleTasks.$inferSelect
