import type { IncomingHttpHeaders } from 'node:http'
import { type Credential, oauthTokenPrefix } from '../../access.ts'
import { unauthorized } from '../../platform/errors.ts'

/** A JWT in its compact form: what API keys and opaque tokens never look like. */
const accessTokenPattern = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Tells programs which scheme to use; every 401 carries it (RFC 9110, section 11.6.1). */
export const challenge = { 'www-authenticate': 'Bearer realm="moltflow"' }

const tokenOnly =
  'Only an access token from sign-in is taken in ?token=, because addresses end up in logs and histories: ' +
  'send an API key as X-API-Key'

/**
 * The one credential of a request; undefined when there is none. A bearer that starts with `mf_` is an API key, one that
 * starts with `mo_` an OAuth token.
 * Two different credentials are refused with 401: guessing which one was meant would act for the wrong tenant.
 * `queryToken` may only be an access token (a JWT), which lives for minutes.
 */
export function readCredential(headers: IncomingHttpHeaders, queryToken?: string): Credential | undefined {
  const key = headers['x-api-key']
  const authorization = headers.authorization
  let text: string | undefined
  if (typeof key === 'string' && key !== '') text = key
  if (authorization !== undefined && authorization !== '') text = agree(text, bearerOf(authorization))
  if (queryToken !== undefined && queryToken !== '') {
    if (!accessTokenPattern.test(queryToken)) throw refuse(tokenOnly)
    text = agree(text, queryToken)
  }
  if (text === undefined) return undefined
  // Whatever came as X-API-Key is a key, so that a JWT in the wrong header is refused instead of half working.
  if (text === key || text.startsWith('mf_')) return { kind: 'key', key: text }
  return { kind: text.startsWith(oauthTokenPrefix) ? 'token' : 'bearer', token: text }
}

function bearerOf(authorization: string): string {
  const match = /^Bearer +(\S+)\s*$/i.exec(authorization)
  if (match?.[1] === undefined) throw refuse('Use the Authorization header as "Bearer <token>"')
  return match[1]
}

function agree(one: string | undefined, other: string): string {
  if (one !== undefined && one !== other) throw refuse('Two different credentials were sent')
  return other
}

/** A 401 with the challenge header. */
export function refuse(message?: string) {
  return unauthorized.create({ headers: challenge, ...(message === undefined ? {} : { message }) })
}

/** When a JWT expires, in milliseconds since the epoch; undefined when the text has none. Checks no signature. */
export function expiryOf(token: string): number | undefined {
  const payload = token.split('.')[1]
  if (payload === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : undefined
    return typeof exp === 'number' ? exp * 1000 : undefined
  } catch {
    // No JWT (an OAuth token, say): the regular re-check of the credential ends such a stream.
    return undefined
  }
}
