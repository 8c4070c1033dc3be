import { and, eq, gt, lte } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { setupTokens } from './setup.tables.ts'

/** Adds the token of a new link. */
export async function insertSetupToken(sql: Sql, tokenHash: string, expiresAt: Date): Promise<void> {
  await sql.insert(setupTokens).values({ tokenHash, expiresAt })
}

/** Whether the token belongs to a link that still works. */
export async function hasSetupToken(sql: Sql, tokenHash: string, now: Date): Promise<boolean> {
  const rows = await sql
    .select({ tokenHash: setupTokens.tokenHash })
    .from(setupTokens)
    .where(and(eq(setupTokens.tokenHash, tokenHash), gt(setupTokens.expiresAt, now)))
  return rows.length > 0
}

/** Removes tokens of old links. */
export async function deleteOldSetupTokens(sql: Sql, now: Date): Promise<void> {
  await sql.delete(setupTokens).where(lte(setupTokens.expiresAt, now))
}

/** Removes the tokens of all links. */
export async function deleteSetupTokens(sql: Sql): Promise<void> {
  await sql.delete(setupTokens)
}
