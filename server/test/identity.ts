import pino from 'pino'
import type { Config } from '../src/config.ts'
import type { Caller, Context } from '../src/context.ts'
import type { Feature } from '../src/feature.ts'
import { apiKeysFeature } from '../src/features/account/api-keys/api-keys.feature.ts'
import { auditFeature } from '../src/features/account/audit/audit.feature.ts'
import { createAccessPolicy } from '../src/features/account/auth/access-policy.service.ts'
import { authFeature } from '../src/features/account/auth/auth.feature.ts'
import { startLogin } from '../src/features/account/auth/logins.service.ts'
import { createAccount } from '../src/features/account/auth/sign-up.service.ts'
import { invitationsFeature } from '../src/features/account/invitations/invitations.feature.ts'
import { plansFeature } from '../src/features/account/plans/plans.feature.ts'
import { settingsFeature } from '../src/features/account/settings/settings.feature.ts'
import { setupFeature } from '../src/features/account/setup/setup.feature.ts'
import { setupPages } from '../src/features/account/setup/setup-pages.ts'
import { tenantsFeature } from '../src/features/account/tenants/tenants.feature.ts'
import { usersFeature } from '../src/features/account/users/users.feature.ts'
import { authenticateToken } from '../src/features/agents/oauth/tokens.service.ts'
import { limitsFeature } from '../src/features/insight/limits/limits.feature.ts'
import { checkGate } from '../src/features/insight/limits/limits.service.ts'
import { TestClock } from '../src/platform/clock.ts'
import type { Database } from '../src/platform/database/database.ts'
import { openEventBus } from '../src/platform/events/bus.ts'
import { systemIds } from '../src/platform/ids.ts'
import { closeProcessStates } from '../src/platform/process-state.ts'
import { createHttpServer, type HttpServer } from '../src/transports/http/server.ts'
import { openTestDatabase, type TestDatabase } from './harness-database.ts'
import { untilAnswer } from './until.ts'

const identityFeatures: readonly Feature[] = [
  tenantsFeature,
  plansFeature,
  usersFeature,
  authFeature,
  apiKeysFeature,
  invitationsFeature,
  settingsFeature,
  auditFeature,
  limitsFeature,
  setupFeature,
]

/** One running process with nothing but the identity features. */
export interface IdentityProcess {
  ctx: Context
  http: HttpServer
  /** Calls the API and reads the answer. */
  call(method: string, path: string, options?: CallOptions): Promise<Reply>
  stop(): Promise<void>
}

/** What a call carries. */
export interface CallOptions {
  key?: string
  token?: string
  body?: unknown
  ip?: string
}

/** An answer with its body read as JSON. */
export interface Reply {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
  body: any
  headers: Record<string, unknown>
}

/** A tenant with a signed-in owner. */
export interface TestAccount {
  tenantId: string
  userId: string
  email: string
  token: string
  refreshToken: string
}

/** A database with one process over it; more processes can join. */
export interface Identity extends IdentityProcess {
  clock: TestClock
  addProcess(config?: Partial<Config>): Promise<IdentityProcess>
  createAccount(options?: { passwordHash?: string; plan?: string }): Promise<TestAccount>
  close(): Promise<void>
}

/** Asks again until the answer has the status: for what arrives by notification. */
export function untilStatus(status: number, ask: () => Promise<Reply>): Promise<Reply> {
  return untilAnswer(ask, (reply) => reply.status === status, { timeoutMs: 5_000, everyMs: 1 })
}

const testConfig: Config = {
  host: '127.0.0.1',
  port: 0,
  publicUrl: 'http://localhost:3000',
  dataDir: '/nowhere',
  databaseUrl: undefined,
  secretKey: Buffer.alloc(32, 7).toString('base64'),
  ownerEmail: undefined,
  ownerPassword: undefined,
  bootstrapApiKey: undefined,
  defaultPlan: 'unlimited',
  passwordCost: { log2N: 10, blockSize: 8, parallelization: 1 },
  signUp: 'open',
  waUrl: undefined,
  pace: 1,
  outgoingAllow: [],
  trustedProxies: [],
  webhookRetrySeconds: [5],
  searchPath: '',
  bucket: undefined,
  smtpUrl: undefined,
  metricsToken: undefined,
  isMcpReadOnly: false,
  agents: {
    name: 'MoltFlow',
    description: 'WhatsApp for agents',
    image: undefined,
    isKeyTransferOn: false,
    isV03On: false,
    registrations: [],
    supportedTrust: ['reputation'],
  },
  logLevel: 'silent',
}

