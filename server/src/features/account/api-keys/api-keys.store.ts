import { and, asc, eq, isNull, ne, sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { tenants } from '../tenants/tenants.tables.ts'
import { users } from '../users/users.tables.ts'
import { type ApiKeyRow, apiKeys } from './api-keys.tables.ts'

/** Adds a key; undefined when one with this hash exists. */
export async function insertKey(sql: Sql, row: typeof apiKeys.$inferInsert): Promise<ApiKeyRow | undefined> {
  const [inserted] = await sql.insert(apiKeys).values(row).onConflictDoNothing().returning()
  return inserted
}

/** Keys of a tenant, oldest first. */
export function listKeys(sql: Sql, tenantId: string): Promise<ApiKeyRow[]> {
  return sql
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.tenantId, tenantId))
    .orderBy(asc(apiKeys.createdAt), asc(apiKeys.id))
}

/** A key of a tenant. */
export async function findKey(sql: Sql, tenantId: string, id: string): Promise<ApiKeyRow | undefined> {
  const [row] = await sql
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.id, id)))
  return row
}

/** Gives a key another secret while it has the one it had; undefined when that one is gone. */
export async function replaceSecret(
  sql: Sql,
  key: ApiKeyRow,
  secret: Pick<ApiKeyRow, 'keyHash' | 'keyPrefix'>,
): Promise<ApiKeyRow | undefined> {
  const isSame = and(
    eq(apiKeys.tenantId, key.tenantId),
    eq(apiKeys.id, key.id),
    eq(apiKeys.keyHash, key.keyHash),
    isNull(apiKeys.revokedAt),
  )
  const [row] = await sql.update(apiKeys).set(secret).where(isSame).returning()
  return row
}

/** Changes a key of a tenant. */
export async function updateKey(
  sql: Sql,
  tenantId: string,
  id: string,
  changes: Partial<typeof apiKeys.$inferInsert>,
): Promise<ApiKeyRow | undefined> {
  const [row] = await sql
    .update(apiKeys)
    .set(changes)
    .where(and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.id, id)))
    .returning()
  return row
}

/** Removes keys that came from the environment before, all but the one with this hash; returns their ids. */
export function deleteOtherBootstrapKeys(sql: Sql, tenantId: string, keyHash: string) {
  return sql
    .delete(apiKeys)
    .where(and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.isBootstrap, true), ne(apiKeys.keyHash, keyHash)))
    .returning({ id: apiKeys.id })
}

/** Ends the keys of a person; returns their ids. */
export function revokeUserKeys(sql: Sql, tenantId: string, userId: string, now: Date) {
  const ofPerson = and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.userId, userId), isNull(apiKeys.revokedAt))
  return sql.update(apiKeys).set({ revokedAt: now }).where(ofPerson).returning({ id: apiKeys.id })
}

/** Gives the keys of the environment to another person; returns their ids. */
export function moveBootstrapKeys(sql: Sql, tenantId: string, fromId: string, toId: string) {
  const ofPerson = and(
    eq(apiKeys.tenantId, tenantId),
    eq(apiKeys.userId, fromId),
    eq(apiKeys.isBootstrap, true),
  )
  return sql.update(apiKeys).set({ userId: toId }).where(ofPerson).returning({ id: apiKeys.id })
}

/** A key with its maker and tenant by the hash of its secret: the one look-up that knows no tenant yet. */
export async function findKeyByHash(sql: Sql, keyHash: string) {
  const [row] = await sql
    .select({
      key: apiKeys,
      role: users.role,
      suspendedAt: users.suspendedAt,
      deactivatedAt: users.deactivatedAt,
      deletedAt: users.deletedAt,
      tenantStatus: tenants.status,
    })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.userId))
    .innerJoin(tenants, eq(tenants.id, apiKeys.tenantId))
    .where(eq(apiKeys.keyHash, keyHash))
  return row
}

/** When keys were used, in one statement; an earlier timestamp never replaces a later one. */
export async function updateLastUsed(sql: Sql, uses: readonly { id: string; tenantId: string; at: Date }[]) {
  if (uses.length === 0) return
  const rows = uses.map(
    ({ id, tenantId, at }) => raw`(${id}::uuid, ${tenantId}::uuid, ${at.toISOString()}::timestamptz)`,
  )
  await sql.execute(raw`
    update api_keys set last_used_at = used.at
    from (values ${raw.join(rows, raw`, `)}) as used (id, tenant_id, at)
    where api_keys.id = used.id and api_keys.tenant_id = used.tenant_id
      and (api_keys.last_used_at is null or api_keys.last_used_at < used.at)`)
}
