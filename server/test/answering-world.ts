import { type ModelSimulator, startModelSimulator } from '@moltflow/model-simulator'
import type { ApiClient } from './api-client.ts'
import { upload } from './forms.ts'
import type { TestTenant } from './harness.ts'
import {
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from './linked-session.ts'
import { consentToAi } from './model-world.ts'

/** What the shop of these tests has written down. */
export const shopFacts = `# Opening hours
On Saturday we open at 9:00 and close at 14:00.

# Delivery
Delivery takes 3 days and is free from 50 EUR on.
`
/** A question that they answer. */
export const saturday = 'When do you open on Saturday?'
/** Another one. */
export const delivery = 'How long does delivery take?'

/** A tenant with a linked session that may answer by itself. */
export interface AnsweringTenant extends TestTenant {
  session: LinkedSession
  /** Changes how the session answers. */
  change(settings: Record<string, unknown>): Promise<unknown>
}

/** The product between a simulated WhatsApp and a simulated model. */
export interface AnsweringWorld extends AsyncDisposable {
  app: LinkedApp
  models: ModelSimulator
  tenant(settings?: Record<string, unknown>): Promise<AnsweringTenant>
  /** Somebody writes these texts; resolves when they are stored. */
  write(phone: string, to: string, texts: readonly string[]): Promise<void>
  /** Lets the burst end and its answer be given. */
  answer(): Promise<void>
  /** What the session wrote to somebody so far. */
  received(phone: string, session: LinkedSession): string[]
  close(): Promise<void>
}

async function setUp(app: LinkedApp, models: ModelSimulator, api: ApiClient, token: string): Promise<void> {
  await consentToAi(api)
  await api.patch(200, '/ai/config', {
    provider: 'compatible',
    base_url: `${models.url}/v1`,
    model: 'sim-chat',
    api_key: null,
  })
  const stored = await upload(
    app,
    '/ai/knowledge/ingest',
    token,
    shopFacts,
    {},
    { fileName: 'shop.txt', type: 'text/plain' },
  )
  if (stored.status !== 200) throw new Error(stored.text)
  await app.runJobs()
}

/** Opens both; close it in `after`. */
export async function openAnsweringWorld(): Promise<AnsweringWorld> {
  const models = await startModelSimulator()
  const app = await createLinkedApp()
  const close = async () => {
    await app.close()
    await models.close()
  }
  return {
    app,
    models,
    async tenant(settings = {}) {
      const tenant = await app.tenant()
      const session = await linkSession(app, tenant.api)
      await setUp(app, models, tenant.api, tenant.token)
      const change = (changes: Record<string, unknown>) =>
        tenant.api.patch(200, `/ai/auto-replies/${session.id}`, changes)
      await change({ mode: 'auto', debounce_seconds: 5, ...settings })
      return { ...tenant, session, change }
    },
    async write(phone, to, texts) {
      for (const text of texts) {
        const stored = nextEvent(app, 'message.received', (message) => message.text === text)
        await app.simulator.sendMessage(phone, { to, text })
        await stored
      }
    },
    async answer() {
      app.clock.advance(6_000)
      await app.runJobs()
    },
    received: (phone, session) =>
      app.simulator
        .messages(phone)
        .filter(({ from }) => from === `${session.phone}@c.us`)
        .map(({ text }) => text ?? ''),
    close,
    [Symbol.asyncDispose]: close,
  }
}
