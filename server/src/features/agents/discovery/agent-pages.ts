import { hkdfSync } from 'node:crypto'
import type { Config } from '../../../config.ts'
import { encryptionLabel } from '../keys/agent-keys.schema.ts'
import { publicKeyOf } from '../keys/sealing.service.ts'

/** A public document, from the host root. */
interface AgentPage {
  path: string
  contentType: string
  body: string
  cacheControl: string
}

/** The version of the card itself, not of the product. */
const cardVersion = '1.2.0'
const skills = [
  'agent.message.send',
  'agent.group.create',
  'agent.group.invite',
  'agent.group.list',
  'group.getContext',
  'webhook_manager',
]

function page(path: string, body: unknown): AgentPage {
  return {
    path,
    contentType: 'application/json; charset=utf-8',
    body: `${JSON.stringify(body, undefined, 2)}\n`,
    cacheControl: 'public, max-age=300',
  }
}

/** The installation's own key: the same in every process, since it follows from the installation key. */
function platformKey({ secretKey }: Config): string {
  const [newest = ''] = secretKey.split(',')
  const bytes = hkdfSync('sha256', Buffer.from(newest, 'base64'), '', 'moltflow agent platform key', 32)
  return publicKeyOf(Buffer.from(bytes)).toString('base64')
}

/** The card of the contract. */
function agentCard(config: Config) {
  const { name, description } = config.agents
  return {
    name,
    description,
    url: config.publicUrl,
    version: cardVersion,
    capabilities: { messaging: true, groups: true, encryption: encryptionLabel, webhooks: true },
    skills,
    public_key: platformKey(config),
  }
}

/** The registration file of ERC-8004, in the form of its draft of today. */
function registrationFile({ agents, publicUrl }: Config) {
  const { name, description, image, registrations, supportedTrust } = agents
  return {
    type: 'https://eips.ethereum.org/EIPS/eip-8004#registration-v1',
    name,
    description,
    ...(image === undefined ? {} : { image }),
    services: [
      { name: 'web', endpoint: publicUrl },
      { name: 'A2A', endpoint: `${publicUrl}/.well-known/agent.json`, version: cardVersion },
      { name: 'MCP', endpoint: `${publicUrl}/mcp`, version: '2025-11-25' },
    ],
    x402Support: false,
    active: true,
    registrations,
    supportedTrust,
  }
}

/** What anybody may read about the installation's agents; registrations only where there are some. */
export function agentPages(config: Config): AgentPage[] {
  const card = page('/.well-known/agent.json', agentCard(config))
  if (config.agents.registrations.length === 0) return [card]
  const file = registrationFile(config)
  return [
    card,
    page('/.well-known/erc8004-agent.json', file),
    page('/.well-known/agent-registration.json', file),
  ]
}
