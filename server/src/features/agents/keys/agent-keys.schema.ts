import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { timestampOutput } from '../../../wire.ts'
import type { AgentKeyRow } from './agent-keys.tables.ts'

export const keyTransferOff = defineError(
  'key_transfer_off',
  403,
  'Key pairs leave and enter only where MOLTFLOW_AGENT_KEY_TRANSFER is on',
)
export const keyPairMismatch = defineError(
  'key_pair_mismatch',
  422,
  'private_key: it does not belong to public_key',
)

/** Once a day. */
export const dropEndedKeysJob = defineJob('agents.drop_ended_keys', {
  cron: { expression: '41 3 * * *', timeZone: 'UTC' },
})

/** How long a replaced key still opens what was sealed for it. */
export const graceMs = 24 * 60 * 60_000

/** The label of the scheme in agent cards (contract: encryption). */
export const encryptionLabel = 'X25519-ECDH-AES-256-GCM'

/** What the label stands for: RFC 9180 in the mode that proves the sender. */
export const encryptionSuite = {
  kem: 'DHKEM(X25519, HKDF-SHA256)',
  kdf: 'HKDF-SHA256',
  aead: 'AES-256-GCM',
  mode: 'auth',
} as const

const keyField = z.base64().length(44, 'must be base64 of 32 bytes')

const publicKey = keyField.meta({ examples: ['3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08='] })
const algorithm = z.literal('X25519')

/** A tenant's public key. */
export const publicKeyAnswer = z.object({
  public_key: publicKey,
  algorithm,
  created_at: timestampOutput,
})

/** After a rotation. */
export const rotatedAnswer = publicKeyAnswer.extend({
  previous_key_valid_until: timestampOutput.nullable().meta({
    description: 'Until then the key before still opens what was sealed for it',
  }),
})

/** What encryption and methods there are. */
export const capabilitiesAnswer = z.object({
  encryption: z.object({
    key_exchange: z.string(),
    kdf: z.string(),
    cipher: z.string(),
    key_bytes: z.int(),
    suite: z.object({ kem: z.string(), kdf: z.string(), aead: z.string(), mode: z.string() }),
  }),
  methods: z.array(z.string()),
  protocol: z.string(),
})

/** How a tenant wants to be seen. */
export const initializeBody = z
  .object({
    agent_name: z.string().trim().min(1).max(100).optional().meta({ description: 'What others see' }),
    discoverable: z.boolean().optional().meta({
      description: 'Whether other tenants find this one by the phones of its sessions; off at first',
    }),
  })
  .meta({ examples: [{ agent_name: 'Front desk', discoverable: true }] })

/** After the first use. */
export const initializedAnswer = z.object({
  initialized: z.literal(true),
  public_key: publicKey,
  created_at: timestampOutput,
  agent_name: z.string().nullable(),
  discoverable: z.boolean(),
})

/** Whoever lets a private key out proves once more who asks. */
export const exportBody = z.object({
  password: z
    .string()
    .min(1)
    .max(200)
    .meta({ description: 'Of the owner who asks', examples: ['correct horse battery'] }),
})

/** A key pair that leaves. */
export const keyPairAnswer = publicKeyAnswer.extend({ private_key: keyField })

/** A key pair that enters. */
export const importBody = z
  .object({ public_key: publicKey, private_key: keyField, password: exportBody.shape.password.optional() })
  .meta({
    examples: [
      {
        public_key: 'hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=',
        private_key: 'dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=',
      },
    ],
  })

/** Writes a key as answers carry it. */
export function keyToWire(row: Pick<AgentKeyRow, 'publicKey' | 'createdAt'>, write: (date: Date) => string) {
  return { public_key: row.publicKey, algorithm: 'X25519' as const, created_at: write(row.createdAt) }
}
