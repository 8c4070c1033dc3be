import { and, asc, eq } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { contentPolicies, contentRules } from './content-policy.tables.ts'

/** A rule as stored. */
export type RuleRow = typeof contentRules.$inferSelect

/** What a tenant changed of the policy. */
export async function findPolicy(
  sql: Sql,
  tenantId: string,
  lock = false,
): Promise<Record<string, unknown> | undefined> {
  const query = sql.select().from(contentPolicies).where(eq(contentPolicies.tenantId, tenantId))
  const [row] = await (lock ? query.for('update') : query)
  return row?.settings
}

/** Makes the row that `findPolicy` locks, when there is none. */
export async function ensurePolicy(sql: Sql, tenantId: string, updatedAt: Date): Promise<void> {
  await sql.insert(contentPolicies).values({ tenantId, settings: {}, updatedAt }).onConflictDoNothing()
}

/** Stores the changes of a tenant's policy. */
export async function savePolicy(
  sql: Sql,
  tenantId: string,
  settings: Record<string, unknown>,
  updatedAt: Date,
): Promise<void> {
  await sql
    .insert(contentPolicies)
    .values({ tenantId, settings, updatedAt })
    .onConflictDoUpdate({ target: contentPolicies.tenantId, set: { settings, updatedAt } })
}

/** Rules of a tenant, oldest first. */
export function listRules(sql: Sql, tenantId: string): Promise<RuleRow[]> {
  return sql
    .select()
    .from(contentRules)
    .where(eq(contentRules.tenantId, tenantId))
    .orderBy(asc(contentRules.createdAt), asc(contentRules.id))
}

/** One rule, held until the transaction ends. */
export async function lockRule(sql: Sql, tenantId: string, id: string): Promise<RuleRow | undefined> {
  const [row] = await sql
    .select()
    .from(contentRules)
    .where(and(eq(contentRules.tenantId, tenantId), eq(contentRules.id, id)))
    .for('update')
  return row
}

/** Adds a rule. */
export async function insertRule(sql: Sql, row: RuleRow): Promise<void> {
  await sql.insert(contentRules).values(row)
}

/** Changes a rule. */
export async function updateRule(
  sql: Sql,
  tenantId: string,
  id: string,
  changes: Partial<RuleRow>,
): Promise<RuleRow | undefined> {
  const [row] = await sql
    .update(contentRules)
    .set(changes)
    .where(and(eq(contentRules.tenantId, tenantId), eq(contentRules.id, id)))
    .returning()
  return row
}

/** Removes a rule, or all of them. */
export async function deleteRules(sql: Sql, tenantId: string, id?: string): Promise<number> {
  const rows = await sql
    .delete(contentRules)
    .where(and(eq(contentRules.tenantId, tenantId), id === undefined ? undefined : eq(contentRules.id, id)))
    .returning({ id: contentRules.id })
  return rows.length
}
