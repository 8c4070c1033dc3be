// Reads tables of other areas: conversations (contacts).
import { and, count, desc, eq, inArray, like, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { optOutLedger, optOuts } from './opt-outs.tables.ts'

/** One change as stored. */
export type LedgerRow = typeof optOutLedger.$inferSelect
/** Where one person stands. */
export type OptOutRow = typeof optOuts.$inferSelect

/** Every address of the person behind one of them: a phone and a LID are two of one contact. */
export async function listAddresses(sql: Sql, tenantId: string, digits: string): Promise<string[]> {
  const { rows } = await sql.execute<{ phone: string | null; lid: string | null }>(text`
    SELECT phone, lid FROM contacts WHERE tenant_id = ${tenantId} AND phone = ${digits}
    UNION SELECT phone, lid FROM contacts WHERE tenant_id = ${tenantId} AND lid = ${digits}`)
  const known = rows.flatMap(({ phone, lid }) => [
    ...(phone === null ? [] : [phone]),
    ...(lid === null ? [] : [`lid:${lid}`]),
  ])
  return [...new Set([digits, `lid:${digits}`, ...known])]
}

/** Whether one of the addresses is opted out. */
export async function hasOptedOut(
  sql: Sql,
  tenantId: string,
  addresses: readonly string[],
): Promise<boolean> {
  const [row] = await sql
    .select({ address: optOuts.address })
    .from(optOuts)
    .where(
      and(
        eq(optOuts.tenantId, tenantId),
        inArray(optOuts.address, [...addresses]),
        eq(optOuts.isOptedOut, true),
      ),
    )
    .limit(1)
  return row !== undefined
}

/** Sets where an address stands; false when it stood there already. */
export async function setOptOut(
  sql: Sql,
  row: { tenantId: string; address: string; isOptedOut: boolean; changedAt: Date },
): Promise<boolean> {
  const { rowCount } = await sql.execute(text`
    INSERT INTO opt_outs (tenant_id, address, is_opted_out, changed_at)
    VALUES (${row.tenantId}, ${row.address}, ${row.isOptedOut}, ${row.changedAt.toISOString()})
    ON CONFLICT (tenant_id, address) DO UPDATE
      SET is_opted_out = excluded.is_opted_out, changed_at = excluded.changed_at
      WHERE opt_outs.is_opted_out <> excluded.is_opted_out`)
  return (rowCount ?? 0) > 0
}

/** Lets in again whichever of the addresses is out; answers those that were. */
export async function clearOptOuts(
  sql: Sql,
  tenantId: string,
  addresses: readonly string[],
  changedAt: Date,
): Promise<string[]> {
  const rows = await sql
    .update(optOuts)
    .set({ isOptedOut: false, changedAt })
    .where(
      and(
        eq(optOuts.tenantId, tenantId),
        inArray(optOuts.address, [...addresses]),
        eq(optOuts.isOptedOut, true),
      ),
    )
    .returning({ address: optOuts.address })
  return rows.map(({ address }) => address)
}

/** Adds to the ledger. */
export async function insertLedger(sql: Sql, rows: readonly LedgerRow[]): Promise<void> {
  if (rows.length > 0) await sql.insert(optOutLedger).values([...rows])
}

/** Persons of a tenant, the latest change first, and how many there are; `search` are digits a number begins with. */
export async function listOptOuts(
  sql: Sql,
  { tenantId, isOptedOut, search }: { tenantId: string; isOptedOut: boolean; search: string },
  limit: number,
  offset: number,
): Promise<{ rows: OptOutRow[]; total: number }> {
  const where = and(
    eq(optOuts.tenantId, tenantId),
    eq(optOuts.isOptedOut, isOptedOut),
    search === '' ? undefined : like(optOuts.address, `${search}%`),
  )
  const rows = await sql
    .select()
    .from(optOuts)
    .where(where)
    .orderBy(desc(optOuts.changedAt), desc(optOuts.address))
    .limit(limit)
    .offset(offset)
  const [counted] = await sql.select({ total: count() }).from(optOuts).where(where)
  return { rows, total: counted?.total ?? 0 }
}

/** Everything that happened at some addresses, newest first. */
export function listLedger(sql: Sql, tenantId: string, addresses: readonly string[]): Promise<LedgerRow[]> {
  return sql
    .select()
    .from(optOutLedger)
    .where(and(eq(optOutLedger.tenantId, tenantId), inArray(optOutLedger.address, [...addresses])))
    .orderBy(desc(optOutLedger.id))
    .limit(500)
}

/** The LID of a contact whose number is hidden. */
export async function findLid(sql: Sql, tenantId: string, contactId: string): Promise<string | null> {
  const { rows } = await sql.execute<{ lid: string | null }>(
    text`SELECT lid FROM contacts WHERE id = ${contactId} AND tenant_id = ${tenantId}`,
  )
  return rows[0]?.lid ?? null
}
