import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { uuidField } from '../../../wire.ts'
import { encryptionLabel, encryptionSuite } from '../keys/agent-keys.schema.ts'

// One text for all reasons: whoever tries learns nothing about who exists and what is trusted.
export const messageNotTaken = defineError('agent_message_refused', 403, 'The message is not accepted')
export const messageReplayed = defineError('agent_message_replayed', 409, 'The message was received before')
export const localPeer = defineError(
  'local_peer',
  409,
  'This tenant is of this installation: resolve its phone',
)
export const peerAway = defineError('peer_away', 503, 'The peer’s installation does not take the message')

/** Once a day. */
export const forgetReceiptsJob = defineJob('agents.forget_receipts', {
  cron: { expression: '47 3 * * *', timeZone: 'UTC' },
})

const exampleKey = 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo='
const key = z.base64().length(44)
const sealed = { enc: key, ciphertext: z.base64().max(100_000) }

/** A sealed message on its way: what is in the open is bound to what is sealed. */
export const envelopeBody = z
  .object({
    v: z.literal(1),
    scheme: z.literal(encryptionLabel),
    suite: z.object({
      kem: z.literal('DHKEM(X25519, HKDF-SHA256)'),
      kdf: z.literal('HKDF-SHA256'),
      aead: z.literal('AES-256-GCM'),
      mode: z.literal('auth'),
    }),
    from: uuidField,
    to: uuidField,
    sender_key: key,
    recipient_key: key,
    message_id: uuidField,
    sent_at: z.int().meta({ description: 'Milliseconds since 1970' }),
    ...sealed,
    proofs: z
      .array(z.object({ key, ...sealed }))
      .max(4)
      .default([])
      .meta({ description: 'The sender’s new key, sealed with ones it had before' }),
  })
  .meta({
    id: 'AgentEnvelope',
    description: 'A message between agents, sealed by HPKE in mode Auth',
    examples: [
      {
        v: 1,
        scheme: encryptionLabel,
        suite: encryptionSuite,
        from: exampleValues.id,
        to: '0190a1b2-0000-7000-8000-00000000feed',
        sender_key: exampleKey,
        recipient_key: exampleKey,
        message_id: exampleValues.id,
        sent_at: 1_770_804_000_000,
        enc: exampleKey,
        ciphertext: 'c2VhbGVk',
      },
    ],
  })

/** A sealed message. */
export type Envelope = z.output<typeof envelopeBody>

/** The other side took it. */
export const acceptedAnswer = z.object({ status: z.literal('accepted'), message_id: z.string() })

/** An agent of another installation. */
export const registerBody = z
  .object({
    tenant_id: uuidField,
    peer_name: z.string().trim().min(1).max(100).optional(),
    peer_phone: z.string().max(40),
    public_key: key,
    inbox_url: z.url().max(2048).meta({ description: 'Its `/api/v2/agent/inbox`' }),
  })
  .meta({
    examples: [
      {
        tenant_id: '0190a1b2-0000-7000-8000-00000000feed',
        peer_name: 'Warehouse',
        peer_phone: '+15550100199',
        public_key: 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=',
        inbox_url: 'https://other.example.com/api/v2/agent/inbox',
      },
    ],
  })

/** A message from another agent. */
export interface AgentMessage {
  tenantId: string
  messageId: string
  peerId: string
  peerTenantId: string
  peerName: string | null
  peerPhone: string | null
  trustLevel: string
  text: string
  metadata: Record<string, unknown> | null
}

/** Another agent wrote to the tenant's; once, in the transaction that notes it. */
export const agentMessageReceived = definePublicEvent({
  name: 'agent.message.received',
  scope: 'a2a:read',
  description: 'Another agent wrote, sealed from tenant to tenant.',
  data: z
    .object({
      message_id: z.string(),
      peer_id: z.string(),
      tenant_id: z.string(),
      peer_name: z.string().nullable(),
      peer_phone: z.string().nullable(),
      trust_level: z.string(),
      message: z.string(),
      metadata: z.record(z.string(), z.unknown()).nullable(),
    })
    .meta({ id: 'AgentMessageData' }),
  toWire: (message: AgentMessage) => ({
    message_id: message.messageId,
    peer_id: message.peerId,
    tenant_id: message.peerTenantId,
    peer_name: message.peerName,
    peer_phone: message.peerPhone,
    trust_level: message.trustLevel,
    message: message.text,
    metadata: message.metadata,
  }),
  example: {
    tenantId: exampleValues.id,
    messageId: exampleValues.id,
    peerId: exampleValues.id,
    peerTenantId: exampleValues.id,
    peerName: 'Warehouse',
    peerPhone: exampleValues.phone,
    trustLevel: 'verified',
    text: 'Twelve boxes are ready',
    metadata: null,
  },
  subscribers: { webhooks: true },
})
