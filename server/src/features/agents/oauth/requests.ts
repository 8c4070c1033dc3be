import type { Config } from '../../../config.ts'
import { firstCharacters } from '../../../platform/characters.ts'
import { toStorable } from '../../../platform/storable-text.ts'
import { audienceOf } from './metadata.ts'
import { defaultScopes, grantableScopes } from './oauth.schema.ts'

/** What an authorization request may say; the rest, `nonce` for example, is nothing that is used here. */
const authorizationParameters: ReadonlySet<string> = new Set([
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'prompt',
])

/** The form of a token request with the names that the two grant types know. */
const tokenParameters: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'code',
  'code_verifier',
  'redirect_uri',
  'refresh_token',
  'scope',
  'resource',
])

type Issuer = Pick<Config, 'publicUrl'>

/** An authorization request as the library gets it: one audience, known scopes, and a default where none was asked for. */
export function authorizationQuery(config: Issuer, query: string): string {
  const kept = pick(new URLSearchParams(query), authorizationParameters)
  const scopes = kept.getAll('scope')
  // Twice the same name is refused further on.
  if (scopes.length < 2) kept.set('scope', knownScopes(scopes[0] ?? '') || defaultScopes.join(' '))
  return oneAudience(config, kept).toString()
}

/** A token request as the library gets it. */
export function tokenForm(config: Issuer, body: string): string {
  const kept = pick(new URLSearchParams(body), tokenParameters)
  const scopes = kept.getAll('scope')
  if (scopes.length === 1) {
    const known = knownScopes(scopes[0] ?? '')
    if (known === '') kept.delete('scope')
    else kept.set('scope', known)
  }
  return oneAudience(config, kept).toString()
}

function pick(given: URLSearchParams, names: ReadonlySet<string>): URLSearchParams {
  return new URLSearchParams([...given].filter(([name, value]) => names.has(name) && value !== ''))
}

/** Scopes of the catalogue; clients add ones of other servers, such as `offline_access`, to every request. */
function knownScopes(text: string): string {
  const asked = new Set(text.split(' '))
  return grantableScopes.filter((scope) => asked.has(scope)).join(' ')
}

/** Every spelling of our own address becomes the one audience; an address of somebody else stays, and is refused. */
function oneAudience(config: Issuer, parameters: URLSearchParams): URLSearchParams {
  const named = new Set(
    parameters.getAll('resource').map((resource) => audienceOf(config, resource) ?? resource),
  )
  parameters.delete('resource')
  for (const resource of named) parameters.append('resource', resource)
  return parameters
}

/** What a client says of itself, as far as it is of use here. */
export interface ClientMetadata {
  client_name: string
  redirect_uris: string[]
  client_uri?: string
  application_type: 'native'
  token_endpoint_auth_method: 'none'
  grant_types: ['authorization_code', 'refresh_token']
  response_types: ['code']
}

/** A refusal in the words of RFC 7591. */
export class RegistrationRefused extends Error {
  readonly code: 'invalid_redirect_uri' | 'invalid_client_metadata'
  constructor(code: RegistrationRefused['code'], message: string) {
    super(message)
    this.name = 'RegistrationRefused'
    this.code = code
  }
}

const mostRedirects = 20
const longestUri = 2_000
const longestName = 80
const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * What is kept of a client's metadata. Every client is a public one with PKCE, whatever it asks for: RFC 7591 lets a server
 * replace what was asked, and the answer says what holds. Throws RegistrationRefused.
 */
export function readClientMetadata(input: unknown): ClientMetadata {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new RegistrationRefused('invalid_client_metadata', 'the metadata must be a JSON object')
  const { client_name: name, client_uri: uri, redirect_uris: redirects } = input as Record<string, unknown>
  if (name !== undefined && typeof name !== 'string')
    throw new RegistrationRefused('invalid_client_metadata', 'client_name must be a text')
  return {
    client_name: cleanName(name ?? '') || 'A program without a name',
    redirect_uris: readRedirects(redirects),
    ...(typeof uri === 'string' && isHttps(uri) ? { client_uri: uri } : {}),
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }
}

/** A name on one line, without characters that hide or turn round what stands beside them. */
function cleanName(name: string): string {
  const visible = toStorable(name)
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll(/\s+/g, ' ')
  return firstCharacters(visible.trim(), longestName)
}

function readRedirects(redirects: unknown): string[] {
  if (!Array.isArray(redirects) || redirects.length === 0)
    throw new RegistrationRefused('invalid_redirect_uri', 'redirect_uris must name at least one address')
  if (redirects.length > mostRedirects)
    throw new RegistrationRefused('invalid_redirect_uri', `redirect_uris must have at most ${mostRedirects}`)
  for (const redirect of redirects) {
    if (typeof redirect !== 'string' || !isRedirect(redirect)) {
      const rule =
        'must be https, or http on localhost, 127.0.0.1 or [::1]; without a fragment or a user name'
      throw new RegistrationRefused('invalid_redirect_uri', `redirect_uris ${rule}`)
    }
  }
  return redirects
}

/** Whether a browser may be sent there with a code: over https, or to a program on the person's own machine. */
export function isRedirect(text: string): boolean {
  if (text.length > longestUri || !isPlain(text) || !URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '' || text.includes('#')) return false
  return loopback.has(hostname) ? protocol === 'http:' : protocol === 'https:'
}

function isHttps(text: string): boolean {
  return text.length <= longestUri && URL.canParse(text) && new URL(text).protocol === 'https:'
}

/** Printable ASCII only: what parsers read differently is no address. */
function isPlain(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text) && !text.includes('\\')
}
