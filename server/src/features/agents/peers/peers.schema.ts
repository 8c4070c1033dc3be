import { z } from 'zod'
import { parsePhone } from '../../../engine/ids.ts'
import { defineError } from '../../../platform/errors.ts'
import { timestampOutput, toTimestamp, toTimestampOrNull, uuidField } from '../../../wire.ts'
import type { PeerRow } from './peers.tables.ts'

export const blockedByPeer = defineError('blocked_by_peer', 403, 'The peer has blocked your agent')

/** How far a peer is trusted, from little to much. */
export const trustLevels = ['blocked', 'discovered', 'verified'] as const
/** One of them. */
export type TrustLevel = (typeof trustLevels)[number]

const trust = z.enum(trustLevels)
const phoneText = z.string().meta({ examples: ['+15550100101'] })

/** A phone in the path, with or without its plus; what is none is 422. */
export const resolveParams = z.object({
  phone: z
    .string()
    .max(40)
    .meta({ examples: ['+15550123456'] }),
})

/** Digits of the phone. */
export const phoneDigits = (given: string) => parsePhone(given)

/** The tenant of a peer. */
export const peerKeyParams = z.object({ tenant_id: uuidField })

/** Which peers. */
export const peersQuery = z.object({ trust_level: trust.optional() })

/** How far a peer is to be trusted. */
export const trustBody = z.object({ trust_level: trust.meta({ examples: ['verified'] }) })

/** A peer as the API shows it. */
export const peerSchema = z
  .object({
    id: z.string(),
    peer_name: z.string().nullable(),
    peer_phone: phoneText.nullable(),
    trust_level: trust,
    tenant_id: z.string(),
    discovered_at: timestampOutput,
    last_message_at: timestampOutput.nullable(),
  })
  .meta({ id: 'AgentPeer', description: 'An agent of somebody else' })

/** All peers. */
export const peersAnswer = z.object({ peers: z.array(peerSchema), total: z.int() })

/** Who is behind a phone. */
export const resolvedAnswer = z.object({
  phone: phoneText,
  found: z.literal(true),
  tenant_id: z.string(),
  agent_name: z.string(),
  public_key: z.string(),
  peer_id: z.string(),
  trust_level: trust,
})

/** The public key of a peer. */
export const peerKeyAnswer = z.object({
  tenant_id: z.string(),
  public_key: z.string(),
  algorithm: z.literal('X25519'),
  created_at: timestampOutput,
})

/** Writes a peer as answers carry it. */
export function peerToWire(row: PeerRow): z.output<typeof peerSchema> {
  return {
    id: row.id,
    peer_name: row.peerName,
    peer_phone: row.peerPhone === null ? null : `+${row.peerPhone}`,
    trust_level: row.trustLevel,
    tenant_id: row.peerTenantId,
    discovered_at: toTimestamp(row.discoveredAt),
    last_message_at: toTimestampOrNull(row.lastMessageAt),
  }
}
