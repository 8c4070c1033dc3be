import pino, { type Logger } from 'pino'
import { type App, type AppOptions, createApp } from '../src/app.ts'
import type { Config } from '../src/config.ts'
import type { Role } from '../src/context.ts'
import { startLogin } from '../src/features/account/auth/logins.service.ts'
import { createAccount } from '../src/features/account/auth/sign-up.service.ts'
import { createUser, type UserRow } from '../src/features/account/users/users.service.ts'
import { systemClock, TestClock } from '../src/platform/clock.ts'
import type { DrainOptions } from '../src/platform/jobs/runner.ts'
import type { Scope } from '../src/scopes.ts'
import { ApiClient, injectDoor } from './api-client.ts'
import { nextNumber } from './builders.ts'
import { openTestDatabase, type TestDatabase } from './harness-database.ts'

/** A tenant with its owner signed in. */
export interface TestTenant {
  id: string
  userId: string
  email: string
  /** The owner's access token, good for 30 minutes of the test's clock. */
  token: string
  /** The API as the owner. */
  api: ApiClient
  /** A key with these scopes, as its text. */
  key(scopes: readonly Scope[]): Promise<string>
  /** The API with such a key. */
  apiWith(scopes: readonly Scope[]): Promise<ApiClient>
  /** Another user of the tenant with this role, signed in: the access token. */
  signIn(role: Exclude<Role, 'superadmin'>): Promise<string>
}

/** The whole product in this process, with a database of its own and time in the test's hands. */
export interface TestApp extends AsyncDisposable {
  app: App
  clock: TestClock
  database: TestDatabase
  /** The API without a credential. */
  api: ApiClient
  tenant(options?: { plan?: string }): Promise<TestTenant>
  /** Runs every job that is due, and what those enqueue; with `isDueIgnored` also what waits for later. */
  runJobs(options?: DrainOptions): Promise<number>
  close(): Promise<void>
}

/** What a test changes about the installation. */
export interface TestAppOptions {
  config?: Partial<Config>
  engine?: AppOptions['engine']
  features?: AppOptions['features']
  log?: Logger
  dashboardDirectory?: string
  /** Time passes and jobs run by themselves, as in the program: for what depends on both. */
  isLive?: boolean
}

/** Nobody listens there: a session that is started by accident stays on this machine. */
const nowhere = 'ws://127.0.0.1:9'

function testConfig(database: TestDatabase): Config {
  return {
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'http://localhost:3000',
    dataDir: database.dataDirectory,
    databaseUrl: database.databaseUrl,
    secretKey: Buffer.alloc(32, 7).toString('base64'),
    ownerEmail: undefined,
    ownerPassword: undefined,
    bootstrapApiKey: undefined,
    defaultPlan: 'unlimited',
    // A hash of its usual cost takes longer than most tests.
    passwordCost: { log2N: 10, blockSize: 8, parallelization: 1 },
    signUp: 'open',
    waUrl: nowhere,
    pace: 0,
    outgoingAllow: ['127.0.0.1'],
    trustedProxies: [],
    webhookRetrySeconds: [5, 300],
    searchPath: process.env.PATH ?? '',
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
}

/** Builds the product over a fresh database; close it in `after`. Jobs run only when the test says so. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = await openTestDatabase()
  const clock = new TestClock()
  const app = await createApp({
    config: { ...testConfig(database), ...options.config },
    log: options.log ?? pino({ level: 'silent' }),
    version: '0.0.0-test',
    clock: options.isLive === true ? systemClock() : clock,
    db: database.db,
    areJobsManual: options.isLive !== true,
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    ...(options.features === undefined ? {} : { features: options.features }),
    ...(options.dashboardDirectory === undefined ? {} : { dashboardDirectory: options.dashboardDirectory }),
  })
  const close = async () => {
    await app.close()
    await database.close()
  }
  return {
    app,
    clock,
    database,
    api: new ApiClient(injectDoor(app.http)),
    tenant: ({ plan = 'unlimited' } = {}) => createTenant(app, plan),
    runJobs: (drain) => app.jobs.drain(drain),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function createTenant(app: App, plan: string): Promise<TestTenant> {
  const ctx = { ...app.ctx, config: { ...app.ctx.config, defaultPlan: plan } }
  const number = nextNumber()
  const email = `owner${number}@example.com`
  const owner = await ctx.db.transaction(async (sql) => {
    const names = { fullName: `Owner ${number}`, tenantName: `Tenant ${number}` }
    return (await createAccount(ctx, sql, { email, ...names, passwordHash: null, isEmailVerified: true }))
      .owner
  })
  const token = await tokenOf(app, owner)
  const api = new ApiClient(injectDoor(app.http), { authorization: `Bearer ${token}` })
  const key = async (scopes: readonly Scope[]): Promise<string> => {
    const made = await api.post(201, '/api-keys', { name: `Key ${nextNumber()}`, scopes })
    return made.raw_key
  }
  return {
    id: owner.tenantId,
    userId: owner.id,
    email,
    token,
    api,
    key,
    apiWith: async (scopes) => new ApiClient(injectDoor(app.http), { 'x-api-key': await key(scopes) }),
    signIn: (role) => signIn(app, owner.tenantId, role),
  }
}

function tokenOf(app: App, user: UserRow): Promise<string> {
  return app.ctx.db.transaction(async (sql) => {
    const answer = await startLogin(app.ctx, sql, user, { ip: '127.0.0.1', userAgent: 'test' })
    return answer.access_token
  })
}

async function signIn(app: App, tenantId: string, role: Exclude<Role, 'superadmin'>): Promise<string> {
  const number = nextNumber()
  const user = await app.ctx.db.transaction((sql) =>
    createUser(app.ctx, sql, {
      tenantId,
      email: `${role}${number}@example.com`,
      fullName: `User ${number}`,
      role,
      passwordHash: null,
      isEmailVerified: true,
    }),
  )
  return tokenOf(app, user)
}
