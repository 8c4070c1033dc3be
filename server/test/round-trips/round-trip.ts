import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import type { TestTenant } from '../harness.ts'
import { liftLimits } from '../lift-limits.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../linked-session.ts'
import { openWebhookReceiver, type WebhookReceiver } from '../webhook-receiver.ts'
import { checkedEvents, messageSchema, problemOf } from './wire-schemas.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
type Any = any

/** Where a message goes to or comes from. */
export type Place = 'person' | 'group'

/** The whole product with one linked session, people, a group, a webhook for everything and a server of files. */
export interface RoundTrip {
  app: LinkedApp
  tenant: TestTenant
  session: LinkedSession
  /** Phones of two people who wrote to the session; both are in the group. */
  phone: string
  friend: string
  group: string
  hook: WebhookReceiver
  /** Files by path, given out with a content type that lies. */
  web: { origin: string; files: Map<string, Buffer> }
  /** The WhatsApp id of a place. */
  chatId(place: Place): string
  /** What goes into every send there. */
  to(place: Place): { session_id: string; chat_id: string }
  /** A message object of the API, checked against the contract. */
  read(id: string): Promise<Any>
  /** Runs the deliveries; the one that matches, its body checked. */
  delivered(event: string, matches: (data: Any) => boolean): Promise<Any>
  /** A message of `phone` from a place, as event, object and delivery. */
  receive(
    place: Place,
    content: object,
    from?: string,
  ): Promise<{ id: string; event: Any; message: Any; data: Any }>
  /** The file of a message, or a part of it. */
  file(id: string, headers?: Record<string, string>): Promise<{ status: number; bytes: Buffer; headers: Any }>
  /** Every delivery that came so far, checked; fails with all that is wrong. */
  checkDeliveries(): Promise<void>
  close(): Promise<void>
}

/** Checks a message object against the contract. */
export function checkMessage(message: unknown): Any {
  const result = messageSchema.safeParse(message)
  if (!result.success) assert.fail(`${z.prettifyError(result.error)}\n${JSON.stringify(message)}`)
  return result.data
}

async function serveFiles() {
  const files = new Map<string, Buffer>()
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '')
    if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'text/html' }).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { files, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

/** Builds it; close it in `after`. */
export async function openRoundTrip(): Promise<RoundTrip> {
  const app = await createLinkedApp()
  const tenant = await app.tenant()
  await liftLimits(app.database.db)
  const session = await linkSession(app, tenant.api)
  const phone = await addWarmContact(app, session)
  const friend = await addWarmContact(app, session)
  const members = [session.phone, friend]
  const { id: group } = app.simulator.createGroup({ subject: 'Team', owner: phone, members })
  const hook = await openWebhookReceiver()
  await tenant.api.post(201, '/webhooks', { url: hook.url, events: checkedEvents })
  const web = await serveFiles()
  const chatId = (place: Place) => (place === 'group' ? group : `${phone}@c.us`)
  const read = async (id: string) => checkMessage(await tenant.api.get(200, `/messages/${id}`))
  const delivered = async (event: string, matches: (data: Any) => boolean) => {
    await app.runJobs()
    const found = await hook.next(({ body }) => body?.event === event && matches(body.data))
    assert.equal(problemOf(found.body), undefined)
    return found.body.data
  }
  const receive: RoundTrip['receive'] = async (place, content, from = phone) => {
    const coming = nextEvent(app, 'message.received', (delivered) => delivered.sessionId === session.id)
    const { id } = await (place === 'group'
      ? app.simulator.sendGroupMessage(group, { from, ...content } as never)
      : app.simulator.sendMessage(from, { to: session.phone, ...content } as never))
    const event = await coming
    assert.equal(event.waMessageId, id)
    const message = event.messageType === 'reaction' ? undefined : await read(event.messageId)
    const data = await delivered('message.received', (it) => it.wa_message_id === id)
    return { id, event, message, data }
  }
  return {
    app,
    tenant,
    session,
    phone,
    friend,
    group,
    hook,
    web,
    chatId,
    to: (place) => ({ session_id: session.id, chat_id: chatId(place) }),
    read,
    delivered,
    receive,
    async file(id, headers = {}) {
      const response = await app.app.http.inject({
        method: 'GET',
        url: `/api/v2/messages/${id}/media`,
        headers: { authorization: `Bearer ${tenant.token}`, ...headers },
      })
      return { status: response.statusCode, bytes: response.rawPayload, headers: response.headers }
    },
    async checkDeliveries() {
      await app.runJobs()
      const problems = hook.received.map(({ body }) => problemOf(body)).filter((it) => it !== undefined)
      assert.deepEqual(problems, [])
    },
    async close() {
      await app.close()
      await hook.close()
      await web.close()
    },
  }
}
