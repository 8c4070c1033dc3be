import { pino } from 'pino'
import { z } from 'zod'
import type { AccessPolicy } from '../src/access.ts'
import type { Caller, Context } from '../src/context.ts'
import { Answer, defineOperation, type Operation } from '../src/operation.ts'
import { TestClock } from '../src/platform/clock.ts'
import { forbidden, notFound, unauthorized } from '../src/platform/errors.ts'
import type { EventPayload, Events, PublishedEvent } from '../src/platform/events/events.ts'
import { systemIds } from '../src/platform/ids.ts'
import type { Scope } from '../src/scopes.ts'
import { createHttpServer, type HttpParts } from '../src/transports/http/server.ts'
import { booleanQuery, idParams, pageQuery, timestampOutput, toTimestamp, uuidField } from '../src/wire.ts'

const thing = z
  .object({ id: uuidField, name: z.string(), created_at: timestampOutput })
  .meta({ id: 'Thing', description: 'A sample' })

const knownId = '0190a1b2-0000-7000-8000-000000000001'

/** The one id that exists in the samples. */
export const sampleId = knownId

const oneThing = (ctx: Context, name: string) => ({
  id: knownId,
  name,
  created_at: toTimestamp(ctx.clock.now()),
})

/** A handful of operations that use every part of the transport. */
export const sampleOperations: readonly Operation[] = [
  defineOperation({
    id: 'things.list',
    method: 'GET',
    path: '/things',
    summary: 'Lists things',
    access: ['sessions:read'],
    query: z.object({
      ...pageQuery(),
      is_new: booleanQuery().optional(),
      search: z.string().max(20).optional(),
    }),
    success: { status: 200, schema: z.object({ things: z.array(thing), query: z.looseObject({}) }) },
    run: async (ctx, { limit, offset, is_new, search }) => ({
      things: [oneThing(ctx, 'one')],
      query: { limit, offset, is_new, search },
    }),
  }),
  defineOperation({
    id: 'things.get',
    method: 'GET',
    path: '/things/{id}',
    summary: 'Reads a thing',
    access: ['sessions:read'],
    params: idParams,
    success: { status: 200, schema: thing },
    run: async (ctx, { id }) => {
      if (id !== knownId) throw notFound.create()
      return oneThing(ctx, 'one')
    },
  }),
  defineOperation({
    id: 'things.create',
    method: 'POST',
    path: '/things',
    summary: 'Makes a thing',
    access: ['sessions:manage'],
    query: z.object({ dry_run: booleanQuery().optional() }),
    body: z.object({
      name: z.string().min(1).max(10),
      tags: z.array(z.string()).max(2).optional(),
      kind: z.enum(['big', 'small']).default('big'),
    }),
    success: { status: 201, schema: thing },
    run: async (ctx, { name }) => oneThing(ctx, name),
  }),
  defineOperation({
    id: 'things.send',
    method: 'POST',
    path: '/things/send',
    summary: 'Sends a thing',
    access: ['messages:send', 'sessions:read'],
    isSend: true,
    gate: { feature: 'sending' },
    body: z.object({ message: z.string() }).strict(),
    success: { status: 201, schema: z.looseObject({}) },
    run: async (_ctx, { respondAsync, idempotency, userAgent, message }) =>
      new Answer(respondAsync ? 202 : 201, { message, idempotency, userAgent }, { 'x-extra': 'yes' }),
  }),
  defineOperation({
    id: 'things.picture',
    method: 'GET',
    path: '/things/{id}/picture',
    summary: 'Shows a thing',
    access: 'any',
    roles: ['owner', 'admin'],
    keys: 'refused',
    params: idParams,
    success: { status: 200, schema: z.object({ picture: z.string() }), raw: 'image/png' },
    run: async (_ctx, { accepts }) =>
      accepts === 'image/png'
        ? { contentType: 'image/png', body: Buffer.from([0x89, 0x50, 0x4e, 0x47]) }
        : { picture: 'data:' },
  }),
  defineOperation({
    id: 'things.break',
    method: 'DELETE',
    path: '/things/{id}',
    summary: 'Fails unexpectedly',
    access: 'any',
    params: idParams,
    success: { status: 200, schema: z.looseObject({}) },
    run: async () => {
      throw new Error('postgres://user:secret@db is away')
    },
  }),
  defineOperation({
    id: 'auth.hello',
    method: 'POST',
    path: '/auth/hello',
    summary: 'Greets anyone',
    access: 'public',
    body: z.object({ name: z.string() }),
    success: { status: 200, schema: z.object({ hello: z.string() }) },
    run: async (_ctx, { name }) => ({ hello: name }),
  }),
]

/** Tenants, credentials and limits that a test sets as it likes. */
export class SamplePolicy implements AccessPolicy {
  readonly callers = new Map<string, Caller>()
  readonly counted: string[] = []
  perMinute = 600
  hasSending = true

