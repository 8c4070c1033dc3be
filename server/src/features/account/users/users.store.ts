import { and, count, eq, isNull, sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { tenants } from '../tenants/tenants.tables.ts'
import { users } from './users.tables.ts'

/** A user as stored. */
export type UserRow = typeof users.$inferSelect

/** Adds a user; undefined when the address is taken. */
export async function insertUser(sql: Sql, row: typeof users.$inferInsert): Promise<UserRow | undefined> {
  const [inserted] = await sql.insert(users).values(row).onConflictDoNothing().returning()
  return inserted
}

/** The account of an address, whatever its case; sign-in is the one look-up that knows no tenant yet. */
export async function findUserByEmail(sql: Sql, email: string): Promise<UserRow | undefined> {
  const [row] = await sql
    .select()
    .from(users)
    .where(and(eq(raw`lower(${users.email})`, raw`lower(${email})`), isNull(users.deletedAt)))
  return row
}

/** A user of a tenant. */
export async function findUser(sql: Sql, tenantId: string, userId: string): Promise<UserRow | undefined> {
  const [row] = await sql
    .select()
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.id, userId), isNull(users.deletedAt)))
  return row
}

/** A user of a tenant, held until the transaction ends. */
export async function lockUser(sql: Sql, tenantId: string, userId: string): Promise<UserRow | undefined> {
  const [row] = await sql
    .select()
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.id, userId), isNull(users.deletedAt)))
    .for('update')
  return row
}

/** A user with the tenant it belongs to. */
export async function findUserWithTenant(sql: Sql, tenantId: string, userId: string) {
  const [row] = await sql
    .select({ user: users, tenant: { id: tenants.id, name: tenants.name, planId: tenants.planId } })
    .from(users)
    .innerJoin(tenants, eq(tenants.id, users.tenantId))
    .where(and(eq(users.tenantId, tenantId), eq(users.id, userId), isNull(users.deletedAt)))
  return row
}

/** One page of the users of a tenant, oldest first, and how many there are. */
export async function listUsers(
  sql: Sql,
  tenantId: string,
  limit: number,
  offset: number,
): Promise<{ rows: UserRow[]; total: number }> {
  const own = and(eq(users.tenantId, tenantId), isNull(users.deletedAt))
  const rows = await sql
    .select()
    .from(users)
    .where(own)
    .orderBy(users.createdAt, users.id)
    .limit(limit)
    .offset(offset)
  const [counted] = await sql.select({ total: count() }).from(users).where(own)
  return { rows, total: counted?.total ?? 0 }
}

/** How many can sign in as owners of a tenant. */
export async function countOwners(sql: Sql, tenantId: string): Promise<number> {
  const isOwner = and(eq(users.tenantId, tenantId), eq(users.role, 'owner'))
  const mayWork = and(isNull(users.deletedAt), isNull(users.deactivatedAt), isNull(users.suspendedAt))
  const [counted] = await sql.select({ total: count() }).from(users).where(and(isOwner, mayWork))
  return counted?.total ?? 0
}

/** The oldest owner of a tenant. */
export async function findOwner(sql: Sql, tenantId: string): Promise<UserRow | undefined> {
  const [row] = await sql
    .select()
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.role, 'owner'), isNull(users.deletedAt)))
    .orderBy(users.createdAt, users.id)
    .limit(1)
  return row
}

/** Changes a user of a tenant. */
export async function updateUser(
  sql: Sql,
  tenantId: string,
  userId: string,
  changes: Partial<typeof users.$inferInsert>,
): Promise<UserRow | undefined> {
  const [row] = await sql
    .update(users)
    .set(changes)
    .where(and(eq(users.tenantId, tenantId), eq(users.id, userId), isNull(users.deletedAt)))
    .returning()
  return row
}
