import { resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { isProxyRange } from './platform/client-address.ts'
import { prepareDataDirectory } from './platform/data-directory.ts'
import { defaultDataDirectory, type Environment, givenIn, withFile } from './platform/environment.ts'
import type { BucketSettings } from './platform/files/bucket.ts'
import { loadInstallationKey } from './platform/installation-key.ts'
import { OperatorError } from './platform/operator-error.ts'
import { parseAllowed } from './platform/outgoing/addresses.ts'
import { findKeyProblem } from './platform/secrets.ts'

/** Everything that is wrong with the environment, reported at once. */
export class ConfigError extends OperatorError {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(['The configuration has problems:', ...problems.map((problem) => `  ${problem}`)].join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** A number as people write it: what JavaScript would take for one as well, `0x50` or nothing, is a mistake here. */
const number = (pattern: RegExp, least: number, most: number, what: string) =>
  z
    .string()
    .refine(
      (text) => pattern.test(text.trim()) && Number(text) >= least && Number(text) <= most,
      `must be ${what} from ${least} to ${most}`,
    )
    .transform(Number)
const integer = (least: number, most: number) => number(/^\d+$/, least, most, 'a whole number')
const url = (protocols: RegExp, example: string) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.test(new URL(text).protocol),
      `must be a URL like ${example}`,
    )

/** Namespace, chain and contract of a registry, then the id that it gave. */
const registrationPattern = /^[a-z0-9-]{3,8}:[\w-]{1,32}:0x[0-9a-fA-F]{40}\/\d{1,15}$/

/** The environment, variable by variable; the descriptions become `.env.example`. */
export const environmentSchema = z.object({
  MOLTFLOW_HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  MOLTFLOW_PORT: integer(0, 65_535).prefault('3000').describe('Port to listen on.'),
  MOLTFLOW_PUBLIC_URL: url(/^https?:$/, 'https://flow.example.com')
    .default('http://localhost:3000')
    .transform((text) => text.replace(/(?<!\/)\/+$/, ''))
    .describe('Base of links, OAuth issuer and agent card, as people and programs reach it.'),
  MOLTFLOW_DATA_DIR: z
    .string()
    .default(defaultDataDirectory)
    .describe('Embedded database, media and installation key; created for its owner only.'),
  DATABASE_URL: url(/^postgres(ql)?:$/, 'postgres://user:password@host/database')
    .optional()
    .describe('A PostgreSQL server (15 or newer) instead of the embedded database.'),
  MOLTFLOW_SECRET_KEY: z
    .string()
    .optional()
    .describe(
      'Installation key, base64 of 32 bytes: encrypts secrets at rest. Made once in the data directory; required with DATABASE_URL. To rotate, put the new key in front: new,old.',
    ),
  MOLTFLOW_OWNER_EMAIL: z
    .email()
    .optional()
    .describe('Creates the first owner and tenant when there is none.'),
  MOLTFLOW_OWNER_PASSWORD: z
    .string()
    .min(8, 'must have at least 8 characters')
    .optional()
    .describe('Password of the first owner.'),
  MOLTFLOW_BOOTSTRAP_API_KEY: z
    .string()
    .regex(/^mf_[\w-]{32,}$/, 'must be mf_ and at least 32 letters, digits, - or _')
    .optional()
    .describe('An API key of the first tenant with every scope, for automation.'),
  MOLTFLOW_DEFAULT_PLAN: z
    .string()
    .default('unlimited')
    .describe('Plan of a new tenant; a hosting company sets free.'),
  MOLTFLOW_SIGNUP: z
    .enum(['closed', 'open'])
    .default('closed')
    .describe('open lets strangers create a tenant.'),
  MOLTFLOW_WA_URL: url(/^wss?:$/, 'ws://127.0.0.1:4000')
    .optional()
    .describe('A simulator instead of WhatsApp; plain ws only on a loopback address.'),
  MOLTFLOW_PACE: number(/^\d+(\.\d+)?$/, 0, 100, 'a number')
    .prefault('1')
    .describe('Factor on human-like delays. Anything but 1 only with MOLTFLOW_WA_URL on a loopback address.'),
  MOLTFLOW_OUTGOING_ALLOW: z
    .string()
    .default('')
    .transform((text) => splitList(text))
    .refine(
      (entries) => entries.every((entry) => parseAllowed(entry) !== undefined),
      'must be hosts, addresses or CIDRs separated by commas, each with :port if only that port is meant, and no URLs',
    )
    .describe(
      'Comma-separated hosts, addresses and CIDRs that webhooks, media downloads and calls of language models may reach although private or plain http; with :port only there.',
    ),
  MOLTFLOW_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) => splitList(text))
    .refine(
      (ranges) => ranges.every(isProxyRange),
      'must be addresses or CIDRs separated by commas, such as 127.0.0.1,172.16.0.0/12, and not the whole internet',
    )
    .describe(
      'Addresses or CIDRs of the proxies in front, comma-separated: what they say in X-Forwarded-For is believed, so that limits and the audit log see who really asks. Nobody is believed by default.',
    ),
  MOLTFLOW_WEBHOOK_RETRY_SECONDS: z
    .string()
    .default('5,300,1800,7200,18000,36000,36000')
    .transform((text) => splitList(text).map(Number))
    .refine(
      (delays) => delays.length > 0 && delays.every((delay) => Number.isFinite(delay) && delay >= 0),
      'must be seconds separated by commas',
    )
    .describe('Delays between the attempts of a webhook delivery.'),
  MOLTFLOW_S3_ENDPOINT: url(/^https?:$/, 'https://s3.eu-central-1.amazonaws.com')
    .optional()
    .describe(
      'Keeps media in a bucket of S3, or of what speaks its protocol, instead of the data directory.',
    ),
  MOLTFLOW_S3_BUCKET: z.string().optional().describe('Name of the bucket.'),
  MOLTFLOW_S3_REGION: z.string().optional().describe('Region of the bucket, us-east-1 if unsure.'),
  MOLTFLOW_S3_ACCESS_KEY_ID: z.string().optional().describe('Access key of the bucket.'),
  MOLTFLOW_S3_SECRET_ACCESS_KEY: z.string().optional().describe('Secret of that key.'),
  MOLTFLOW_SMTP_URL: url(/^smtps?:$/, 'smtps://user:password@mail.example.com')
    .optional()
    .describe('Mail server.'),
  MOLTFLOW_MCP_READ_ONLY: z
    .enum(['true', 'false'])
    .default('false')
    .describe(
      'true lets tools of the Model Context Protocol read and change nothing, whatever the key may do.',
    ),
  MOLTFLOW_METRICS_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .describe('Bearer token that GET /metrics then requires.'),
  MOLTFLOW_AGENT_NAME: z.string().max(100).default('MoltFlow').describe('Name on the agent cards.'),
  MOLTFLOW_AGENT_DESCRIPTION: z
    .string()
    .max(1000)
    .default('WhatsApp messages, groups and webhooks for agents')
    .describe('Description on the agent cards.'),
  MOLTFLOW_AGENT_IMAGE: url(/^https:$/, 'https://example.com/logo.png')
    .optional()
    .describe('Picture on the ERC-8004 registration file.'),
  MOLTFLOW_AGENT_KEY_TRANSFER: z
    .enum(['off', 'on'])
    .default('off')
    .describe('on lets owners take the private key of their agent out, and bring one along.'),
  MOLTFLOW_A2A_V03: z
    .enum(['off', 'on'])
    .default('off')
    .describe('on serves A2A 0.3 beside 1.0: requests without the header A2A-Version are of 0.3.'),
  MOLTFLOW_ERC8004_REGISTRATIONS: z
    .string()
    .default('')
    .transform((text) => splitList(text))
    .refine(
      (entries) => entries.every((entry) => registrationPattern.test(entry)),
      'must be registrations such as eip155:1:0x8004A169FB4a3325136EB29fA0ceB6D2e539a432/42, separated by commas',
    )
    .describe(
      'Your own registrations as an ERC-8004 agent, comma-separated: registry/id. The registration file answers 404 without one.',
    ),
  MOLTFLOW_ERC8004_TRUST: z
    .string()
    .default('reputation')
    .transform((text) => splitList(text))
    .describe('Models of trust in the registration file, comma-separated.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('JSON lines on stdout.'),
})

/** How the installation shows itself to agents, and what it allows them. */
export interface AgentSettings {
  name: string
  description: string
  image: string | undefined
  /** Owners may take private keys out and bring them along. */
  isKeyTransferOn: boolean
  /** A2A 0.3 is served beside 1.0. */
  isV03On: boolean
  /** Own entries in ERC-8004 registries; without one there is no registration file. */
  registrations: readonly { agentId: number; agentRegistry: string }[]
  supportedTrust: readonly string[]
}

/** Parameters of scrypt. */
export interface PasswordCost {
  log2N: number
  blockSize: number
  parallelization: number
}

/**
 * N = 2^15, r = 8, p = 3, one of the equivalent settings of the OWASP password storage cheat sheet, chosen for its 32 MB.
 * A hash carries its own parameters, so these may change at any time.
 */
const passwordCost: PasswordCost = { log2N: 15, blockSize: 8, parallelization: 3 }

/** The checked configuration. */
export interface Config {
  host: string
  port: number
  /** Without a slash at its end. */
  publicUrl: string
  /** Absolute. */
  dataDir: string
  databaseUrl: string | undefined
  /** One or more base64 keys, see platform/secrets.ts. */
  secretKey: string
  ownerEmail: string | undefined
  ownerPassword: string | undefined
  bootstrapApiKey: string | undefined
  defaultPlan: string
  /** What a new hash of a password costs; no setting of an installation. */
  passwordCost: PasswordCost
  signUp: 'closed' | 'open'
  waUrl: string | undefined
  pace: number
  outgoingAllow: readonly string[]
  /** Addresses and CIDRs of proxies. */
  trustedProxies: readonly string[]
  webhookRetrySeconds: readonly number[]
  /** Directories with other programs, as `PATH` lists them. */
  searchPath: string
  /** Where media are kept; undefined is the data directory. */
  bucket: BucketSettings | undefined
  smtpUrl: string | undefined
  metricsToken: string | undefined
  /** Tools may read and change nothing. */
  isMcpReadOnly: boolean
  agents: AgentSettings
  logLevel: string
}

/** The process's environment; what `.env` in the working directory says comes second. */
export function readEnvironment(): Environment {
  return withFile(process.env)
}

/**
 * Checks the environment; throws ConfigError with every problem. Without MOLTFLOW_SECRET_KEY the key
 * of the data directory is used, and made when there is none. What is no mistake but looks like one is told to `warn`.
 */
export function loadConfig(environment: Environment, warn: (sentence: string) => void = () => {}): Config {
  const given = givenIn(environment)
  const result = environmentSchema.safeParse(given)
  const problems = result.success
    ? []
    : result.error.issues.map((issue) => `${issue.path.join('.')} ${startLower(issue.message)}`)
  problems.push(...findConflicts(given))
  if (!result.success || problems.length > 0) throw new ConfigError(problems)
  for (const name of findUnknown(given)) warn(name)
  const values = result.data
  const dataDir = resolve(values.MOLTFLOW_DATA_DIR)
  prepareDataDirectory(dataDir)
  return {
    host: values.MOLTFLOW_HOST,
    port: values.MOLTFLOW_PORT,
    // Whoever moves the port alone still gets links that work.
    publicUrl:
      given['MOLTFLOW_PUBLIC_URL'] === undefined
        ? `http://localhost:${values.MOLTFLOW_PORT}`
        : values.MOLTFLOW_PUBLIC_URL,
    dataDir,
    databaseUrl: values.DATABASE_URL,
    secretKey: values.MOLTFLOW_SECRET_KEY ?? loadInstallationKey(dataDir, warn),
    ownerEmail: values.MOLTFLOW_OWNER_EMAIL,
    ownerPassword: values.MOLTFLOW_OWNER_PASSWORD,
    bootstrapApiKey: values.MOLTFLOW_BOOTSTRAP_API_KEY,
    defaultPlan: values.MOLTFLOW_DEFAULT_PLAN,
    passwordCost,
    signUp: values.MOLTFLOW_SIGNUP,
    waUrl: values.MOLTFLOW_WA_URL,
    pace: values.MOLTFLOW_PACE,
    outgoingAllow: values.MOLTFLOW_OUTGOING_ALLOW,
    trustedProxies: values.MOLTFLOW_TRUSTED_PROXIES,
    webhookRetrySeconds: values.MOLTFLOW_WEBHOOK_RETRY_SECONDS,
    searchPath: given['PATH'] ?? '',
    bucket: bucketOf(values),
    smtpUrl: values.MOLTFLOW_SMTP_URL,
    metricsToken: values.MOLTFLOW_METRICS_TOKEN,
    isMcpReadOnly: values.MOLTFLOW_MCP_READ_ONLY === 'true',
    agents: agentsOf(values),
    logLevel: values.LOG_LEVEL,
  }
}

function agentsOf(values: z.output<typeof environmentSchema>): AgentSettings {
  return {
    name: values.MOLTFLOW_AGENT_NAME,
    description: values.MOLTFLOW_AGENT_DESCRIPTION,
    image: values.MOLTFLOW_AGENT_IMAGE,
    isKeyTransferOn: values.MOLTFLOW_AGENT_KEY_TRANSFER === 'on',
    isV03On: values.MOLTFLOW_A2A_V03 === 'on',
    registrations: values.MOLTFLOW_ERC8004_REGISTRATIONS.map((entry) => {
      const [agentRegistry = '', agentId] = entry.split('/')
      return { agentId: Number(agentId), agentRegistry }
    }),
    supportedTrust: values.MOLTFLOW_ERC8004_TRUST,
  }
}

const bucketVariables = [
  'MOLTFLOW_S3_ENDPOINT',
  'MOLTFLOW_S3_BUCKET',
  'MOLTFLOW_S3_REGION',
  'MOLTFLOW_S3_ACCESS_KEY_ID',
  'MOLTFLOW_S3_SECRET_ACCESS_KEY',
] as const

/** The bucket, when all of its variables are set. */
function bucketOf(values: z.output<typeof environmentSchema>): BucketSettings | undefined {
  const [endpoint, name, region, accessKeyId, secretAccessKey] = bucketVariables.map((key) => values[key])
  const isSet =
    endpoint !== undefined &&
    name !== undefined &&
    region !== undefined &&
    accessKeyId !== undefined &&
    secretAccessKey !== undefined
  return isSet ? { endpoint, name, region, accessKeyId, secretAccessKey } : undefined
}

/** Variables that look like ours and are none: a slip in a name would otherwise go unnoticed. */
function findUnknown(given: Record<string, string>): string[] {
  const known = Object.keys(environmentSchema.shape)
  return Object.keys(given)
    .filter((name) => name.startsWith('MOLTFLOW_') && !known.includes(name))
    .map((name) => {
      const meant = known.find((other) => other === name.slice('MOLTFLOW_'.length))
      return `${name} is no setting of MoltFlow and is ignored${meant === undefined ? '' : `; ${meant} is`}.`
    })
}

/** What only shows when variables are seen together; reads the raw values, so that all is reported at once. */
function findConflicts(given: Record<string, string | undefined>): string[] {
  const problems: string[] = []
  const waUrl = given['MOLTFLOW_WA_URL']
  const isLoopback = waUrl !== undefined && URL.canParse(waUrl) && isLoopbackHost(new URL(waUrl).hostname)
  if (Number(given['MOLTFLOW_PACE'] ?? 1) !== 1 && !isLoopback) {
    problems.push(
      'MOLTFLOW_PACE must be 1 unless MOLTFLOW_WA_URL is a loopback address: it switches ban safety off',
    )
  }
  if (waUrl?.startsWith('ws:') === true && !isLoopback) {
    problems.push('MOLTFLOW_WA_URL must use wss unless it is a loopback address')
  }
  const key = given['MOLTFLOW_SECRET_KEY']
  if (key === undefined && given['DATABASE_URL'] !== undefined) {
    problems.push('MOLTFLOW_SECRET_KEY is required with DATABASE_URL: every process needs the same key')
  }
  const keyProblem = key === undefined ? undefined : findKeyProblem(key)
  if (keyProblem !== undefined) problems.push(`MOLTFLOW_SECRET_KEY ${keyProblem}`)
  if ((given['MOLTFLOW_OWNER_EMAIL'] === undefined) !== (given['MOLTFLOW_OWNER_PASSWORD'] === undefined)) {
    problems.push('MOLTFLOW_OWNER_EMAIL and MOLTFLOW_OWNER_PASSWORD must be set together')
  }
  const missing = bucketVariables.filter((key) => given[key] === undefined)
  if (missing.length > 0 && missing.length < bucketVariables.length) {
    problems.push(`${missing.join(', ')} must be set too: a bucket needs all five MOLTFLOW_S3_ variables`)
  }
  return problems
}

/** Whether a URL's host name is this machine. */
function isLoopbackHost(hostname: string): boolean {
  if (hostname === 'localhost') return true
  const address = hostname.replace(/^\[|\]$/g, '')
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function startLower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
