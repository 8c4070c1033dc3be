import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import type { Config } from '../src/config.ts'
import type { Caller, Context } from '../src/context.ts'
import { type MessageReceived, messageReceived } from '../src/features/messages/messages.schema.ts'
import { tenants } from '../src/features/tenants/tenants.tables.ts'
import { webhooksFeature } from '../src/features/webhooks/webhooks.feature.ts'
import { TestClock } from '../src/platform/clock.ts'
import { openEventBus } from '../src/platform/events-bus.ts'
import { systemIds } from '../src/platform/ids.ts'
import { openJobs } from '../src/platform/jobs-boss.ts'
import { createJobRunner } from '../src/platform/jobs-runner.ts'
import type { Scope } from '../src/scopes.ts'
import { createHttpServer } from '../src/transports/http/server.ts'
import { openTestDatabase } from './harness-database.ts'

/** One request as the endpoint got it. */
export interface Received {
  headers: IncomingHttpHeaders
  raw: Buffer
  body: { id: string; event: string; timestamp: string; data: Record<string, unknown> }
}

const ids = systemIds()
const log = pino({ level: 'silent' })

/** A real endpoint on loopback that keeps what it receives and answers as told. */
export class Endpoint {
  readonly received: Received[] = []
  answer: (response: ServerResponse) => void = (response) => response.end('ok')
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      this.received.push({ headers: request.headers, raw, body: JSON.parse(raw.toString()) })
      this.answer(response)
    })
  })

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`
  }

  /** Answers with a status, a body and headers. */
  respond(status: number, body = '', headers: Record<string, string> = {}): void {
    this.answer = (response) => response.writeHead(status, headers).end(body)
  }

  get last(): Received {
    const last = this.received.at(-1)
    assert.ok(last, 'nothing was received')
    return last
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** An inbound message as the messages feature tells it. */
export function messageOf(tenantId: string, text: string): MessageReceived {
  return {
    tenantId,
    sessionId: ids.uuid(),
    messageId: ids.uuid(),
    chatId: '15550123456@c.us',
    chatRecordId: ids.uuid(),
    waMessageId: 'ABCD1234',
    messageType: 'text',
    text,
    isGroup: false,
    senderPhone: '+15550123456',
    senderName: 'Sample Contact',
    senderContactId: null,
    hasMedia: false,
    mentions: [],
    quotedWaMessageId: null,
    waTimestamp: '2026-02-11T10:00:00Z',
    isOffline: false,
  }
}

/** The feature alone behind the real transport, over the real database, jobs and events. */
export async function openWebhooks() {
  const database = await openTestDatabase()
  const clock = new TestClock()
  const { db } = database
  const config = {
    secretKey: Buffer.alloc(32, 7).toString('base64'),
    outgoingAllow: ['127.0.0.1'],
    webhookRetrySeconds: [5, 300],
  } as unknown as Config
  const jobs = await openJobs({ db, log, testClock: clock })
  const contextFor = (tenantId: string): Context => ({ ...ctx, caller: { kind: 'system', tenantId } })
  const events = await openEventBus<Context>({
    db,
    clock,
    ids,
    log,
    contextFor,
    handlers: webhooksFeature.events ?? [],
  })
  const caller: Caller = { kind: 'system', tenantId: '' }
  const ctx: Context = { db, jobs, events, engine: {} as never, clock, ids, log, config, caller }
  const runner = createJobRunner<Context>({
    store: jobs,
    clock,
    log,
    handlers: webhooksFeature.jobs ?? [],
    contextFor: (payload) => contextFor((payload as { tenantId?: string }).tenantId ?? ''),
    isManual: true,
  })
  const http = await createHttpServer({
    operations: webhooksFeature.operations ?? [],
    policy: {
      // The key is the tenant: who may do what is tested where it is decided.
      authenticate: async (_ctx, credential, ip) => {
        const tenantId = credential.kind === 'key' ? credential.key : credential.token
        const scopes = new Set<Scope>(['*'])
        return { kind: 'key', tenantId, userId: ids.uuid(), keyId: ids.uuid(), scopes, ip }
      },
      checkGate: async () => undefined,
      requestsPerMinute: async () => 1_000_000,
      countRequest: () => undefined,
    },
    createContext: (who) => ({ ...ctx, caller: who }),
    settings: { publicUrl: 'http://localhost:3000', version: '0.0.0' },
    health: {
      isReady: async () => true,
      metrics: async () => ({ contentType: 'text/plain', body: '' }),
      metricsToken: undefined,
    },
    log,
    clock,
    ids,
    events,
  })
  await webhooksFeature.start?.(ctx)
  await runner.start()
  return {
    database,
    clock,
    ctx,
    runner,
    ...clientOf({ ctx, http }),
    async close() {
      await http.close()
      await runner.stop()
      await webhooksFeature.stop?.(ctx)
      await events.close()
      await jobs.close()
      await database.close()
    },
  }
}

/** The feature as a test holds it. */
export type Webhooks = Awaited<ReturnType<typeof openWebhooks>>

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

function clientOf({ ctx, http }: { ctx: Context; http: Awaited<ReturnType<typeof createHttpServer>> }) {
  async function createTenant(): Promise<string> {
    const id = ids.uuid()
    const at = ctx.clock.now()
    await ctx.db.pool.query(
      `insert into plans (id, name, limits, features) values ('test', 'Test', '{}', '[]') on conflict do nothing`,
    )
    await ctx.db.sql
      .insert(tenants)
      .values({ id, name: 'Test', planId: 'test', createdAt: at, updatedAt: at })
    return id
  }

  async function call(tenantId: string, method: Method, path: string, body?: object) {
    const response = await http.inject({
      method,
      url: `/api/v2${path}`,
      headers: { 'x-api-key': tenantId },
      ...(body === undefined ? {} : { payload: body }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
    return { status: response.statusCode, body: response.json() as any }
  }

  /** A tenant with one webhook that leads to a fresh endpoint. */
  async function setUp(settings: Record<string, unknown> = {}) {
    const endpoint = await new Endpoint().open()
    const tenantId = await createTenant()
    const body = { url: endpoint.url, events: ['message.received'], ...settings }
    const created = await call(tenantId, 'POST', '/webhooks', body)
    assert.equal(created.status, 201, JSON.stringify(created.body))
    const path = `/webhooks/${created.body.id}`
    return {
      endpoint,
      tenantId,
      id: created.body.id as string,
      path,
      read: async () => (await call(tenantId, 'GET', path)).body,
      deliveries: async (query = '') =>
        (await call(tenantId, 'GET', `${path}/deliveries${query}`)).body.deliveries,
      [Symbol.asyncDispose]: () => endpoint.close(),
    }
  }

  /** Tells that messages came in, as the messages feature does. */
  async function receive(tenantId: string, ...texts: string[]): Promise<void> {
    const payloads = texts.map((text) => messageOf(tenantId, text))
    await ctx.db.transaction((sql) => ctx.events.publishMany(sql, messageReceived, payloads))
  }

  return { createTenant, call, setUp, receive }
}
