import { and, count, eq, lte, sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type InvitationRow, invitations } from './invitations.tables.ts'

/** Adds an invitation; an older one of the same address ends. Whoever calls it holds the tenant's lock. */
export async function insertInvitation(sql: Sql, row: InvitationRow): Promise<void> {
  const isSame = eq(raw`lower(${invitations.email})`, raw`lower(${row.email})`)
  await sql.delete(invitations).where(and(eq(invitations.tenantId, row.tenantId), isSame))
  await sql.insert(invitations).values(row)
}

/** One page of a tenant's invitations, oldest first, and how many there are. */
export async function listInvitations(
  sql: Sql,
  tenantId: string,
  limit: number,
  offset: number,
): Promise<{ rows: InvitationRow[]; total: number }> {
  const own = eq(invitations.tenantId, tenantId)
  const rows = await sql
    .select()
    .from(invitations)
    .where(own)
    .orderBy(invitations.createdAt, invitations.id)
    .limit(limit)
    .offset(offset)
  const [counted] = await sql.select({ total: count() }).from(invitations).where(own)
  return { rows, total: counted?.total ?? 0 }
}

/** Whom a link is for. The hash is the one look-up that knows no tenant yet. */
export async function findInvitation(sql: Sql, tokenHash: string): Promise<InvitationRow | undefined> {
  const [row] = await sql.select().from(invitations).where(eq(invitations.tokenHash, tokenHash))
  return row
}

/** Ends an invitation of a tenant; false when it had ended, or another request was first. */
export async function deleteInvitation(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql
    .delete(invitations)
    .where(and(eq(invitations.tenantId, tenantId), eq(invitations.id, id)))
    .returning({ id: invitations.id })
  return rows.length > 0
}

/** Ends what a person invited others with. */
export async function deleteInvitationsOf(sql: Sql, tenantId: string, userId: string): Promise<void> {
  await sql
    .delete(invitations)
    .where(and(eq(invitations.tenantId, tenantId), eq(invitations.invitedBy, userId)))
}

/** Removes links whose time is over for long. */
export async function deleteOldInvitations(sql: Sql, before: Date): Promise<void> {
  await sql.delete(invitations).where(lte(invitations.expiresAt, before))
}
