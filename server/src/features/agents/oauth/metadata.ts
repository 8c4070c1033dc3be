import type { Config } from '../../../config.ts'
import { grantableScopes } from './oauth.schema.ts'

type Issuer = Pick<Config, 'publicUrl'>

/** What tokens are for: one audience, whichever of our addresses a client names. */
export function resourceOf({ publicUrl }: Issuer): string {
  return `${publicUrl}/mcp`
}

/**
 * The audience behind the `resource` that a client named: with and without path, slash and port as written, any address of
 * this installation is the one there is. Undefined for an address of somebody else.
 */
export function audienceOf(config: Issuer, resource: string): string | undefined {
  const own = new URL(config.publicUrl)
  if (!URL.canParse(resource)) return undefined
  const named = new URL(resource)
  const isOurs =
    named.origin === own.origin && named.username === '' && named.password === '' && named.hash === ''
  const base = own.pathname.endsWith('/') ? own.pathname : `${own.pathname}/`
  return isOurs && `${named.pathname}/`.startsWith(base) ? resourceOf(config) : undefined
}

/** The authorization server as RFC 8414 describes one. */
export function serverMetadata({ publicUrl }: Issuer) {
  return {
    issuer: publicUrl,
    authorization_endpoint: `${publicUrl}/oauth/authorize`,
    token_endpoint: `${publicUrl}/oauth/token`,
    registration_endpoint: `${publicUrl}/oauth/register`,
    revocation_endpoint: `${publicUrl}/oauth/revoke`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    scopes_supported: grantableScopes,
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
    service_documentation: `${publicUrl}/docs`,
  }
}

/** The API as a protected resource, as RFC 9728 describes one. */
export function resourceMetadata(config: Issuer) {
  return {
    resource: resourceOf(config),
    authorization_servers: [config.publicUrl],
    scopes_supported: grantableScopes,
    bearer_methods_supported: ['header'],
    resource_name: 'MoltFlow',
    resource_documentation: `${config.publicUrl}/docs`,
  }
}
