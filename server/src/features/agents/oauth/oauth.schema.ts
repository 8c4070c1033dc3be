import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { allScopes, type Scope } from '../../../scopes.ts'
import { timestampOutput, toTimestamp } from '../../../wire.ts'
import type { GrantRow } from './oauth.tables.ts'

export const invalidOAuthToken = defineError(
  'invalid_oauth_token',
  401,
  'The OAuth token is not valid: it has expired, or the access was taken back',
)

/** What a program can be given: everything but `*`, which nobody can read on a consent page. */
export const grantableScopes: readonly Scope[] = allScopes.filter((scope) => scope !== '*')

/** What a program gets that asks for nothing in particular: the set of a general-purpose key. */
export const defaultScopes: readonly Scope[] = [
  'sessions:read',
  'messages:send',
  'leads:read',
  'custom-groups:read',
  'usage:read',
]

/** Access that the caller gave a program. */
export const grantSchema = z
  .object({
    id: z.uuid(),
    client_id: z.string().meta({ examples: ['https://assistant.example.com/client.json'] }),
    client_name: z.string().meta({ description: 'What the program calls itself; nobody has checked it' }),
    redirect_host: z.string().meta({ description: 'Where the person was sent after consenting' }),
    scopes: z.array(z.string()),
    created_at: timestampOutput,
    last_used_at: timestampOutput.nullable(),
    expires_at: timestampOutput.meta({ description: 'Moves while the program is used' }),
  })
  .meta({ id: 'OAuthGrant', description: 'Access that a person gave a program by OAuth' })

/** Writes a grant the way answers carry it. */
export function encodeGrant(row: GrantRow): z.output<typeof grantSchema> {
  return {
    id: row.id,
    client_id: row.clientId,
    client_name: row.clientName,
    redirect_host: row.redirectHost,
    scopes: row.scopes,
    created_at: toTimestamp(row.createdAt),
    last_used_at: row.lastUsedAt === null ? null : toTimestamp(row.lastUsedAt),
    expires_at: toTimestamp(row.expiresAt),
  }
}
