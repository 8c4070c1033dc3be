import { and, asc, count, eq, gt, lte, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type ChannelRow, channelReservations, channels } from './channels.tables.ts'

/** A channel with its place among those of its tenant, the oldest being 1. */
export interface RankedChannel extends ChannelRow {
  rank: number
}

/** What WhatsApp says of a channel and may change. */
export type ChannelFacts = Pick<
  ChannelRow,
  'name' | 'description' | 'followerCount' | 'role' | 'inviteCode' | 'followersSyncedAt'
>

// Columns are written out: of a single table the query builder leaves out whose they are.
const rank = text<number>`(SELECT count(*)::int FROM channels older WHERE older.tenant_id = channels.tenant_id
  AND (older.created_at, older.id) <= (channels.created_at, channels.id))`.as('rank')

const inTenant = (tenantId: string, sessionId: string | undefined) =>
  and(
    eq(channels.tenantId, tenantId),
    sessionId === undefined ? undefined : eq(channels.sessionId, sessionId),
  )

function selectRanked(sql: Sql) {
  const { id, tenantId, sessionId, waChannelId, name, description, followerCount } = channels
  const { role, inviteCode, followersSyncedAt, createdAt } = channels
  const first = { id, tenantId, sessionId, waChannelId, name, description, followerCount }
  return sql.select({ ...first, role, inviteCode, followersSyncedAt, createdAt, rank }).from(channels)
}

/** One page of a tenant's channels, oldest first. */
export function listChannelRows(
  sql: Sql,
  tenantId: string,
  sessionId: string | undefined,
  limit: number,
  offset: number,
): Promise<RankedChannel[]> {
  return selectRanked(sql)
    .where(inTenant(tenantId, sessionId))
    .orderBy(asc(channels.createdAt), asc(channels.id))
    .limit(limit)
    .offset(offset)
}

/** How many channels there are. */
export async function countChannelRows(sql: Sql, tenantId: string, sessionId?: string): Promise<number> {
  const [row] = await sql.select({ total: count() }).from(channels).where(inTenant(tenantId, sessionId))
  return row?.total ?? 0
}

/** One channel. */
export async function findChannelRow(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<RankedChannel | undefined> {
  const [row] = await selectRanked(sql).where(and(eq(channels.tenantId, tenantId), eq(channels.id, id)))
  return row
}

/** One channel that stays until the transaction ends. */
export async function lockChannelRow(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<RankedChannel | undefined> {
  await sql
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.tenantId, tenantId), eq(channels.id, id)))
    .for('share')
  return findChannelRow(sql, tenantId, id)
}

/** Ids of the channels of a session that were imported or made here. */
export async function listImportedIds(sql: Sql, tenantId: string, sessionId: string): Promise<Set<string>> {
  const rows = await sql
    .select({ id: channels.waChannelId })
    .from(channels)
    .where(inTenant(tenantId, sessionId))
  return new Set(rows.map(({ id }) => id))
}

/** Adds a channel; false when the session has it. */
export async function insertChannel(sql: Sql, row: ChannelRow): Promise<boolean> {
  const rows = await sql.insert(channels).values(row).onConflictDoNothing().returning({ id: channels.id })
  return rows.length > 0
}

/** Stores what WhatsApp says of a channel. */
export async function updateChannel(
  sql: Sql,
  tenantId: string,
  id: string,
  facts: ChannelFacts,
): Promise<void> {
  await sql
    .update(channels)
    .set(facts)
    .where(and(eq(channels.tenantId, tenantId), eq(channels.id, id)))
}

/** Removes a channel with its posts; false when there is none. */
export async function deleteChannelRow(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql
    .delete(channels)
    .where(and(eq(channels.tenantId, tenantId), eq(channels.id, id)))
    .returning({ id: channels.id })
  return rows.length > 0
}

/** Holds room for a channel until a timestamp; what has expired goes. */
export async function insertReservation(
  sql: Sql,
  reservation: typeof channelReservations.$inferInsert,
  now: Date,
): Promise<void> {
  const { tenantId } = reservation
  await sql
    .delete(channelReservations)
    .where(and(eq(channelReservations.tenantId, tenantId), lte(channelReservations.expiresAt, now)))
  await sql.insert(channelReservations).values(reservation)
}

/** Gives the room back, or to the channel that was made. */
export async function deleteReservation(sql: Sql, tenantId: string, id: string): Promise<void> {
  await sql
    .delete(channelReservations)
    .where(and(eq(channelReservations.tenantId, tenantId), eq(channelReservations.id, id)))
}

/** Channels that are being made. */
export async function countReservations(sql: Sql, tenantId: string, now: Date): Promise<number> {
  const [row] = await sql
    .select({ total: count() })
    .from(channelReservations)
    .where(and(eq(channelReservations.tenantId, tenantId), gt(channelReservations.expiresAt, now)))
  return row?.total ?? 0
}
