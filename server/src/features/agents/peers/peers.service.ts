import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { AppError, planLimitReached, unknownThing, validationFailed } from '../../../platform/errors.ts'
import { checkUrl, safeFetch } from '../../../platform/outgoing/safe-fetch.ts'
import { sealText, unsealText } from '../../../platform/secrets.ts'
import { getLimits } from '../../account/plans/plans.service.ts'
import { getTenant } from '../../account/tenants/tenants.service.ts'
import { monthOf } from '../../account/usage/usage.schema.ts'
import { reserveMessages } from '../../account/usage/usage.service.ts'
import { findPublicKey, getProfile } from '../keys/agent-keys.service.ts'
import { localPeer, messageNotTaken, peerAway } from './envelopes.schema.ts'
import { newPeer, receiveMessage, sealMessage } from './envelopes.service.ts'
import { blockedByPeer, peerToWire, phoneDigits, type TrustLevel } from './peers.schema.ts'
import * as store from './peers.store.ts'
import type { PeerRow } from './peers.tables.ts'

const purposeOf = (tenantId: string) => `agent inbox ${tenantId}`
const deliveryTimeoutMs = 10_000

function requirePhone(given: string): string {
  const phone = phoneDigits(given)
  if (phone !== undefined) return phone
  const errors = [{ field: 'phone', message: 'not a phone number' }]
  throw validationFailed.create({ message: 'phone: not a phone number', details: { errors } })
}

/** Who is behind a phone, of those on this installation who want to be found; becomes a peer. */
export async function resolvePhone(ctx: Context, given: string) {
  const phone = requirePhone(given)
  const tenantId = tenantOf(ctx)
  const found = await store.findDiscoverable(ctx.db.sql, phone)
  if (found === undefined || found.tenantId === tenantId) throw unknownThing('Agent')
  const key = await findPublicKey(ctx, found.tenantId)
  if (key === undefined) throw unknownThing('Agent')
  const name = found.agentName ?? (await getTenant(ctx.db.sql, found.tenantId)).name
  const peer = await store.savePeer(ctx.db.sql, newPeer(ctx, tenantId, found.tenantId, { name, phone }))
  return {
    phone: `+${phone}`,
    found: true as const,
    tenant_id: found.tenantId,
    agent_name: name,
    public_key: key.public_key,
    peer_id: peer.id,
    trust_level: peer.trustLevel,
  }
}

/** The public key of another tenant; refused to whom that tenant has blocked. */
export async function getPeerKey(ctx: Context, peerTenantId: string) {
  const key = await findPublicKey(ctx, peerTenantId)
  if (key === undefined) throw unknownThing('Peer')
  const asSeen = await store.findPeerOf(ctx.db.sql, peerTenantId, tenantOf(ctx))
  if (asSeen?.trustLevel === 'blocked') throw blockedByPeer.create()
  return { tenant_id: peerTenantId, ...key }
}

/** The peers of the caller's tenant. */
export async function getPeers(ctx: Context, trust: TrustLevel | undefined) {
  const peers = (await store.listPeerRows(ctx.db.sql, tenantOf(ctx), trust)).map(peerToWire)
  return { peers, total: peers.length }
}

/** Changes how far a peer is trusted. */
export async function changeTrust(ctx: Context, id: string, trust: TrustLevel) {
  const row = await store.updateTrust(ctx.db.sql, tenantOf(ctx), id, trust)
  if (row === undefined) throw unknownThing('Peer')
  return peerToWire(row)
}

/** Enters an agent of another installation: its key by whatever way one trusts. */
export async function registerPeer(
  ctx: Context,
  input: {
    tenant_id: string
    peer_name?: string | undefined
    peer_phone: string
    public_key: string
    inbox_url: string
  },
) {
  const tenantId = tenantOf(ctx)
  checkUrl(input.inbox_url, ctx.config.outgoingAllow)
  if ((await findPublicKey(ctx, input.tenant_id)) !== undefined) throw localPeer.create()
  const hint = { name: input.peer_name ?? null, phone: requirePhone(input.peer_phone) }
  const row = await store.saveForeignPeer(ctx.db.sql, {
    ...newPeer(ctx, tenantId, input.tenant_id, hint),
    publicKey: input.public_key,
    inboxUrl: sealText(ctx.config, purposeOf(tenantId), input.inbox_url),
  })
  return peerToWire(row)
}

/** The peer behind a phone, when the tenant knows one. */
export function findPeer(ctx: Context, phone: string): Promise<PeerRow | undefined> {
  return store.findPeerByPhone(ctx.db.sql, tenantOf(ctx), phone)
}

type JsonValue = z.core.util.JSONType

/** Sends a text to a peer, sealed from tenant to tenant; counts one message. Answers its id. */
export async function sendToPeer(
  ctx: Context,
  peer: PeerRow,
  content: { text: string; metadata: Record<string, JsonValue> | null },
  ownPhone: string | null,
): Promise<string> {
  const tenantId = tenantOf(ctx)
  const key = peer.publicKey ?? (await findPublicKey(ctx, peer.peerTenantId))?.public_key
  if (key === undefined) throw messageNotTaken.create()
  const limit = (await getLimits(ctx, tenantId)).max_messages_per_month
  const month = monthOf(ctx.clock.nowMs())
  const envelope = await sealMessage(ctx, tenantId, { tenantId: peer.peerTenantId, publicKey: key }, content)
  const { agentName } = await getProfile(ctx, tenantId)
  const charge = async (sql: Parameters<typeof reserveMessages>[0]) => {
    if ((await reserveMessages(sql, tenantId, month, 1, limit)) === 0) throw planLimitReached.create()
    await store.updateLastMessage(sql, tenantId, peer.peerTenantId, ctx.clock.now())
  }
  if (peer.inboxUrl === null) {
    await receiveMessage(ctx, envelope, { name: agentName, phone: ownPhone }, charge)
    return envelope.message_id
  }
  // Counted first: what the other side took must have been allowed.
  await ctx.db.transaction(charge)
  await post(ctx, unsealText(ctx.config, purposeOf(tenantId), peer.inboxUrl), envelope)
  return envelope.message_id
}

async function post(ctx: Context, url: string, envelope: object): Promise<void> {
  let status: number
  try {
    const answer = await safeFetch(url, {
      allow: ctx.config.outgoingAllow,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(envelope),
      timeoutMs: deliveryTimeoutMs,
      maxBytes: 10_000,
      oversize: 'cut',
    })
    status = answer.status
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw peerAway.create({ cause })
  }
  if (status === 403) throw messageNotTaken.create()
  if (status !== 200) throw peerAway.create({ message: `${peerAway.text} (${status})` })
}
