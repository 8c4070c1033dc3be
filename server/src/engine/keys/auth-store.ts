import { and, asc, eq, inArray } from 'drizzle-orm'
import type { Database, Sql } from '../../platform/database/database.ts'
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

/** A lease as a process holds it. */
export interface HeldLease {
  sessionId: string
  epoch: number
}

/** The epochs of some sessions; their leases stay as they are until the transaction ends, as with keys that are written. */
export async function lockEpochs(
  sql: Sql,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (sessionIds.length === 0) return new Map()
  const rows = await sql
    .select({ sessionId: engineSessions.sessionId, epoch: engineSessions.epoch })
    .from(engineSessions)
    .where(inArray(engineSessions.sessionId, [...sessionIds]))
    .orderBy(asc(engineSessions.sessionId))
    .for('share')
  return new Map(rows.map(({ sessionId, epoch }) => [sessionId, epoch]))
}

/** Where processes tell each other that sessions wait for a new holder. */
export const handOverChannel = 'moltflow_hand_over'

/** How a claim ended. */
export type ClaimResult = { kind: 'claimed'; epoch: number } | { kind: 'refused'; freeInSeconds: number }

/** A session that a process wants to run. */
export interface Claim {
  sessionId: string
  tenantId: string
  ownerId: string
  leaseMs: number
}

/**
 * Takes sessions over, each one once, unless another owner's lease on it is alive: the epoch grows, so the last owner's
 * writes stop. Results are in the order of the claims.
 */
export async function claimSessions(db: Database, claims: readonly Claim[]): Promise<ClaimResult[]> {
  const { rows } = await db.pool.query<{ session_id: string; epoch: string }>(
    `INSERT INTO engine_sessions AS s (session_id, tenant_id, owner_id, epoch, lease_until)
     SELECT session_id, tenant_id, owner_id, 1, now() + lease_ms * interval '1 millisecond'
     FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::float8[]) AS wanted (session_id, tenant_id, owner_id, lease_ms)
     ORDER BY session_id
     ON CONFLICT (session_id) DO UPDATE
       SET owner_id = excluded.owner_id, epoch = s.epoch + 1, lease_until = excluded.lease_until
       WHERE s.owner_id = excluded.owner_id OR s.lease_until < now()
     RETURNING session_id, epoch`,
    [
      claims.map((claim) => claim.sessionId),
      claims.map((claim) => claim.tenantId),
      claims.map((claim) => claim.ownerId),
      claims.map((claim) => claim.leaseMs),
    ],
  )
  const epochs = new Map(rows.map((row) => [row.session_id, Number(row.epoch)]))
  const refused = claims.flatMap(({ sessionId }) => (epochs.has(sessionId) ? [] : [sessionId]))
  const seconds = refused.length === 0 ? new Map<string, number>() : await readLeases(db, refused)
  return claims.map(({ sessionId }) => {
    const epoch = epochs.get(sessionId)
    if (epoch !== undefined) return { kind: 'claimed', epoch }
    return { kind: 'refused', freeInSeconds: Math.max(1, seconds.get(sessionId) ?? 1) }
  })
}

/** Seconds that leases still have. */
async function readLeases(db: Database, sessionIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await db.pool.query<{ session_id: string; seconds: number }>(
    `SELECT session_id, ceil(extract(epoch FROM lease_until - now()))::int AS seconds
     FROM engine_sessions WHERE session_id = ANY($1::uuid[])`,
    [sessionIds],
  )
  return new Map(rows.map((row) => [row.session_id, row.seconds]))
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
  held: readonly HeldLease[],
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

/** Ends leases that are still held under the given epoch; with `aloud` the other processes are told at the commit. */
export async function releaseLeases(
  db: Database,
  held: readonly HeldLease[],
  manner: 'quietly' | 'aloud',
): Promise<void> {
  const loudly = manner === 'aloud' && db.kind === 'server'
  await db.pool.query(
    `WITH ended AS (
       UPDATE engine_sessions s SET lease_until = '-infinity'
       FROM unnest($1::uuid[], $2::bigint[]) AS held (session_id, epoch)
       WHERE s.session_id = held.session_id AND s.epoch = held.epoch
       RETURNING s.session_id
     )
     SELECT ${loudly ? `pg_notify('${handOverChannel}', '')` : 'NULL'} FROM ended LIMIT 1`,
    [held.map((one) => one.sessionId), held.map((one) => one.epoch)],
  )
}

/**
 * Which of the sessions no other process holds, and in how many milliseconds the next lease of those that one holds ends,
 * unless it is renewed.
 */
export async function findFreeSessions(
  db: Database,
  sessionIds: readonly string[],
  ownerId: string,
): Promise<{ free: string[]; nextInMs: number | undefined }> {
  const { rows } = await db.pool.query<{ session_id: string; left_ms: number | null }>(
    `SELECT wanted.session_id, ceil(1000 * extract(epoch FROM nullif(s.lease_until, '-infinity') - now()))::float8 AS left_ms
     FROM unnest($1::uuid[]) AS wanted (session_id)
     LEFT JOIN engine_sessions s ON s.session_id = wanted.session_id AND s.owner_id <> $2`,
    [sessionIds, ownerId],
  )
  const isFree = ({ left_ms: leftMs }: { left_ms: number | null }) => leftMs === null || leftMs < 0
  const held = rows.filter((row) => !isFree(row)).map((row) => row.left_ms ?? 0)
  return {
    free: rows.filter(isFree).map((row) => row.session_id),
    nextInMs: held.length === 0 ? undefined : Math.min(...held),
  }
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

/** Some keys of one session. */
export interface WantedKeys {
  sessionId: string
  keys: readonly { type: string; id: string }[]
}

/** A key as stored, still encrypted. */
export interface StoredKey {
  type: string
  id: string
  value: Buffer
}

/** Reads keys of many sessions in one statement; what does not exist is left out. Answers are in the order asked. */
export async function readKeys(db: Database, wanted: readonly WantedKeys[]): Promise<StoredKey[][]> {
  const indexes: number[] = []
  const sessionIds: string[] = []
  const types: string[] = []
  const ids: string[] = []
  wanted.forEach(({ sessionId, keys }, index) => {
    for (const { type, id } of keys) {
      indexes.push(index)
      sessionIds.push(sessionId)
      types.push(type)
      ids.push(id)
    }
  })
  const { rows } = await db.pool.query<StoredKey & { index: number }>({
    ...preparedName(db, 'engine_read_keys'),
    text: `SELECT wanted.index, k.type, k.id, k.value FROM engine_keys k
           JOIN unnest($1::int[], $2::uuid[], $3::text[], $4::text[]) AS wanted (index, session_id, type, id)
             ON k.session_id = wanted.session_id AND k.type = wanted.type AND k.id = wanted.id`,
    values: [indexes, sessionIds, types, ids],
  })
  const found: StoredKey[][] = wanted.map(() => [])
  for (const { index, ...key } of rows) found[index]?.push(key)
  return found
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
