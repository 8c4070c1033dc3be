import assert from 'node:assert/strict'
import type { Context } from '../src/context.ts'
import {
  type MessageReceived,
  messageReceived,
} from '../src/features/conversations/messages/message-events.schema.ts'
import type { ApiClient } from './api-client.ts'
import { createWebhook, nextNumber } from './builders.ts'
import { createTestApp, type TestAppOptions } from './harness.ts'
import { openWebhookReceiver, type ReceivedDelivery } from './webhook-receiver.ts'

/** An inbound message as the messages feature tells it. */
export function buildReceived(tenantId: string, text: string): MessageReceived {
  const id = `019c4c2e-6a00-7000-8000-${String(nextNumber()).padStart(12, '0')}`
  return {
    tenantId,
    sessionId: id,
    messageId: id,
    chatId: '15550123456@c.us',
    chatRecordId: id,
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
    replyToId: null,
    waTimestamp: '2026-02-11T10:00:00Z',
    details: null,
    targetMessageId: null,
    isOffline: false,
  }
}

/** One webhook with the endpoint that it leads to. */
export interface TestHook extends AsyncDisposable {
  endpoint: Awaited<ReturnType<typeof openWebhookReceiver>>
  tenantId: string
  api: ApiClient
  id: string
  /** Below the API's base. */
  path: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
  read(): Promise<any>
  /** Its deliveries, newest first; `query` begins with a question mark. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
  deliveries(query?: string): Promise<any[]>
}

/** The newest delivery that came. */
export function lastOf(hook: TestHook): ReceivedDelivery {
  const last = hook.endpoint.received.at(-1)
  assert.ok(last, 'nothing was received')
  return last
}

/** The product with what tests of webhooks need beside it. */
export async function openWebhooks(options: TestAppOptions = {}) {
  const product = await createTestApp(options)
  const { ctx } = product.app
  return {
    ...product,
    ctx,
    /** A webhook of a new tenant. */
    async setUp(settings: Record<string, unknown> = {}): Promise<TestHook> {
      const endpoint = await openWebhookReceiver()
      const { id: tenantId, key } = await product.tenant()
      const api = product.api.with({ 'x-api-key': await key(['*']) })
      const webhook = await createWebhook(api, { url: endpoint.url, ...settings })
      const path = `/webhooks/${webhook.id}`
      return {
        endpoint,
        tenantId,
        api,
        id: webhook.id,
        path,
        read: () => api.get(200, path),
        deliveries: async (query = '') => (await api.get(200, `${path}/deliveries${query}`)).deliveries,
        [Symbol.asyncDispose]: () => endpoint.close(),
      }
    },
    /** Tells that messages came in, as the messages feature does. */
    receive: (tenantId: string, ...texts: string[]) => receive(ctx, tenantId, texts),
  }
}

async function receive(ctx: Context, tenantId: string, texts: string[]): Promise<void> {
  const payloads = texts.map((text) => buildReceived(tenantId, text))
  await ctx.db.transaction((sql) => ctx.events.publishMany(sql, messageReceived, payloads))
}

/** The product as these tests hold it. */
export type Webhooks = Awaited<ReturnType<typeof openWebhooks>>
