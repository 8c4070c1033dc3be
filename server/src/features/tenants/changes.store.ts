import { sql as raw } from 'drizzle-orm'
import type { Sql } from '../../platform/database.ts'

/** The channel on which every process hears what changed. */
export const changesChannel = 'moltflow_identity'

/** Tells all processes when the transaction commits; nobody when it rolls back. */
export async function notifyChanges(sql: Sql, subjects: readonly string[]): Promise<void> {
  await sql.execute(raw`select pg_notify(${changesChannel}, ${subjects.join(' ')})`)
}
