import { and, eq, gt, isNotNull, isNull, lte } from 'drizzle-orm'
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
    .where(
      and(eq(setupTokens.tokenHash, tokenHash), gt(setupTokens.expiresAt, now), isNull(setupTokens.userId)),
    )
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

/** Adds the token of a recovery link; an older link of the same person ends. */
export async function insertRecoveryToken(
  sql: Sql,
  row: Required<typeof setupTokens.$inferInsert>,
): Promise<void> {
  if (row.userId) await sql.delete(setupTokens).where(eq(setupTokens.userId, row.userId))
  await sql.insert(setupTokens).values(row)
}

/** Whom a recovery link that still works is for. */
export async function findRecoveryToken(sql: Sql, tokenHash: string, now: Date) {
  const [row] = await sql
    .select({ tenantId: setupTokens.tenantId, userId: setupTokens.userId })
    .from(setupTokens)
    .where(
      and(
        eq(setupTokens.tokenHash, tokenHash),
        gt(setupTokens.expiresAt, now),
        isNotNull(setupTokens.userId),
      ),
    )
  return row
}

/** Removes the token of a recovery link; false when another request was first. */
export async function deleteRecoveryToken(sql: Sql, tokenHash: string): Promise<boolean> {
  const rows = await sql
    .delete(setupTokens)
    .where(and(eq(setupTokens.tokenHash, tokenHash), isNotNull(setupTokens.userId)))
    .returning({ tokenHash: setupTokens.tokenHash })
  return rows.length > 0
}
