// Reads tables of other areas: sessions (sessions).
import { and, asc, eq, lt, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import type { TrustLevel } from './peers.schema.ts'
import { agentPeers, agentReceipts, type PeerRow } from './peers.tables.ts'

/** The tenant that lets itself be found by the phone of one of its sessions; the oldest session decides. */
export async function findDiscoverable(
  sql: Sql,
  phone: string,
): Promise<{ tenantId: string; agentName: string | null } | undefined> {
  const { rows } = await sql.execute<{ tenant_id: string; agent_name: string | null }>(text`
    SELECT p.tenant_id, p.agent_name FROM sessions s JOIN agent_profiles p ON p.tenant_id = s.tenant_id
      WHERE s.phone_number = ${phone} AND s.status = 'working' AND p.is_discoverable
      ORDER BY s.created_at, s.id LIMIT 1`)
  const [row] = rows
  return row === undefined ? undefined : { tenantId: row.tenant_id, agentName: row.agent_name }
}

/** Adds a peer, or brings name and phone of a known one up to date; its trust stays. */
export async function savePeer(sql: Sql, row: PeerRow): Promise<PeerRow> {
  const [saved] = await sql
    .insert(agentPeers)
    .values(row)
    .onConflictDoUpdate({
      target: [agentPeers.tenantId, agentPeers.peerTenantId],
      set: { peerName: row.peerName, peerPhone: row.peerPhone },
    })
    .returning()
  if (saved === undefined) throw new Error('a peer could not be stored')
  return saved
}

/** A tenant's peer by the peer's tenant. */
export async function findPeerOf(
  sql: Sql,
  tenantId: string,
  peerTenantId: string,
): Promise<PeerRow | undefined> {
  const [row] = await sql
    .select()
    .from(agentPeers)
    .where(and(eq(agentPeers.tenantId, tenantId), eq(agentPeers.peerTenantId, peerTenantId)))
  return row
}

/** A tenant's peers, first known first. */
export function listPeerRows(sql: Sql, tenantId: string, trust: TrustLevel | undefined): Promise<PeerRow[]> {
  return sql
    .select()
    .from(agentPeers)
    .where(
      and(
        eq(agentPeers.tenantId, tenantId),
        trust === undefined ? undefined : eq(agentPeers.trustLevel, trust),
      ),
    )
    .orderBy(asc(agentPeers.discoveredAt), asc(agentPeers.id))
}

/** Changes how far a peer is trusted; undefined for an unknown one. */
export async function updateTrust(
  sql: Sql,
  tenantId: string,
  id: string,
  trustLevel: TrustLevel,
): Promise<PeerRow | undefined> {
  const [row] = await sql
    .update(agentPeers)
    .set({ trustLevel })
    .where(and(eq(agentPeers.tenantId, tenantId), eq(agentPeers.id, id)))
    .returning()
  return row
}

/** Notes that a message went one way or the other. */
export async function updateLastMessage(
  sql: Sql,
  tenantId: string,
  peerTenantId: string,
  lastMessageAt: Date,
): Promise<void> {
  await sql
    .update(agentPeers)
    .set({ lastMessageAt })
    .where(and(eq(agentPeers.tenantId, tenantId), eq(agentPeers.peerTenantId, peerTenantId)))
}

/** Notes a message as received; false when it was before. */
export async function insertReceipt(sql: Sql, row: typeof agentReceipts.$inferInsert): Promise<boolean> {
  const inserted = await sql
    .insert(agentReceipts)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: agentReceipts.messageId })
  return inserted.length > 0
}

/** Forgets receipts of all tenants from before a moment. */
export async function deleteReceipts(sql: Sql, before: Date): Promise<void> {
  await sql.delete(agentReceipts).where(lt(agentReceipts.receivedAt, before))
}

/** Takes over the key that a peer has proven. */
export async function updatePeerKey(
  sql: Sql,
  tenantId: string,
  peerTenantId: string,
  publicKey: string,
): Promise<void> {
  await sql
    .update(agentPeers)
    .set({ publicKey })
    .where(and(eq(agentPeers.tenantId, tenantId), eq(agentPeers.peerTenantId, peerTenantId)))
}

/** Adds a peer of another installation, or brings a known one up to date; its trust stays. */
export async function saveForeignPeer(sql: Sql, row: PeerRow): Promise<PeerRow> {
  const { peerName, peerPhone, publicKey, inboxUrl } = row
  const [saved] = await sql
    .insert(agentPeers)
    .values(row)
    .onConflictDoUpdate({
      target: [agentPeers.tenantId, agentPeers.peerTenantId],
      set: { peerName, peerPhone, publicKey, inboxUrl },
    })
    .returning()
  if (saved === undefined) throw new Error('a peer could not be stored')
  return saved
}

/** A tenant's peer by phone; the one met last. */
export async function findPeerByPhone(
  sql: Sql,
  tenantId: string,
  phone: string,
): Promise<PeerRow | undefined> {
  const rows = await sql
    .select()
    .from(agentPeers)
    .where(and(eq(agentPeers.tenantId, tenantId), eq(agentPeers.peerPhone, phone)))
    .orderBy(asc(agentPeers.discoveredAt), asc(agentPeers.id))
  return rows.at(-1)
}
