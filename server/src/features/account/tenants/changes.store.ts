import { sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'

/** The channel that notifies every process of what changed. */
export const changesChannel = 'moltflow_identity'

/** So many fit into one notification, which PostgreSQL limits to 8,000 bytes. */
const perNotification = 100

/** Notifies all processes when the transaction commits; nobody when it rolls back. */
export async function notifyChanges(sql: Sql, subjects: readonly string[]): Promise<void> {
  for (let start = 0; start < subjects.length; start += perNotification) {
    const payload = subjects.slice(start, start + perNotification).join(' ')
    await sql.execute(raw`select pg_notify(${changesChannel}, ${payload})`)
  }
}
