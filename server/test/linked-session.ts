import { createSimulator, type Simulator } from '@moltflow/simulator'
import type { PublishedEvent } from '../src/platform/events/events.ts'
import type { ApiClient } from './api-client.ts'
import { buildPhone } from './builders.ts'
import { createTestApp, type TestApp, type TestAppOptions } from './harness.ts'

// Long, because a busy machine is no failure; below the 20 s from which the tests' timers keep no process alive.
const timeoutMs = 19_000

/** The product with a simulated WhatsApp beside it. */
export interface LinkedApp extends TestApp {
  simulator: Simulator
}

/** Builds both; close it in `after`. Receipts come quickly unless `receipts` says otherwise. */
export async function createLinkedApp(
  options: TestAppOptions = {},
  receipts = { deliveryMs: 5, readMs: 10 },
): Promise<LinkedApp> {
  const simulator = await createSimulator(receipts)
  const config = { ...options.config, waUrl: simulator.url }
  const app = await createTestApp({ ...options, config, engine: { reconnectBaseMs: 20, ...options.engine } })
  // The engine's own timers must run, so time passes by itself; a test may still jump ahead.
  let lastMs = performance.now()
  const ticking = setInterval(() => {
    const nowMs = performance.now()
    app.clock.advance(nowMs - lastMs)
    lastMs = nowMs
  }, 5)
  const close = async () => {
    await app.close()
    clearInterval(ticking)
    await simulator.close()
  }
  return { ...app, simulator, close, [Symbol.asyncDispose]: close }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at payloads of every kind
type AnyPayload = any

/** The next event of a name that matches, from now on; rejects when it never comes. */
export async function nextEvent(
  app: TestApp,
  name: string,
  matches: (payload: AnyPayload) => boolean = () => true,
): Promise<AnyPayload> {
  const subscription = app.app.ctx.events.subscribe({ names: [name] })
  const timer = setTimeout(() => subscription.close(), timeoutMs)
  try {
    for await (const event of subscription) {
      if ('lost' in event) throw new Error('events were lost')
      if (matches(event.payload)) return event.payload
    }
  } finally {
    clearTimeout(timer)
    subscription.close()
  }
  throw new Error(`no matching ${name} within ${timeoutMs} ms; ${await recentStates(app)}`)
}

/** What the sessions of the database went through last, for a test that waited in vain. */
async function recentStates(app: TestApp): Promise<string> {
  const { rows } = await app.app.ctx.db.pool.query(
    `SELECT session_id, status, reason, error, at FROM session_states ORDER BY at DESC, id DESC LIMIT 8`,
  )
  return `states, newest first: ${JSON.stringify(rows)}`
}

/** Everything published under some names from now on, in order. */
export function recordEvents(
  app: TestApp,
  names: readonly string[],
): { received: PublishedEvent[]; close(): Promise<void> } {
  const received: PublishedEvent[] = []
  const subscription = app.app.ctx.events.subscribe({ names })
  const listen = async () => {
    for await (const event of subscription) if (!('lost' in event)) received.push(event)
  }
  void listen()
  const close = async () => {
    // What was committed is published already, but perhaps not yet read by the loop above.
    await new Promise((resolve) => setImmediate(resolve))
    subscription.close()
  }
  return { received: received, close }
}

/** A session that works, with the phone behind it. */
export interface LinkedSession {
  id: string
  phone: string
}

/** Creates a session, starts it and scans its code; resolves when it works. */
export async function linkSession(app: LinkedApp, api: ApiClient): Promise<LinkedSession> {
  const phone = buildPhone()
  app.simulator.createAccount({ phone, name: 'Front desk' })
  const { id } = await api.post(201, '/sessions', { name: 'Front desk' })
  await scanSession(app, api, { id, phone })
  return { id, phone }
}

/** Starts a session and scans its code with its phone; resolves when it works. */
export async function scanSession(
  app: LinkedApp,
  api: ApiClient,
  { id, phone }: LinkedSession,
): Promise<void> {
  const waiting = nextEvent(
    app,
    'session.status',
    (payload) => payload.sessionId === id && payload.status === 'qr_code',
  )
  await api.post(200, `/sessions/${id}/start`)
  await waiting
  const working = nextEvent(
    app,
    'session.status',
    (payload) => payload.sessionId === id && payload.status === 'working',
  )
  const { code } = await api.get(200, `/sessions/${id}/qr`, { accept: 'application/json' })
  app.simulator.scan(phone, code)
  await working
}

/** Somebody with a phone who can write to the session. */
export function addContact(app: LinkedApp, name = 'Sample Contact'): string {
  const phone = buildPhone()
  app.simulator.createAccount({ phone, name })
  return phone
}

/** A person who has written to the session: warm. */
export async function addWarmContact(app: LinkedApp, session: LinkedSession): Promise<string> {
  const phone = addContact(app)
  const received = nextEvent(app, 'message.received', (payload) => payload.chatId === `${phone}@c.us`)
  await app.simulator.sendMessage(phone, { to: session.phone, text: 'Hello' })
  await received
  return phone
}
