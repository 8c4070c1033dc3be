import { and, eq, sql as raw } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { Rung } from '../models/models.schema.ts'
import { aiConfigs, aiModelTraits } from './providers.tables.ts'

/** The configuration of a tenant as stored. */
export type AiConfigRow = typeof aiConfigs.$inferSelect
/** The configuration of a tenant. */
export async function findConfig(sql: Sql, tenantId: string): Promise<AiConfigRow | undefined> {
  const [row] = await sql.select().from(aiConfigs).where(eq(aiConfigs.tenantId, tenantId))
  return row
}

/** The configuration of a tenant, held until the transaction ends; made when there is none. */
export async function lockConfig(sql: Sql, tenantId: string, at: Date): Promise<AiConfigRow> {
  await sql.insert(aiConfigs).values({ tenantId, createdAt: at, updatedAt: at }).onConflictDoNothing()
  const [row] = await sql.select().from(aiConfigs).where(eq(aiConfigs.tenantId, tenantId)).for('update')
  if (row === undefined) throw new Error('a configuration that was just made is gone')
  return row
}

/** Changes the configuration of a tenant. */
export async function updateConfigRow(
  sql: Sql,
  tenantId: string,
  changes: Partial<typeof aiConfigs.$inferInsert>,
): Promise<AiConfigRow> {
  const [row] = await sql.update(aiConfigs).set(changes).where(eq(aiConfigs.tenantId, tenantId)).returning()
  if (row === undefined) throw new Error('a configuration that was just locked is gone')
  return row
}

/** How a model was last found to answer in a form; undefined when nobody tried since then. */
export async function findRung(
  sql: Sql,
  { tenantId, modelKey, since }: { tenantId: string; modelKey: string; since: Date },
): Promise<Rung | undefined> {
  const [row] = await sql
    .select({ rung: aiModelTraits.rung, learnedAt: aiModelTraits.learnedAt })
    .from(aiModelTraits)
    .where(and(eq(aiModelTraits.tenantId, tenantId), eq(aiModelTraits.modelKey, modelKey)))
  return row === undefined || row.learnedAt < since ? undefined : row.rung
}

/** Remembers how a model answers in a form. */
export async function saveRung(
  sql: Sql,
  trait: { tenantId: string; modelKey: string; rung: Rung; learnedAt: Date },
): Promise<void> {
  await sql
    .insert(aiModelTraits)
    .values(trait)
    .onConflictDoUpdate({
      target: [aiModelTraits.tenantId, aiModelTraits.modelKey],
      set: { rung: raw`excluded.rung`, learnedAt: raw`excluded.learned_at` },
    })
}
