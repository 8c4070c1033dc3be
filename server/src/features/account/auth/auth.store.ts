import { and, eq, isNull, lte, ne } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { tenants } from '../tenants/tenants.tables.ts'
import { users } from '../users/users.tables.ts'
import { logins, refreshTokens } from './auth.tables.ts'

/** Adds a login. */
export async function insertLogin(sql: Sql, row: typeof logins.$inferInsert): Promise<void> {
  await sql.insert(logins).values(row)
}

/** Adds the token that continues a login. */
export async function insertRefreshToken(sql: Sql, row: typeof refreshTokens.$inferInsert): Promise<void> {
  await sql.insert(refreshTokens).values(row)
}

/** A refresh token by its hash, held until the transaction ends: of two uses at once one comes second. */
export async function lockRefreshToken(sql: Sql, tokenHash: string) {
  const [row] = await sql
    .select()
    .from(refreshTokens)
    .where(eq(refreshTokens.tokenHash, tokenHash))
    .for('update')
  return row
}

/** A refresh token by its hash. */
export async function findRefreshToken(sql: Sql, tokenHash: string) {
  const [row] = await sql.select().from(refreshTokens).where(eq(refreshTokens.tokenHash, tokenHash))
  return row
}

/** Marks a refresh token as used. */
export async function markRefreshTokenUsed(sql: Sql, tokenHash: string, usedAt: Date): Promise<void> {
  await sql.update(refreshTokens).set({ usedAt }).where(eq(refreshTokens.tokenHash, tokenHash))
}

/** A login with what its user and tenant are allowed now. The login id is a secret claim or comes from a token. */
export async function findLoginState(sql: Sql, loginId: string) {
  const [row] = await sql
    .select({
      loginId: logins.id,
      tenantId: logins.tenantId,
      userId: logins.userId,
      expiresAt: logins.expiresAt,
      revokedAt: logins.revokedAt,
      role: users.role,
      suspendedAt: users.suspendedAt,
      deactivatedAt: users.deactivatedAt,
      deletedAt: users.deletedAt,
      tenantStatus: tenants.status,
    })
    .from(logins)
    .innerJoin(users, eq(users.id, logins.userId))
    .innerJoin(tenants, eq(tenants.id, logins.tenantId))
    .where(eq(logins.id, loginId))
  return row
}

/** Moves the end of a login that is being used. */
export async function extendLogin(sql: Sql, tenantId: string, loginId: string, now: Date, expiresAt: Date) {
  await sql
    .update(logins)
    .set({ lastUsedAt: now, expiresAt })
    .where(and(eq(logins.tenantId, tenantId), eq(logins.id, loginId)))
}

/** Ends one login; false when it had ended before. */
export async function revokeLogin(sql: Sql, tenantId: string, loginId: string, now: Date, reason: string) {
  const rows = await sql
    .update(logins)
    .set({ revokedAt: now, revokedReason: reason })
    .where(and(eq(logins.tenantId, tenantId), eq(logins.id, loginId), isNull(logins.revokedAt)))
    .returning({ id: logins.id })
  return rows.length > 0
}

/** Ends all logins of a user but one; returns the ids of those that ended. */
export async function revokeUserLogins(
  sql: Sql,
  of: { tenantId: string; userId: string; exceptLoginId: string | null },
  now: Date,
  reason: string,
): Promise<string[]> {
  const rows = await sql
    .update(logins)
    .set({ revokedAt: now, revokedReason: reason })
    .where(
      and(
        eq(logins.tenantId, of.tenantId),
        eq(logins.userId, of.userId),
        isNull(logins.revokedAt),
        of.exceptLoginId === null ? undefined : ne(logins.id, of.exceptLoginId),
      ),
    )
    .returning({ id: logins.id })
  return rows.map((row) => row.id)
}

/** Whether the user ever signed in from the address. */
export async function hasLoginFrom(
  sql: Sql,
  tenantId: string,
  userId: string,
  addressHash: string,
): Promise<boolean> {
  const rows = await sql
    .select({ id: logins.id })
    .from(logins)
    .where(and(eq(logins.tenantId, tenantId), eq(logins.userId, userId), eq(logins.addressHash, addressHash)))
    .limit(1)
  return rows.length > 0
}

/** Removes logins that ended on their own, with their tokens. */
export async function deleteExpiredLogins(sql: Sql, now: Date): Promise<void> {
  await sql.delete(logins).where(lte(logins.expiresAt, now))
}
