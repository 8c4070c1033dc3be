import { and, eq } from 'drizzle-orm'
import type { Database } from '../platform/database.ts'
import { engineKeys, engineSessions } from './engine.tables.ts'

/** One encrypted key to write; a null value deletes it. */
export interface KeyRow {
  type: string
  id: string
  value: Uint8Array | null
}

/** The keys of one session, to be written under its epoch. */
export interface SessionRows {
  sessionId: string
  epoch: number
  rows: readonly KeyRow[]
}

/** How a claim ended. */
export type ClaimResult = { kind: 'claimed'; epoch: number } | { kind: 'refused'; freeInSeconds: number }

/** Takes the session over unless another owner's lease is alive: the epoch grows, so the last owner's writes stop. */
export async function claimSession(
  db: Database,
  claim: { sessionId: string; tenantId: string; ownerId: string; leaseMs: number },
): Promise<ClaimResult> {
  const { rows } = await db.pool.query<{ epoch: string }>(
    `INSERT INTO engine_sessions AS s (session_id, tenant_id, owner_id, epoch, lease_until)
     VALUES ($1, $2, $3, 1, now() + $4 * interval '1 millisecond')
     ON CONFLICT (session_id) DO UPDATE
       SET owner_id = excluded.owner_id, epoch = s.epoch + 1, lease_until = excluded.lease_until
       WHERE s.owner_id = excluded.owner_id OR s.lease_until < now()
     RETURNING epoch`,
    [claim.sessionId, claim.tenantId, claim.ownerId, claim.leaseMs],
  )
  if (rows[0] !== undefined) return { kind: 'claimed', epoch: Number(rows[0].epoch) }
  const left = await db.pool.query<{ seconds: number }>(
    `SELECT ceil(extract(epoch FROM lease_until - now()))::int AS seconds FROM engine_sessions WHERE session_id = $1`,
    [claim.sessionId],
  )
  return { kind: 'refused', freeInSeconds: Math.max(1, left.rows[0]?.seconds ?? 1) }
}

/** Who holds a session's lease right now; undefined when nobody does. */
export async function findLeaseHolder(db: Database, sessionId: string): Promise<string | undefined> {
  const { rows } = await db.pool.query<{ owner_id: string }>(
    `SELECT owner_id FROM engine_sessions WHERE session_id = $1 AND lease_until > now()`,
    [sessionId],
  )
  return rows[0]?.owner_id
}

/** Prolongs leases; returns the ids of those that are still held under the given epoch. */
export async function renewLeases(
  db: Database,
  held: readonly { sessionId: string; epoch: number }[],
  leaseMs: number,
): Promise<Set<string>> {
  const { rows } = await db.pool.query<{ session_id: string }>(
    `UPDATE engine_sessions s SET lease_until = now() + $3 * interval '1 millisecond'
     FROM unnest($1::uuid[], $2::bigint[]) AS held (session_id, epoch)
     WHERE s.session_id = held.session_id AND s.epoch = held.epoch
     RETURNING s.session_id`,
    [held.map((one) => one.sessionId), held.map((one) => one.epoch), leaseMs],
  )
  return new Set(rows.map((row) => row.session_id))
}

/** Ends the lease, if it is still ours, so that another process may start the session at once. */
export async function releaseLease(db: Database, sessionId: string, epoch: number): Promise<void> {
  await db.pool.query(
    `UPDATE engine_sessions SET lease_until = '-infinity' WHERE session_id = $1 AND epoch = $2`,
    [sessionId, epoch],
  )
}

// Values travel as one byte array with offsets: an array of byte arrays would be spelled out in hexadecimal.
// The lock makes a claim wait for this write, and a write after a claim find no row.
const writeStatement = `
  WITH held AS (
    SELECT s.session_id FROM engine_sessions s
    JOIN unnest($1::uuid[], $2::bigint[]) AS claimed (session_id, epoch)
      ON s.session_id = claimed.session_id AND s.epoch = claimed.epoch
    FOR SHARE OF s
  ), input AS (
    SELECT i.* FROM unnest($3::uuid[], $4::text[], $5::text[], $6::int[], $7::int[])
      AS i (session_id, type, id, start, length)
    JOIN held ON held.session_id = i.session_id
  ), written AS (
    INSERT INTO engine_keys (session_id, type, id, value)
    SELECT session_id, type, id, substring($8::bytea FROM start FOR length) FROM input WHERE length >= 0
    ON CONFLICT (session_id, type, id) DO UPDATE SET value = excluded.value
  ), deleted AS (
    DELETE FROM engine_keys k USING input i
    WHERE i.length < 0 AND k.session_id = i.session_id AND k.type = i.type AND k.id = i.id
  )
  SELECT session_id FROM held`

/** The embedded engine has one name space of prepared statements for all its connections: none is named there. */
function preparedName(db: Database, name: string): { name?: string } {
  return db.kind === 'server' ? { name } : {}
}

/** Writes keys of many sessions in one statement; returns the sessions whose epoch still held, the others wrote nothing. */
export async function writeKeys(db: Database, sessions: readonly SessionRows[]): Promise<Set<string>> {
  const ids: string[] = []
  const types: string[] = []
  const keyIds: string[] = []
  const starts: number[] = []
  const lengths: number[] = []
  const values: Uint8Array[] = []
  let offset = 1
  for (const { sessionId, rows } of sessions) {
    for (const row of rows) {
      ids.push(sessionId)
      types.push(row.type)
      keyIds.push(row.id)
      starts.push(offset)
      lengths.push(row.value === null ? -1 : row.value.length)
      if (row.value === null) continue
      values.push(row.value)
      offset += row.value.length
    }
  }
  const { rows } = await db.pool.query<{ session_id: string }>({
    ...preparedName(db, 'engine_write_keys'),
    text: writeStatement,
    values: [
      sessions.map((session) => session.sessionId),
      sessions.map((session) => session.epoch),
      ids,
      types,
      keyIds,
      starts,
      lengths,
      Buffer.concat(values),
    ],
  })
  return new Set(rows.map((row) => row.session_id))
}

/** Reads keys by type and id, still encrypted. */
export async function readKeys(
  db: Database,
  sessionId: string,
  wanted: readonly { type: string; id: string }[],
): Promise<{ type: string; id: string; value: Buffer }[]> {
  const { rows } = await db.pool.query<{ type: string; id: string; value: Buffer }>({
    ...preparedName(db, 'engine_read_keys'),
    text: `SELECT k.type, k.id, k.value FROM engine_keys k
           JOIN unnest($2::text[], $3::text[]) AS wanted (type, id) ON k.type = wanted.type AND k.id = wanted.id
           WHERE k.session_id = $1`,
    values: [sessionId, wanted.map((one) => one.type), wanted.map((one) => one.id)],
  })
  return rows
}

/** Erases the pairing and every key, whoever owns the session: what it still writes finds no epoch. */
export async function eraseKeys(db: Database, sessionId: string, epoch?: number): Promise<void> {
  await db.transaction(async (sql) => {
    const isOwn = epoch === undefined ? undefined : eq(engineSessions.epoch, epoch)
    const held = await sql
      .select({ sessionId: engineSessions.sessionId })
      .from(engineSessions)
      .where(and(eq(engineSessions.sessionId, sessionId), isOwn))
      .for('update')
    if (epoch !== undefined && held.length === 0) return
    await sql.delete(engineKeys).where(eq(engineKeys.sessionId, sessionId))
    if (epoch === undefined) await sql.delete(engineSessions).where(eq(engineSessions.sessionId, sessionId))
  })
}