  /** Makes a key with these scopes; returns its text. */
  key(scopes: readonly Scope[], tenantId = 'tenant-a'): string {
    const key = `mf_${systemIds().token(24)}`
    this.callers.set(key, { kind: 'key', tenantId, userId: 'u', keyId: 'k', scopes: new Set(scopes), ip: '' })
    return key
  }

  /** Makes a token of a user with every scope; returns its text. */
  user(role: 'owner' | 'admin' | 'member' = 'owner', tenantId = 'tenant-a', expiresAtMs = 0): string {
    const claims = Buffer.from(JSON.stringify({ exp: expiresAtMs / 1000 })).toString('base64url')
    const token =
      expiresAtMs === 0 ? `e30.e30.${systemIds().token(24)}` : `e30.${claims}.${systemIds().token(8)}`
    const scopes = new Set<Scope>(['*'])
    this.callers.set(token, { kind: 'user', tenantId, userId: 'u', role, scopes, loginId: 'l', ip: '' })
    return token
  }

  async authenticate(
    _ctx: Context,
    credential: Parameters<AccessPolicy['authenticate']>[1],
  ): Promise<Caller> {
    const caller = this.callers.get(credential.kind === 'key' ? credential.key : credential.token)
    if (caller === undefined) throw unauthorized.create()
    return caller
  }

  async checkGate(): Promise<void> {
    if (!this.hasSending) throw forbidden.create({ message: 'The plan does not include sending' })
  }

  async requestsPerMinute(): Promise<number> {
    return this.perMinute
  }

  countRequest(tenantId: string): void {
    this.counted.push(tenantId)
  }
}

/** Live events in memory: what a stream of the transport sees of the real ones. */
export class SampleEvents implements Events {
  readonly #subscribers = new Set<(event: PublishedEvent) => void>()
  readonly #kept: PublishedEvent[] = []
  #count = 0
  openSubscriptions = 0

  async publish(): Promise<void> {}
  async publishMany(): Promise<void> {}

  /** Delivers to every subscriber at once. */
  emit(name: string, payload: EventPayload & Record<string, unknown>): PublishedEvent {
    this.#count += 1
    const event = { id: String(this.#count), name, atMs: 0, payload }
    this.#kept.push(event)
    for (const subscriber of this.#subscribers) subscriber(event)
    return event
  }

  /** Drops what a resuming reader could still ask for. */
  forget(): void {
    this.#kept.length = 0
  }

  subscribe(options: Parameters<Events['subscribe']>[0]): ReturnType<Events['subscribe']> {
    const { names, matches = () => true, capacity = 10, afterId } = options
    const waiting: PublishedEvent[] = []
    const state = { lost: 0, isClosed: false, wake: () => {} }
    const push = (event: PublishedEvent) => {
      if (!names.includes(event.name) || !matches(event)) return
      if (waiting.length >= capacity) {
        waiting.shift()
        state.lost += 1
      }
      waiting.push(event)
      state.wake()
    }
    if (afterId !== undefined) this.#kept.filter(({ id }) => Number(id) > Number(afterId)).forEach(push)
    this.#subscribers.add(push)
    this.openSubscriptions += 1
    const close = () => {
      if (state.isClosed) return
      state.isClosed = true
      this.#subscribers.delete(push)
      this.openSubscriptions -= 1
      state.wake()
    }
    async function* iterate() {
      for (;;) {
        if (state.lost > 0) {
          yield { lost: state.lost, isOverrun: true }
          state.lost = 0
        }
        const next = waiting.shift()
        if (next !== undefined) yield next
        else if (state.isClosed) return
        else await new Promise<void>((resolve) => Object.assign(state, { wake: resolve }))
      }
    }
    return { close, [Symbol.asyncIterator]: iterate }
  }
}

/** A server over the samples, with its parts at hand. */
export async function createSampleServer(overrides: Partial<HttpParts> = {}) {
  const policy = new SamplePolicy()
  const clock = new TestClock()
  const events = new SampleEvents()
  const logLines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line) => logLines.push(line) })
  // The transport passes the context on and looks at `caller` and `log` alone: the samples use nothing else.
  const base = { clock, log, ids: systemIds() } as unknown as Context
  const http = await createHttpServer({
    operations: sampleOperations,
    policy,
    createContext: (caller) => ({ ...base, caller }),
    settings: { publicUrl: 'http://localhost:3000', version: '0.0.0' },
    health: {
      ready: { database: async () => true },
      metrics: async () => ({ contentType: 'text/plain', body: 'up 1\n' }),
    },
    log,
    clock,
    ids: systemIds(),
    events,
    ...overrides,
  })
  return { http, policy, clock, events, logLines }
}