const log = pino({ level: 'silent' })
const ids = systemIds()

async function startProcess(db: Database, clock: TestClock, config: Config): Promise<IdentityProcess> {
  const contextFor = (caller: Caller): Context => ({ ...base, caller })
  const events = await openEventBus<Context>({
    db,
    clock,
    ids,
    log,
    handlers: identityFeatures.flatMap((feature) => feature.events ?? []),
    contextFor: (tenantId) => contextFor({ kind: 'system', tenantId }),
  })
  const unused = {} as never
  const base: Context = {
    db,
    events,
    clock,
    ids,
    log,
    config,
    jobs: unused,
    engine: unused,
    caller: { kind: 'anonymous', ip: '127.0.0.1' },
  }
  for (const feature of identityFeatures) await feature.start?.(base)
  const http = await createHttpServer({
    operations: identityFeatures.flatMap((feature) => feature.operations ?? []),
    policy: createAccessPolicy(base, { checkGate, authenticateToken }),
    createContext: contextFor,
    settings: {
      publicUrl: config.publicUrl,
      version: '0.0.0',
      trustedProxies: ['127.0.0.1'],
      publicPerMinute: 100_000,
      refusedPerMinute: 100_000,
    },
    health: { ready: {} },
    log,
    clock,
    ids,
    events,
    pages: setupPages,
  })
  return {
    ctx: base,
    http,
    async call(method, path, options = {}) {
      const response = await http.inject({
        method: method as 'GET',
        url: method === 'GET' && path.startsWith('/setup') ? path : `/api/v2${path}`,
        headers: {
          ...(options.key === undefined ? {} : { 'x-api-key': options.key }),
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          ...(options.ip === undefined ? {} : { 'x-forwarded-for': options.ip }),
          ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(options.body === undefined ? {} : { payload: JSON.stringify(options.body) }),
      })
      const isJson = String(response.headers['content-type']).includes('json')
      return {
        status: response.statusCode,
        body: isJson ? response.json() : response.body,
        headers: response.headers,
      }
    },
    async stop() {
      await http.close()
      for (const feature of [...identityFeatures].reverse()) await feature.stop?.(base)
      await closeProcessStates(base)
      await events.close()
    },
  }
}

/**
 * Opens a database and starts a process with the identity features; close it in `after`. A database that is given stays
 * open: `forgetEverybody` makes it a new installation's again.
 */
export async function openIdentity(config: Partial<Config> = {}, given?: TestDatabase): Promise<Identity> {
  const database = given ?? (await openTestDatabase())
  const clock = new TestClock()
  const processes: IdentityProcess[] = []
  const addProcess = async (more: Partial<Config> = {}): Promise<IdentityProcess> => {
    const process = await startProcess(database.db, clock, { ...testConfig, ...config, ...more })
    processes.push(process)
    return process
  }
  const first = await addProcess()
  let accounts = 0
  return {
    ...first,
    clock,
    addProcess,
    async createAccount(options = {}) {
      accounts += 1
      const email = `owner${accounts}@example.com`
      const { ctx } = first
      const withPlan = { ...ctx, config: { ...ctx.config, defaultPlan: options.plan ?? 'unlimited' } }
      return database.db.transaction(async (sql) => {
        const { owner } = await createAccount(withPlan, sql, {
          email,
          fullName: `Owner ${accounts}`,
          tenantName: `Tenant ${accounts}`,
          passwordHash: options.passwordHash ?? null,
          isEmailVerified: true,
        })
        const answer = await startLogin(ctx, sql, owner, { ip: '127.0.0.1', userAgent: 'test' })
        return {
          tenantId: owner.tenantId,
          userId: owner.id,
          email,
          token: answer.access_token,
          refreshToken: answer.refresh_token,
        }
      })
    },
    async close() {
      for (const process of processes) await process.stop()
      if (given === undefined) await database.close()
    },
  }
}

/** Empties what the identity features keep, as if the database had just been made. */
export async function forgetEverybody({ db }: TestDatabase): Promise<void> {
  await db.pool.query('TRUNCATE tenants, setup_tokens, password_attempts CASCADE')
}
