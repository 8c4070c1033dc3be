import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, buildPhone } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  nextEvent,
  scanSession,
} from '../../../../test/linked-session.ts'
import { untilAnswer } from '../../../../test/until.ts'
import type { Context } from '../../../context.ts'
import { applyChatChanges } from '../chats/chat-changes.service.ts'
import { applyMappings } from '../inbound/merge-contacts.service.ts'
import { storeInbound } from '../inbound/store-inbound.service.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession
let friend: string
let marked: string
let read: string
let group: string

const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString()
const context = (): Context => ({ ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } })

async function chatOf(chatId: string) {
  const { chats } = await tenant.api.get(200, `/messages/chats/${session.id}?limit=100`)
  return chats.find(({ wa_chat_id: id }: { wa_chat_id: string }) => id === chatId)
}
const unreadOf = async (chatId: string): Promise<number | undefined> => (await chatOf(chatId))?.unread_count

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  const phone = buildPhone()
  app.simulator.createAccount({ phone, name: 'Front desk' })
  ;[friend, marked, read] = [addContact(app, 'Friend'), addContact(app, 'Marked'), addContact(app, 'Read')]
  group = app.simulator.createGroup({ subject: 'Team', owner: friend, members: [phone] }).id
  const three = [90, 80, 70].map((minutes) => ({ at: at(minutes), text: `${minutes} minutes ago` }))
  app.simulator.history.set(phone, {
    chats: [
      { with: friend, unread: 2, messages: three },
      { with: marked, markedUnread: true, messages: three },
      { with: read, messages: three },
      { with: group, unread: 3, messages: three.map((message) => ({ ...message, from: friend })) },
    ],
    transfer: { bootstrapPerChat: 1 },
  })
  const { id } = await tenant.api.post(201, '/sessions', { name: 'Front desk' })
  session = { id, phone }
  const complete = nextEvent(
    app,
    'history.progress',
    ({ kind, isComplete }) => kind === 'recent' && isComplete,
  )
  await scanSession(app, tenant.api, session)
  await complete
})
after(() => app.close())

suite('what is unread on the phone', () => {
  test('is unread here: in chats of two and groups, and where the owner marked it so', async () => {
    const counts = await Promise.all([friend, marked, read].map((phone) => unreadOf(`${phone}@c.us`)))
    assert.deepEqual(counts, [2, 1, 0])
    assert.equal(await unreadOf(group), 3)
  })

  test('what comes on top is counted, and reading marks what was unread before linking', async () => {
    const chatId = `${friend}@c.us`
    await app.simulator.sendMessage(friend, { to: session.phone, text: 'New' })
    await untilAnswer(
      () => chatOf(chatId),
      (chat) => chat?.unread_count === 3,
    )
    const answer = await tenant.api.post(200, `/messages/chat/${session.id}/${chatId}/read`, {})
    assert.equal(answer.marked, 3)
    assert.equal(await unreadOf(chatId), 0)
  })

  test('another piece of history does not bring back what was read, answered or marked here since', async () => {
    const owner = { tenantId: tenant.id, sessionId: session.id }
    const asOf = new Date(app.clock.nowMs() - 3_600_000)
    const count = (chatId: string, unread: number) =>
      applyChatChanges(context(), [{ ...owner, chatId, unread: { count: unread, asOf } }])
    /** A chat that came with history. */
    const past = async (): Promise<string> => {
      const phone = addContact(app)
      const from = { chatId: `${phone}@c.us`, sender: { phone, lid: null, pushName: null } }
      await count(from.chatId, 2)
      const known = { ...from, waTimestamp: asOf, isHistory: true }
      await storeInbound(context(), [buildInboundMessage(owner, known), buildInboundMessage(owner, known)])
      assert.equal(await unreadOf(from.chatId), 2)
      return from.chatId
    }
    const [seen, answered, noted] = [await past(), await past(), await past()]
    await tenant.api.post(200, `/messages/chat/${session.id}/${seen}/read`, {})
    await tenant.api.post(201, '/messages/send', {
      session_id: session.id,
      chat_id: answered,
      message: 'Hello',
    })
    await applyChatChanges(context(), [
      { ...owner, chatId: noted, isRead: true },
      { ...owner, chatId: noted, isRead: false },
    ])
    for (const [chatId, expected] of [
      [seen, 0],
      [answered, 0],
      [noted, 1],
    ] as const) {
      await count(chatId, 2)
      assert.equal(await unreadOf(chatId), expected)
    }
  })

  test('what was read of somebody stays read when their two addresses turn out to be one person', async () => {
    const owner = { tenantId: tenant.id, sessionId: session.id }
    const [phone, lid] = [addContact(app), `9${buildPhone()}`]
    const asOf = new Date(app.clock.nowMs() - 3_600_000)
    const chats = [
      { chatId: `${lid}@c.us`, sender: { phone: null, lid, pushName: null } },
      { chatId: `${phone}@c.us`, sender: { phone, lid: null, pushName: null } },
    ]
    for (const chat of chats) {
      const known = { ...chat, waTimestamp: asOf, isHistory: true }
      await storeInbound(context(), [buildInboundMessage(owner, known)])
    }
    await applyChatChanges(context(), [{ ...owner, chatId: `${lid}@c.us`, isRead: true }])
    await applyMappings(context(), [{ ...owner, phone, lid }])
    await applyChatChanges(context(), [{ ...owner, chatId: `${phone}@c.us`, unread: { count: 2, asOf } }])
    assert.equal(await unreadOf(`${phone}@c.us`), 0)
  })

  test('one that comes twice, or after newer messages, counts each message once', async () => {
    const phone = addContact(app)
    const [owner, chatId] = [{ tenantId: tenant.id, sessionId: session.id }, `${phone}@c.us`]
    const sender = { phone, lid: null, pushName: null }
    const asOf = new Date('2026-02-11T10:00:00Z')
    const known = { chatId, sender, waTimestamp: asOf }
    const later = { chatId, sender, waTimestamp: new Date('2026-02-11T10:05:00Z') }
    await storeInbound(context(), [
      buildInboundMessage(owner, { ...known, isHistory: true }),
      buildInboundMessage(owner, later),
    ])
    assert.equal(await unreadOf(chatId), 1)
    for (let times = 0; times < 2; times += 1) {
      await applyChatChanges(context(), [{ ...owner, chatId, unread: { count: 5, asOf } }])
      assert.equal(await unreadOf(chatId), 6)
    }
    // The phone was linked anew, and everything had been read there meanwhile.
    const newer = new Date('2026-02-12T10:00:00Z')
    await applyChatChanges(context(), [{ ...owner, chatId, unread: { count: 0, asOf: newer } }])
    assert.equal(await unreadOf(chatId), 0)
  })
})
