// Reads tables of other areas: account (tenant_settings), conversations (messages).
import { and, asc, count, desc, eq, gte, isNotNull, isNull, lt, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { antispamBlocks, antispamRules, antispamViolations } from './antispam.tables.ts'

/** A rule as stored. */
export type SpamRuleRow = typeof antispamRules.$inferSelect
/** A block as stored. */
export type BlockRow = typeof antispamBlocks.$inferSelect
/** A violation as stored. */
export type ViolationRow = typeof antispamViolations.$inferSelect

/** Rules of a tenant, oldest first. */
export function listSpamRules(sql: Sql, tenantId: string): Promise<SpamRuleRow[]> {
  return sql
    .select()
    .from(antispamRules)
    .where(eq(antispamRules.tenantId, tenantId))
    .orderBy(asc(antispamRules.createdAt), asc(antispamRules.id))
}

/** One rule, held until the transaction ends. */
export async function lockSpamRule(sql: Sql, tenantId: string, id: string): Promise<SpamRuleRow | undefined> {
  const [row] = await sql
    .select()
    .from(antispamRules)
    .where(and(eq(antispamRules.tenantId, tenantId), eq(antispamRules.id, id)))
    .for('update')
  return row
}

/** Lets one change of a tenant's rules wait for the one before. */
export async function lockSpamRules(sql: Sql, tenantId: string): Promise<void> {
  await sql.execute(text`SELECT 1 FROM tenant_settings WHERE tenant_id = ${tenantId} FOR UPDATE`)
}

/** Adds a rule. */
export async function insertSpamRule(sql: Sql, row: SpamRuleRow): Promise<void> {
  await sql.insert(antispamRules).values(row)
}

/** Changes a rule. */
export async function updateSpamRule(
  sql: Sql,
  tenantId: string,
  id: string,
  changes: Partial<SpamRuleRow>,
): Promise<SpamRuleRow | undefined> {
  const [row] = await sql
    .update(antispamRules)
    .set(changes)
    .where(and(eq(antispamRules.tenantId, tenantId), eq(antispamRules.id, id)))
    .returning()
  return row
}

/** Removes a rule; false when there is none. */
export async function deleteSpamRule(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql
    .delete(antispamRules)
    .where(and(eq(antispamRules.tenantId, tenantId), eq(antispamRules.id, id)))
    .returning({ id: antispamRules.id })
  return rows.length > 0
}

/** A text on its way to a chat. */
export interface RecentSend {
  chat_id: string
  digest: string
  tenant_id: string
  message_id: string
  sent_at: string
  until: string
}

/**
 * Claims texts for chats and answers the messages that may go: not those whose text went to the same chat a short while
 * ago. Whoever wrote in the chat meanwhile may get the same answer again, and a message that failed does not count. No
 * two rows may be of one chat and digest.
 */
export async function claimTexts(sql: Sql, sends: readonly RecentSend[]): Promise<Set<string>> {
  const { rows } = await sql.execute<{ id: string }>(text`
    INSERT INTO recent_sends AS known (chat_id, digest, tenant_id, message_id, sent_at, until)
    SELECT r.chat_id, r.digest, r.tenant_id, r.message_id, r.sent_at, r.until
    FROM json_to_recordset(${JSON.stringify(sends)}::json) AS r(chat_id uuid, digest text, tenant_id uuid,
      message_id uuid, sent_at timestamptz, until timestamptz)
    ORDER BY r.chat_id, r.digest
    ON CONFLICT (chat_id, digest) DO UPDATE
      SET message_id = excluded.message_id, sent_at = excluded.sent_at, until = excluded.until
      WHERE known.until <= excluded.sent_at
        OR EXISTS (
          SELECT FROM (SELECT direction, created_at FROM messages l WHERE l.chat_id = known.chat_id
            ORDER BY l.ordered_at DESC, l.id DESC LIMIT 50) latest
          WHERE latest.direction = 'inbound' AND latest.created_at >= known.sent_at)
        OR NOT EXISTS (SELECT FROM messages m WHERE m.id = known.message_id AND m.status <> 'failed')
    RETURNING known.message_id AS id`)
  return new Set(rows.map((row) => row.id))
}

/** Removes claims and violations whose time is over. */
export async function deleteOldSpam(sql: Sql, now: Date, violationsBefore: Date): Promise<void> {
  await sql.execute(text`DELETE FROM recent_sends WHERE until < ${now.toISOString()}`)
  await sql.delete(antispamViolations).where(lt(antispamViolations.createdAt, violationsBefore))
}

/** Records a violation. */
export async function insertViolation(sql: Sql, row: ViolationRow): Promise<void> {
  await sql.insert(antispamViolations).values(row)
}

/** How often somebody went against the rules of a session since a timestamp. */
export async function countViolations(
  sql: Sql,
  where: { tenantId: string; sessionId: string; waChatId: string; since: Date },
): Promise<number> {
  const [row] = await sql
    .select({ total: count() })
    .from(antispamViolations)
    .where(
      and(
        eq(antispamViolations.tenantId, where.tenantId),
        eq(antispamViolations.sessionId, where.sessionId),
        eq(antispamViolations.waChatId, where.waChatId),
        gte(antispamViolations.createdAt, where.since),
      ),
    )
  return row?.total ?? 0
}

/** Somebody is forgiven: what was before counts no more. */
export async function deleteViolations(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  waChatId: string,
): Promise<void> {
  await sql
    .delete(antispamViolations)
    .where(
      and(
        eq(antispamViolations.tenantId, tenantId),
        eq(antispamViolations.sessionId, sessionId),
        eq(antispamViolations.waChatId, waChatId),
      ),
    )
}

/** Records a block; false when one stands already. */
export async function insertBlock(sql: Sql, row: BlockRow): Promise<boolean> {
  const rows = await sql
    .insert(antispamBlocks)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: antispamBlocks.id })
  return rows.length > 0
}

/** One block. */
export async function findBlock(
  sql: Sql,
  tenantId: string,
  id: string,
  lock = false,
): Promise<BlockRow | undefined> {
  const query = sql
    .select()
    .from(antispamBlocks)
    .where(and(eq(antispamBlocks.tenantId, tenantId), eq(antispamBlocks.id, id)))
  const [row] = await (lock ? query.for('update') : query)
  return row
}

/** Changes a block. */
export async function updateBlock(
  sql: Sql,
  tenantId: string,
  id: string,
  changes: Partial<BlockRow>,
): Promise<BlockRow | undefined> {
  const [row] = await sql
    .update(antispamBlocks)
    .set(changes)
    .where(and(eq(antispamBlocks.tenantId, tenantId), eq(antispamBlocks.id, id)))
    .returning()
  return row
}

function blockFilter(tenantId: string, isActive: boolean | undefined) {
  const state = isActive ? isNull(antispamBlocks.liftedAt) : isNotNull(antispamBlocks.liftedAt)
  return and(eq(antispamBlocks.tenantId, tenantId), isActive === undefined ? undefined : state)
}

/** Blocks of a tenant, newest first, and how many there are. */
export async function listBlocks(
  sql: Sql,
  tenantId: string,
  isActive: boolean | undefined,
  limit: number,
  offset: number,
): Promise<{ rows: BlockRow[]; total: number }> {
  const where = blockFilter(tenantId, isActive)
  const rows = await sql
    .select()
    .from(antispamBlocks)
    .where(where)
    .orderBy(desc(antispamBlocks.id))
    .limit(limit)
    .offset(offset)
  const [counted] = await sql.select({ total: count() }).from(antispamBlocks).where(where)
  return { rows, total: counted?.total ?? 0 }
}
