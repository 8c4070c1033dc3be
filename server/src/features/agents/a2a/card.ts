import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'
import { type AgentCard, generateAgentCardSignature } from '@a2a-js/sdk'
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose'
import type { Config } from '../../../config.ts'
import { a2aPath, jwksPath } from './a2a.schema.ts'
import { describeSkill, type Skill } from './skills.ts'

/** The version of what this agent can do, not of the product. */
const cardVersion = '1.0.0'
/** What stands before the 32 bytes of an Ed25519 key in PKCS #8. */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The card, unsigned. */
export function createCard({ agents, publicUrl }: Config, skills: readonly Skill[]): AgentCard {
  const versions = agents.isV03On ? ['1.0', '0.3'] : ['1.0']
  return {
    name: agents.name,
    description: agents.description,
    supportedInterfaces: versions.map((protocolVersion) => ({
      url: `${publicUrl}${a2aPath}`,
      protocolBinding: 'JSONRPC',
      tenant: '',
      protocolVersion,
    })),
    provider: undefined,
    version: cardVersion,
    capabilities: { streaming: true, pushNotifications: true, extensions: [], extendedAgentCard: true },
    securitySchemes: {
      apiKey: {
        scheme: {
          $case: 'apiKeySecurityScheme',
          value: { description: 'A key with a2a:manage', location: 'header', name: 'X-API-Key' },
        },
      },
      oauth: {
        scheme: {
          $case: 'oauth2SecurityScheme',
          value: {
            description: 'OAuth 2.1 with PKCE',
            flows: {
              flow: {
                $case: 'authorizationCode',
                value: {
                  authorizationUrl: `${publicUrl}/oauth/authorize`,
                  tokenUrl: `${publicUrl}/oauth/token`,
                  refreshUrl: `${publicUrl}/oauth/token`,
                  scopes: { 'a2a:manage': 'Work with agents' },
                  pkceRequired: true,
                },
              },
            },
            oauth2MetadataUrl: `${publicUrl}/.well-known/oauth-authorization-server`,
          },
        },
      },
    },
    securityRequirements: [
      { schemes: { apiKey: { list: [] } } },
      { schemes: { oauth: { list: ['a2a:manage'] } } },
    ],
    defaultInputModes: ['text/plain', 'application/json'],
    defaultOutputModes: ['text/plain'],
    skills: skills.map(describeSkill),
    signatures: [],
    ...(agents.image === undefined ? {} : { iconUrl: agents.image }),
  }
}

/** Follows from the installation key, so it is the same in every process and lies nowhere. */
function signingKey(secretKey: string): KeyObject {
  const bytes = hkdfSync(
    'sha256',
    Buffer.from(secretKey, 'base64'),
    '',
    'moltflow agent card signing key',
    32,
  )
  return createPrivateKey({
    key: Buffer.concat([pkcs8Head, Buffer.from(bytes)]),
    format: 'der',
    type: 'pkcs8',
  })
}

async function publicJwk(key: KeyObject): Promise<JWK & { kid: string }> {
  const jwk = await exportJWK(createPublicKey(key))
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'EdDSA', use: 'sig' }
}

/** The public keys of cards: of every installation key that still reads. */
export async function listJwks({ secretKey }: Config): Promise<{ keys: JWK[] }> {
  return { keys: await Promise.all(secretKey.split(',').map((key) => publicJwk(signingKey(key)))) }
}

/** Signs a card (RFC 8785, detached JWS) with the newest key. */
export async function signCard({ secretKey, publicUrl }: Config, card: AgentCard): Promise<AgentCard> {
  const [newest = ''] = secretKey.split(',')
  const key = signingKey(newest)
  const { kid } = await publicJwk(key)
  const jku = `${publicUrl}${jwksPath}`
  return generateAgentCardSignature(key, { alg: 'EdDSA', typ: 'JOSE', kid, jku })(card)
}
