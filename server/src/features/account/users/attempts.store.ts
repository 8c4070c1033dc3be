import { eq, lte, sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { passwordAttempts } from './users.tables.ts'

/** A subject with the end of the window that would begin now. */
export interface AttemptStart {
  subject: string
  windowEndsAt: Date
}

/** Counts one attempt for each subject and returns the counts of their current windows. */
export function countAttempts(sql: Sql, starts: readonly AttemptStart[], now: Date) {
  // Always in the same order, or two sign-ins at once could wait for each other.
  const rows = starts
    .map(({ subject, windowEndsAt }) => ({ subject, attempts: 1, windowEndsAt }))
    .sort((a, b) => (a.subject < b.subject ? -1 : 1))
  const isOver = raw`${passwordAttempts.windowEndsAt} <= ${now.toISOString()}::timestamptz`
  return sql
    .insert(passwordAttempts)
    .values(rows)
    .onConflictDoUpdate({
      target: passwordAttempts.subject,
      set: {
        attempts: raw`case when ${isOver} then 1 else ${passwordAttempts.attempts} + 1 end`,
        windowEndsAt: raw`case when ${isOver} then excluded.window_ends_at else ${passwordAttempts.windowEndsAt} end`,
      },
    })
    .returning()
}

/** Removes all attempts of a subject. */
export async function deleteAttempts(sql: Sql, subject: string): Promise<void> {
  await sql.delete(passwordAttempts).where(eq(passwordAttempts.subject, subject))
}

/** Takes one attempt back; one subject at a time, so that no two statements wait for each other. */
export async function uncountAttempt(sql: Sql, subject: string): Promise<void> {
  await sql
    .update(passwordAttempts)
    .set({ attempts: raw`greatest(${passwordAttempts.attempts} - 1, 0)` })
    .where(eq(passwordAttempts.subject, subject))
}

/** Removes windows that are over. */
export async function deleteOldAttempts(sql: Sql, now: Date): Promise<void> {
  await sql.delete(passwordAttempts).where(lte(passwordAttempts.windowEndsAt, now))
}
