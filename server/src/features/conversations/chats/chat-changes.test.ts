import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ApiClient } from '../../../../test/api-client.ts'
import { buildInboundMessage } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
} from '../../../../test/linked-session.ts'
import { untilAnswer } from '../../../../test/until.ts'
import type { Context } from '../../../context.ts'
import { storeInbound } from '../inbound/store-inbound.service.ts'
import { listAccountLabels } from '../label-sync/wa-labels.service.ts'
import { applyChatChanges } from './chat-changes.service.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession

const context = (): Context => ({ ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } })

async function chatOf(phone: string, api: ApiClient = tenant.api) {
  const { chats } = await api.get(200, `/messages/chats/${session.id}?search=${phone}`)
  return chats[0]
}

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
})
after(() => app.close())

suite('what the phone does with chats', () => {
  test('archived, pinned, muted and read there is so here, and back', async () => {
    const phone = await addWarmContact(app, session)
    const chat = `${phone}@c.us`
    const { appState } = app.simulator
    const before = await chatOf(phone)
    assert.deepEqual(
      [before.is_archived, before.is_pinned, before.muted_until, before.unread_count],
      [false, false, null, 1],
    )
    await appState.archive(session.phone, { chat })
    await appState.pin(session.phone, { chat })
    await appState.mute(session.phone, { chat, until: '2030-01-01T00:00:00Z' })
    await appState.markRead(session.phone, { chat })
    const changed = await untilAnswer(
      () => chatOf(phone),
      (one) => one.is_archived && one.is_pinned && one.muted_until !== null && one.unread_count === 0,
    )
    assert.equal(changed.muted_until, '2030-01-01T00:00:00Z')
    const archived = await tenant.api.get(200, `/messages/chats/${session.id}?is_archived=true`)
    assert.deepEqual(
      archived.chats.map(({ wa_chat_id }: { wa_chat_id: string }) => wa_chat_id),
      [chat],
    )
    await appState.archive(session.phone, { chat, archived: false })
    await appState.pin(session.phone, { chat, pinned: false })
    await appState.mute(session.phone, { chat, muted: false })
    await appState.markRead(session.phone, { chat, read: false })
    await untilAnswer(
      () => chatOf(phone),
      (one) => !one.is_archived && !one.is_pinned && one.muted_until === null && one.unread_count === 1,
    )
  })

  test('a change of a chat that comes before its first message is applied when that arrives', async () => {
    const phone = addContact(app)
    const chatId = `${phone}@c.us`
    const owner = { tenantId: tenant.id, sessionId: session.id }
    const mutedUntil = new Date('2031-05-05T05:05:05Z')
    await applyChatChanges(context(), [
      { ...owner, chatId, isArchived: true },
      { ...owner, chatId, mutedUntil: new Date(Number.NaN) },
      { ...owner, chatId, mutedUntil: new Date(8.64e15) },
      { ...owner, chatId, mutedUntil },
      { ...owner, chatId, isPinned: true, isRead: true },
      { ...owner, chatId, isPinned: false },
      { ...owner, chatId, isDeleted: true },
    ])
    const sender = { phone, lid: null, pushName: null }
    await storeInbound(context(), [buildInboundMessage(owner, { chatId, sender })])
    const chat = await chatOf(phone)
    assert.deepEqual(
      [chat.is_archived, chat.is_pinned, chat.muted_until, chat.unread_count],
      [true, false, '2031-05-05T05:05:05Z', 1],
    )
  })

  test('the address book names contacts, also those who never wrote, and takes the name back', async () => {
    const warm = await addWarmContact(app, session)
    const silent = addContact(app)
    const { appState } = app.simulator
    await appState.contact(session.phone, { phone: warm, name: 'Wanda Warm' })
    await appState.contact(session.phone, { phone: silent, name: 'Sila Silent' })
    const named = (phone: string) => async () =>
      (await tenant.api.get(200, `/contacts?search=${phone}`)).contacts[0]
    await untilAnswer(named(warm), (contact) => contact?.name === 'Wanda Warm')
    const contact = await untilAnswer(named(silent), (one) => one?.name === 'Sila Silent')
    assert.deepEqual([contact.message_count, contact.sessions], [0, [session.id]])
    assert.equal((await chatOf(warm)).name, 'Wanda Warm')
    await appState.contact(session.phone, { phone: warm, name: null })
    await untilAnswer(named(warm), (one) => one?.name !== 'Wanda Warm')
  })

  test('labels of WhatsApp Business and where they are set are kept, and that they are taken away', async () => {
    const phone = await addWarmContact(app, session)
    const chat = `${phone}@c.us`
    const { appState } = app.simulator
    await appState.label(session.phone, { id: '7', name: 'VIP', color: 3 })
    await appState.labelChat(session.phone, { label: '7', chat })
    const read = () => listAccountLabels(context(), session.id)
    const set = await untilAnswer(read, ({ labels, chats }) => labels.length === 1 && chats.length === 1)
    assert.deepEqual([set.labels[0]?.name, set.labels[0]?.colorIndex], ['VIP', 3])
    assert.deepEqual([set.chats[0]?.waLabelId, set.chats[0]?.waChatId], ['7', chat])
    await appState.labelChat(session.phone, { label: '7', chat, labeled: false })
    await untilAnswer(read, ({ chats }) => chats.length === 0)
    await appState.label(session.phone, { id: '7', name: 'VIP', color: 3, deleted: true })
    await untilAnswer(read, ({ labels }) => labels.length === 0)
  })
})
