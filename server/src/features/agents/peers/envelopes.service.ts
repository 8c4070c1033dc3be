import { z } from 'zod'
import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { isStorable } from '../../../platform/storable-text.ts'
import { getPolicyView } from '../../safety/content-policy/policy.service.ts'
import { encryptionLabel, encryptionSuite, graceMs } from '../keys/agent-keys.schema.ts'
import { findOpeningKey, getSealingKey, isKeyOf, listReplaced } from '../keys/agent-keys.service.ts'
import { NotOpenedError, openFrom, sealFor } from '../keys/sealing.service.ts'
import { agentMessageReceived, type Envelope, messageNotTaken, messageReplayed } from './envelopes.schema.ts'
import { trustLevels } from './peers.schema.ts'
import * as store from './peers.store.ts'
import type { PeerRow } from './peers.tables.ts'

const messageInfo = 'moltflow agent message 1'
const keyInfo = 'moltflow agent key 1'
/** Clocks of two installations differ a little. */
const aheadMs = 5 * 60_000
const payload = z.object({
  text: z.string().max(4096).refine(isStorable),
  metadata: z.record(z.string(), z.json()).nullable(),
})

/** What stands in the open, as it is bound to what is sealed. */
function aadOf(head: Omit<Envelope, 'enc' | 'ciphertext' | 'proofs' | 'suite'>): string {
  const { v, scheme, from, to, sender_key, recipient_key, message_id, sent_at } = head
  return JSON.stringify([
    v,
    scheme,
    encryptionSuite,
    from,
    to,
    sender_key,
    recipient_key,
    message_id,
    sent_at,
  ])
}

/** A text for a tenant with this public key, sealed by the caller's tenant. */
export async function sealMessage(
  ctx: Context,
  from: string,
  to: { tenantId: string; publicKey: string },
  content: z.input<typeof payload>,
): Promise<Envelope> {
  const sender = await getSealingKey(ctx, from)
  const recipient = Buffer.from(to.publicKey, 'base64')
  const head = {
    v: 1 as const,
    scheme: encryptionLabel as Envelope['scheme'],
    from,
    to: to.tenantId,
    sender_key: sender.publicText,
    recipient_key: to.publicKey,
    message_id: ctx.ids.uuid(),
    sent_at: ctx.clock.nowMs(),
  }
  const seal = { info: messageInfo, aad: aadOf(head) }
  const { enc, ciphertext } = await sealFor(sender, recipient, seal, JSON.stringify(content))
  const proofs = []
  for (const before of (await listReplaced(ctx, from)).slice(-4)) {
    const proof = await sealFor(before, recipient, { info: keyInfo, aad: from }, sender.publicText)
    proofs.push({
      key: before.publicText,
      enc: proof.enc.toString('base64'),
      ciphertext: proof.ciphertext.toString('base64'),
    })
  }
  return {
    ...head,
    suite: encryptionSuite,
    enc: enc.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    proofs,
  }
}

const bytesOf = ({ enc, ciphertext }: { enc: string; ciphertext: string }) => ({
  enc: Buffer.from(enc, 'base64'),
  ciphertext: Buffer.from(ciphertext, 'base64'),
})

/** Whether a key that is known for the sender's says that the new one is the sender's too. */
async function isProven(
  envelope: Envelope,
  known: string,
  recipient: { privateKey: Buffer },
): Promise<boolean> {
  const proof = envelope.proofs.find(({ key }) => key === known)
  if (proof === undefined) return false
  const context = { info: keyInfo, aad: envelope.from }
  try {
    const named = await openFrom(Buffer.from(known, 'base64'), recipient, context, bytesOf(proof))
    return named === envelope.sender_key
  } catch (error) {
    if (error instanceof NotOpenedError) return false
    throw error
  }
}

