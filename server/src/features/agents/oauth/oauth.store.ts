// Reads tables of other areas: account (tenants, users).
import { and, desc, eq, gt, inArray, isNotNull, isNull, lte, or, sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { tenants } from '../../account/tenants/tenants.tables.ts'
import { users } from '../../account/users/users.tables.ts'
import { type GrantRow, oauthGrants, oauthRecords, type RecordRow } from './oauth.tables.ts'

/** Keeps a record, or what has become of it. */
export async function upsertRecord(sql: Sql, row: typeof oauthRecords.$inferInsert): Promise<void> {
  const { payload, grantHash, uidHash, userId, expiresAt } = row
  await sql
    .insert(oauthRecords)
    .values(row)
    .onConflictDoUpdate({
      target: [oauthRecords.kind, oauthRecords.idHash],
      set: { payload, grantHash, uidHash, userId, expiresAt },
    })
}

/** A record that has not expired, by the hash of its id, which nobody can guess. */
export async function findRecord(
  sql: Sql,
  kind: string,
  idHash: string,
  now: Date,
): Promise<RecordRow | undefined> {
  const isIt = and(eq(oauthRecords.kind, kind), eq(oauthRecords.idHash, idHash))
  const [row] = await sql
    .select()
    .from(oauthRecords)
    .where(and(isIt, gt(oauthRecords.expiresAt, now)))
  return row
}

/** A record by its second id. */
export async function findRecordByUid(
  sql: Sql,
  kind: string,
  uidHash: string,
  now: Date,
): Promise<RecordRow | undefined> {
  const isIt = and(eq(oauthRecords.kind, kind), eq(oauthRecords.uidHash, uidHash))
  const [row] = await sql
    .select()
    .from(oauthRecords)
    .where(and(isIt, gt(oauthRecords.expiresAt, now)))
  return row
}

/** Marks a code or token as used; false when it was before: of two uses at once one comes second. */
export async function consumeRecord(sql: Sql, kind: string, idHash: string, now: Date): Promise<boolean> {
  const isIt = and(eq(oauthRecords.kind, kind), eq(oauthRecords.idHash, idHash))
  const rows = await sql
    .update(oauthRecords)
    .set({ consumedAt: now })
    .where(and(isIt, isNull(oauthRecords.consumedAt)))
    .returning({ idHash: oauthRecords.idHash })
  return rows.length > 0
}

/** Removes one record. */
export async function deleteRecord(sql: Sql, kind: string, idHash: string): Promise<void> {
  await sql.delete(oauthRecords).where(and(eq(oauthRecords.kind, kind), eq(oauthRecords.idHash, idHash)))
}

/** Removes the codes and tokens of grants. */
export async function deleteRecordsOf(
  sql: Sql,
  grantHashes: readonly string[],
  kind?: string,
): Promise<void> {
  const isKind = kind === undefined ? undefined : eq(oauthRecords.kind, kind)
  if (grantHashes.length > 0)
    await sql.delete(oauthRecords).where(and(inArray(oauthRecords.grantHash, [...grantHashes]), isKind))
}

/** Ends the sessions of a person at the authorization server. */
export async function deleteSessionsOf(sql: Sql, userId: string): Promise<void> {
  await sql.delete(oauthRecords).where(eq(oauthRecords.userId, userId))
}

/** Lets a client that is used live longer. */
export async function extendClient(sql: Sql, idHash: string, expiresAt: Date): Promise<void> {
  const isIt = and(eq(oauthRecords.kind, 'Client'), eq(oauthRecords.idHash, idHash))
  await sql
    .update(oauthRecords)
    .set({ expiresAt })
    .where(and(isIt, lte(oauthRecords.expiresAt, expiresAt)))
}

/** Adds a grant. */
export async function insertGrant(sql: Sql, row: typeof oauthGrants.$inferInsert): Promise<void> {
  await sql.insert(oauthGrants).values(row)
}

/** Keeps what the authorization server says of a grant. */
export async function updateGrantPayload(sql: Sql, grantHash: string, payload: string): Promise<void> {
  await sql.update(oauthGrants).set({ payload }).where(eq(oauthGrants.grantHash, grantHash))
}

/** Moves the end of a grant that is used. */
export async function extendGrant(sql: Sql, grantHash: string, expiresAt: Date): Promise<void> {
  await sql.update(oauthGrants).set({ expiresAt }).where(eq(oauthGrants.grantHash, grantHash))
}

/** A grant by the hash of its id, which is told to nobody. */
export async function findGrantByHash(sql: Sql, grantHash: string): Promise<GrantRow | undefined> {
  const [row] = await sql.select().from(oauthGrants).where(eq(oauthGrants.grantHash, grantHash))
  return row
}

/** Grants of a person that work, newest first. */
export function listGrants(sql: Sql, tenantId: string, userId: string, now: Date): Promise<GrantRow[]> {
  const own = and(eq(oauthGrants.tenantId, tenantId), eq(oauthGrants.userId, userId))
  return sql
    .select()
    .from(oauthGrants)
    .where(and(own, isNull(oauthGrants.revokedAt), gt(oauthGrants.expiresAt, now)))
    .orderBy(desc(oauthGrants.createdAt), desc(oauthGrants.id))
}

/** Ends grants of a person, one or all; answers those that worked until now. */
export function revokeGrants(
  sql: Sql,
  of: { tenantId: string; userId: string; id?: string },
  now: Date,
  revokedReason: string,
): Promise<GrantRow[]> {
  const own = and(eq(oauthGrants.tenantId, of.tenantId), eq(oauthGrants.userId, of.userId))
  const isIt = of.id === undefined ? undefined : eq(oauthGrants.id, of.id)
  return sql
    .update(oauthGrants)
    .set({ revokedAt: now, revokedReason })
    .where(and(own, isIt, isNull(oauthGrants.revokedAt)))
    .returning()
}

/** An access token with its grant, person and tenant: the one look-up that knows no tenant yet. */
export async function findTokenState(sql: Sql, idHash: string) {
  const [row] = await sql
    .select({
      record: oauthRecords,
      grant: oauthGrants,
      role: users.role,
      suspendedAt: users.suspendedAt,
      deactivatedAt: users.deactivatedAt,
      deletedAt: users.deletedAt,
      tenantStatus: tenants.status,
    })
    .from(oauthRecords)
    .innerJoin(oauthGrants, eq(oauthGrants.grantHash, oauthRecords.grantHash))
    .innerJoin(users, eq(users.id, oauthGrants.userId))
    .innerJoin(tenants, eq(tenants.id, oauthGrants.tenantId))
    .where(and(eq(oauthRecords.kind, 'AccessToken'), eq(oauthRecords.idHash, idHash)))
  return row
}

/** When grants were used, in one statement; an earlier timestamp never replaces a later one. */
export async function updateGrantUses(sql: Sql, uses: readonly { id: string; tenantId: string; at: Date }[]) {
  if (uses.length === 0) return
  const rows = uses.map(
    ({ id, tenantId, at }) => raw`(${id}::uuid, ${tenantId}::uuid, ${at.toISOString()}::timestamptz)`,
  )
  await sql.execute(raw`
    update oauth_grants set last_used_at = used.at
    from (values ${raw.join(rows, raw`, `)}) as used (id, tenant_id, at)
    where oauth_grants.id = used.id and oauth_grants.tenant_id = used.tenant_id
      and (oauth_grants.last_used_at is null or oauth_grants.last_used_at < used.at)`)
}

/** Removes what has expired, and grants that ended some time ago. */
export async function deleteExpired(sql: Sql, now: Date, endedBefore: Date): Promise<void> {
  await sql.delete(oauthRecords).where(lte(oauthRecords.expiresAt, now))
  const hasEnded = and(isNotNull(oauthGrants.revokedAt), lte(oauthGrants.revokedAt, endedBefore))
  await sql.delete(oauthGrants).where(or(lte(oauthGrants.expiresAt, endedBefore), hasEnded))
}
