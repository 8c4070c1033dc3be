import { and, eq, gt, isNull, lte, or } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type AgentKeyRow, type AgentProfileRow, agentKeys, agentProfiles } from './agent-keys.tables.ts'

/** The key pair that a tenant uses. */
export async function findKeyInUse(sql: Sql, tenantId: string): Promise<AgentKeyRow | undefined> {
  const [row] = await sql
    .select()
    .from(agentKeys)
    .where(and(eq(agentKeys.tenantId, tenantId), isNull(agentKeys.validUntil)))
  return row
}

/** The key pair with this public half, in use or within its grace. */
export async function findValidKey(
  sql: Sql,
  tenantId: string,
  publicKey: string,
  now: Date,
): Promise<AgentKeyRow | undefined> {
  const [row] = await sql
    .select()
    .from(agentKeys)
    .where(
      and(
        eq(agentKeys.tenantId, tenantId),
        eq(agentKeys.publicKey, publicKey),
        or(isNull(agentKeys.validUntil), gt(agentKeys.validUntil, now)),
      ),
    )
  return row
}

/** Replaced key pairs that still open messages. */
export function listReplacedKeys(sql: Sql, tenantId: string, now: Date): Promise<AgentKeyRow[]> {
  return sql
    .select()
    .from(agentKeys)
    .where(and(eq(agentKeys.tenantId, tenantId), gt(agentKeys.validUntil, now)))
}

/** Adds a key pair; undefined when the tenant has one in use, or this one already. */
export async function insertKey(sql: Sql, row: AgentKeyRow): Promise<AgentKeyRow | undefined> {
  const [inserted] = await sql.insert(agentKeys).values(row).onConflictDoNothing().returning()
  return inserted
}

/** Ends the use of a tenant's key pair; it opens messages until then. */
export async function updateReplacedKey(sql: Sql, tenantId: string, validUntil: Date): Promise<void> {
  await sql
    .update(agentKeys)
    .set({ validUntil })
    .where(and(eq(agentKeys.tenantId, tenantId), isNull(agentKeys.validUntil)))
}

/** Takes a replaced key pair into use again. */
export async function updateReusedKey(sql: Sql, tenantId: string, id: string): Promise<void> {
  await sql
    .update(agentKeys)
    .set({ validUntil: null })
    .where(and(eq(agentKeys.tenantId, tenantId), eq(agentKeys.id, id)))
}

/** Drops key pairs of all tenants that open nothing any more. */
export async function deleteEndedKeys(sql: Sql, now: Date): Promise<void> {
  await sql.delete(agentKeys).where(lte(agentKeys.validUntil, now))
}

/** How a tenant shows itself. */
export async function findProfile(sql: Sql, tenantId: string): Promise<AgentProfileRow | undefined> {
  const [row] = await sql.select().from(agentProfiles).where(eq(agentProfiles.tenantId, tenantId))
  return row
}

/** Writes what is given of a profile. */
export async function saveProfile(
  sql: Sql,
  row: AgentProfileRow,
  changes: Partial<Pick<AgentProfileRow, 'agentName' | 'isDiscoverable'>>,
): Promise<void> {
  const insert = sql.insert(agentProfiles).values(row)
  if (Object.keys(changes).length === 0) await insert.onConflictDoNothing()
  else await insert.onConflictDoUpdate({ target: agentProfiles.tenantId, set: changes })
}