/** Whose message this is: a tenant of this installation, or a registered peer with the key it is known by. */
async function requireSender(
  ctx: Context,
  envelope: Envelope,
  peer: PeerRow | undefined,
  recipient: { privateKey: Buffer },
): Promise<{ isKeyNew: boolean }> {
  if (peer?.trustLevel === 'blocked') throw messageNotTaken.create()
  if (peer?.publicKey === undefined || peer.publicKey === null) {
    if (!(await isKeyOf(ctx, envelope.from, envelope.sender_key))) throw messageNotTaken.create()
    return { isKeyNew: false }
  }
  if (peer.publicKey === envelope.sender_key) return { isKeyNew: false }
  if (!(await isProven(envelope, peer.publicKey, recipient))) throw messageNotTaken.create()
  return { isKeyNew: true }
}

async function requireTrust(ctx: Context, trust: PeerRow['trustLevel']): Promise<void> {
  const { min_trust_level: least } = await getPolicyView(ctx)
  if (trustLevels.indexOf(trust) < trustLevels.indexOf(least)) throw messageNotTaken.create()
}

/**
 * Takes a sealed message for a tenant of this installation: refuses a wrong sender, a changed envelope, an old one and
 * one that was taken before; tells the tenant.
 */
export async function receiveMessage(
  base: Context,
  envelope: Envelope,
  peerHint: { name: string | null; phone: string | null },
  alongside?: (sql: Sql) => Promise<void>,
): Promise<{ status: 'accepted'; message_id: string }> {
  const tenantId = envelope.to
  const ctx: Context = { ...base, caller: { kind: 'system', tenantId } }
  const recipient = await findOpeningKey(ctx, tenantId, envelope.recipient_key)
  const age = ctx.clock.nowMs() - envelope.sent_at
  if (recipient === undefined || age > graceMs || age < -aheadMs) throw messageNotTaken.create()
  const known = await store.findPeerOf(ctx.db.sql, tenantId, envelope.from)
  const { isKeyNew } = await requireSender(ctx, envelope, known, recipient)
  await requireTrust(ctx, known?.trustLevel ?? 'discovered')
  const content = await openContent(envelope, recipient)
  const now = ctx.clock.now()
  return ctx.db.transaction(async (sql) => {
    const receipt = { tenantId, peerTenantId: envelope.from, messageId: envelope.message_id, receivedAt: now }
    if (!(await store.insertReceipt(sql, receipt))) throw messageReplayed.create()
    const peer = known ?? (await store.savePeer(sql, newPeer(ctx, tenantId, envelope.from, peerHint)))
    await store.updateLastMessage(sql, tenantId, envelope.from, now)
    if (isKeyNew) await store.updatePeerKey(sql, tenantId, envelope.from, envelope.sender_key)
    await alongside?.(sql)
    await ctx.events.publish(sql, agentMessageReceived, {
      tenantId,
      messageId: envelope.message_id,
      peerId: peer.id,
      peerTenantId: envelope.from,
      peerName: peer.peerName,
      peerPhone: peer.peerPhone === null ? null : `+${peer.peerPhone}`,
      trustLevel: peer.trustLevel,
      ...content,
    })
    return { status: 'accepted' as const, message_id: envelope.message_id }
  })
}

async function openContent(envelope: Envelope, recipient: { privateKey: Buffer }) {
  const context = { info: messageInfo, aad: aadOf(envelope) }
  try {
    const sender = Buffer.from(envelope.sender_key, 'base64')
    return payload.parse(JSON.parse(await openFrom(sender, recipient, context, bytesOf(envelope))))
  } catch (cause) {
    throw messageNotTaken.create({ cause })
  }
}

/** A peer as it is when it is first met. */
export function newPeer(
  ctx: Context,
  tenantId: string,
  peerTenantId: string,
  { name, phone }: { name: string | null; phone: string | null },
): PeerRow {
  return {
    id: ctx.ids.uuid(),
    tenantId,
    peerTenantId,
    peerName: name,
    peerPhone: phone,
    trustLevel: 'discovered',
    publicKey: null,
    inboxUrl: null,
    discoveredAt: ctx.clock.now(),
    lastMessageAt: null,
  }
}
