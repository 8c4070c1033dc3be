import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { allScopes, isScope, type Scope, scopeCatalogue, scopePresets } from '../../../scopes.ts'
import { timestampOutput, toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import type { ApiKeyRow } from './api-keys.tables.ts'

export const invalidApiKey = defineError('invalid_api_key', 401, 'The API key is unknown, expired or revoked')
export const scopeEscalation = defineError(
  'scope_escalation',
  403,
  'A key cannot be given scopes its maker does not have',
)
export const keyRevoked = defineError('api_key_revoked', 400, 'The API key is revoked')
export const keyRotatedMeanwhile = defineError(
  'api_key_rotated',
  409,
  'Another request rotates this API key at the same moment',
)
export const keyOfEnvironment = defineError(
  'api_key_of_environment',
  400,
  'This key comes from MOLTFLOW_BOOTSTRAP_API_KEY: change it there and restart',
)

/** A key was made, ended or got another secret: whoever shows keys reads them again. */
export const apiKeyChanged = definePublicEvent({
  name: 'api_key.changed',
  scope: 'settings:manage',
  description: 'An API key was made, ended or given another secret.',
  data: z.object({ api_key_id: z.string() }),
  toWire: (changed: { tenantId: string; keyId: string }) => ({ api_key_id: changed.keyId }),
  example: { tenantId: exampleValues.id, keyId: exampleValues.id },
  subscribers: {},
})

const presetNames = ['messaging', 'outreach', 'read_only'] as const

const scopeField = z.string().transform((text, context): Scope => {
  if (isScope(text)) return text
  context.addIssue({
    code: 'custom',
    message: `unknown scope ${text.slice(0, 60)}; must be one of ${allScopes.join(', ')}`,
  })
  return z.NEVER
})

/** A new key: scopes one by one, or a preset that replaces them. */
export const createKeyBody = z
  .object({
    name: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .meta({ examples: ['n8n'] }),
    scopes: z
      .array(scopeField)
      .min(1)
      .max(allScopes.length)
      .optional()
      .meta({
        examples: [['messages:read', 'messages:send']],
        description: 'Required unless a preset is given',
      }),
    preset: z.enum(presetNames).optional().meta({ description: 'Replaces scopes' }),
    expires_in_days: z
      .int()
      .min(1)
      .max(36_500)
      .nullish()
      .meta({ examples: [90] }),
  })
  .refine((body) => body.scopes !== undefined || body.preset !== undefined, {
    path: ['scopes'],
    message: `field required: a list of scopes, or instead of it preset with one of ${presetNames.join(', ')}`,
  })
  .transform((body) => ({
    name: body.name,
    scopes: [...new Set(body.preset === undefined ? (body.scopes ?? []) : scopePresets[body.preset])],
    expiresInDays: body.expires_in_days ?? undefined,
  }))

/** A new key. */
export type CreateKey = z.output<typeof createKeyBody>

/** A key as the API shows it. */
export const keySchema = z.object({
  id: z.uuid(),
  name: z.string(),
  key_prefix: z.string(),
  scopes: z.array(z.string()),
  expires_at: timestampOutput.nullable(),
  created_at: timestampOutput,
  is_active: z.boolean(),
  last_used_at: timestampOutput.nullable(),
  revoked_at: timestampOutput.nullable(),
  created_by: z.uuid(),
})

/** A key with its secret, shown once. */
export const newKeySchema = keySchema.extend({
  raw_key: z.string().meta({ description: 'The secret; shown now and never again' }),
})

/** The catalogue of scopes. */
export const scopesSchema = z.object({
  scopes: z.array(z.object({ name: z.string(), description: z.string() })),
  presets: z.record(z.enum(presetNames), z.array(z.string())),
})

/** Writes a key the way answers carry it. */
export function encodeKey(key: ApiKeyRow, now: Date): z.output<typeof keySchema> {
  return {
    id: key.id,
    name: key.name,
    key_prefix: key.keyPrefix,
    scopes: key.scopes,
    expires_at: toTimestampOrNull(key.expiresAt),
    created_at: toTimestamp(key.createdAt),
    is_active: key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now),
    last_used_at: toTimestampOrNull(key.lastUsedAt),
    revoked_at: toTimestampOrNull(key.revokedAt),
    created_by: key.userId,
  }
}

/** Writes the catalogue the way its answer carries it. */
export function encodeScopes() {
  const scopes = allScopes.map((name) => ({ name, description: scopeCatalogue[name] }))
  return { scopes, presets: scopePresets }
}
