import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { recordEvents } from '../../../../test/linked-session.ts'
import type { InboundContent } from '../../../engine/content.ts'
import type { InboundMessage, MessageChange } from '../../../engine/events.ts'
import type { MessageReceived } from '../messages/message-events.schema.ts'
import { applyChanges } from './apply-changes.service.ts'
import { applyMappings } from './merge-contacts.service.ts'
import { storeInbound } from './store-inbound.service.ts'

let app: TestApp
let tenant: TestTenant
let sessionId: string

const build = (overrides: Partial<InboundMessage>) =>
  buildInboundMessage({ tenantId: tenant.id, sessionId }, overrides)

const file = {
  mimetype: 'image/png',
  bytes: 17,
  fileName: 'a\0b.png',
  seconds: null,
  width: 3,
  height: 2,
  isAnimated: false,
}

const get = (message: InboundMessage) => tenant.api.get(200, `/messages/${message.waMessageId}`)

function changeOf(
  message: InboundMessage,
  change: MessageChange['change'],
  more: Partial<MessageChange> = {},
) {
  return {
    tenantId: message.tenantId,
    sessionId: message.sessionId,
    chatId: message.chatId,
    target: { waMessageId: message.waMessageId, isFromMe: message.isFromMe, sender: null },
    actor: message.isFromMe ? null : message.sender,
    at: new Date('2026-02-11T10:01:00Z'),
    change,
    ...more,
  }
}

suite('kinds of inbound messages', () => {
  before(async () => {
    app = await createTestApp()
    tenant = await app.tenant()
    sessionId = (await createSession(tenant.api)).id
  })
  after(() => app.close())

  test('an answer names what it answers, also what comes together with it, and nothing of another chat', async () => {
    const [question, other] = [build({}), build({})]
    const { chatId, sender } = question
    const answerTo = ({ waMessageId }: InboundMessage) =>
      build({ chatId, sender, quotedWaMessageId: waMessageId })
    const [together, astray] = [answerTo(question), answerTo(other)]
    const recorded = recordEvents(app, ['message.received'])
    await storeInbound(app.app.ctx, [together, question, other, astray])
    const later = answerTo(question)
    await storeInbound(app.app.ctx, [later])
    await recorded.close()
    const told = new Map(
      recorded.received.map(({ payload }) => {
        const { waMessageId, replyToId } = payload as unknown as MessageReceived
        return [waMessageId, replyToId]
      }),
    )
    const { id } = await get(question)
    for (const [answer, expected] of [
      [together, id],
      [later, id],
      [astray, null],
    ] as const) {
      assert.equal((await get(answer)).reply_to_id, expected)
      assert.equal(told.get(answer.waMessageId), expected)
    }
  })

  test('every kind is stored and shown; what it holds is encrypted', async () => {
    const contents: InboundContent[] = [
      { kind: 'image', file, caption: 'Look', mentions: [], isViewOnce: false },
      {
        kind: 'location',
        latitude: 1.25,
        longitude: -2.5,
        name: 'Secret place',
        address: null,
        isLive: true,
      },
      { kind: 'vcard', vcards: [{ name: 'Ann', vcard: 'BEGIN:VCARD' }] },
      { kind: 'poll', title: 'Lunch?', options: ['Soup', 'Salad'], allowMultiple: false },
      { kind: 'unknown', type: 'futureMessage' },
    ]
    const messages = contents.map((content) => build({ content }))
    await storeInbound(app.app.ctx, messages)
    const [image, location, vcard, poll, unknown] = await Promise.all(messages.map(get))
    assert.equal(image.content_preview, 'Look')
    assert.equal(image.media.file_name, 'ab.png')
    assert.deepEqual(location.location, {
      latitude: 1.25,
      longitude: -2.5,
      name: 'Secret place',
      address: null,
      is_live: true,
    })
    assert.equal(location.content_preview, 'Secret place')
    assert.deepEqual(vcard.vcards, [{ name: 'Ann', vcard: 'BEGIN:VCARD' }])
    assert.deepEqual(
      poll.poll.options.map((option: { text: string }) => option.text),
      ['Soup', 'Salad'],
    )
    assert.equal(unknown.message_type, 'unknown')
    assert.equal(unknown.media, null)
    const { rows } = await app.database.db.pool.query('SELECT details FROM messages WHERE id = $1', [
      vcard.id,
    ])
    assert.ok(!rows[0].details.includes('VCARD'))
  })

  test('a reaction that comes in the same batch as its message, and twice, counts once', async () => {
    const message = build({})
    const content = {
      kind: 'reaction',
      emoji: '👍',
      target: { waMessageId: message.waMessageId, isFromMe: false, sender: null },
    } as const
    const reaction = build({ chatId: message.chatId, sender: message.sender, content })
    const recorded = recordEvents(app, ['message.received'])
    await storeInbound(app.app.ctx, [message, reaction, reaction])
    await storeInbound(app.app.ctx, [reaction])
    await recorded.close()
    assert.equal(recorded.received.length, 2)
    const stored = await get(message)
    assert.deepEqual(stored.reactions, [{ emoji: '👍', from: message.chatId, at: '2026-02-11T10:00:00Z' }])
    const older = build({
      ...reaction,
      waMessageId: 'OLDER',
      content: { ...content, emoji: '👎' },
      waTimestamp: new Date('2026-02-11T09:59:00Z'),
    })
    await storeInbound(app.app.ctx, [older])
    assert.deepEqual((await get(message)).reactions, stored.reactions)
  })

  test('of reactions within a second the last one holds, in whichever order they come', async () => {
    const message = build({})
    const target = { waMessageId: message.waMessageId, isFromMe: false, sender: null }
    const react = (emoji: string, ms: number) =>
      build({
        chatId: message.chatId,
        sender: message.sender,
        content: { kind: 'reaction', emoji, target },
        waTimestamp: new Date(message.waTimestamp.getTime() + ms),
      })
    const shown = async () => (await get(message)).reactions.map(({ emoji }: { emoji: string }) => emoji)
    await storeInbound(app.app.ctx, [message, react('😂', 200)])
    await storeInbound(app.app.ctx, [react('👍', 100)])
    assert.deepEqual(await shown(), ['😂'])
    await storeInbound(app.app.ctx, [react('', 400)])
    await storeInbound(app.app.ctx, [react('❤️', 300)])
    assert.deepEqual(await shown(), [])
    await storeInbound(app.app.ctx, [react('👍', 500)])
    assert.deepEqual(await shown(), ['👍'])
  })

  test('content that comes late replaces its placeholder, and is published', async () => {
    const absent = build({ content: { kind: 'unknown', type: 'unavailable' } })
    const late = { ...absent, content: { kind: 'text', text: 'At last', mentions: [] } } as const
    const recorded = recordEvents(app, ['message.received'])
    await storeInbound(app.app.ctx, [absent])
    await storeInbound(app.app.ctx, [late])
    await storeInbound(app.app.ctx, [absent, late])
    await recorded.close()
    assert.equal(recorded.received.length, 2)
    assert.equal((await get(absent)).content_preview, 'At last')
    const { chats } = await tenant.api.get(200, `/messages/chats/${sessionId}?search=${absent.sender.phone}`)
    assert.equal(chats[0].message_count, 1)
    assert.equal(chats[0].unread_count, 1)
    assert.equal(chats[0].last_message.content_preview, 'At last')
  })

  test('an edit changes what is kept to be forwarded, and does not bring back what is kept no more', async () => {
    const [kept, expired] = [build({}), build({})]
    await storeInbound(app.app.ctx, [kept, expired])
    const { pool } = app.database.db
    const protoOf = async ({ waMessageId }: InboundMessage) =>
      (await pool.query('SELECT proto FROM messages WHERE wa_message_id = $1', [waMessageId])).rows[0].proto
    await pool.query('UPDATE messages SET proto = NULL WHERE wa_message_id = $1', [expired.waMessageId])
    const before = await protoOf(kept)
    const edit = { kind: 'edit', text: 'Edited', mentions: [], proto: 'AgI=' } as const
    await applyChanges(app.app.ctx, [changeOf(kept, edit), changeOf(expired, edit)])
    assert.notDeepEqual(await protoOf(kept), before)
    assert.equal(await protoOf(expired), null)
    assert.equal((await get(expired)).content_preview, 'Edited')
  })

  test('history is kept without events, usage and unread messages, and makes the contact known', async () => {
    const phone = buildPhone()
    const old = { chatId: `${phone}@c.us`, sender: { phone, lid: null, pushName: 'Old friend' } }
    const recorded = recordEvents(app, ['message.received', 'message.sent'])
    const used = (await tenant.api.get(200, '/usage/current')).messages_received
    await storeInbound(app.app.ctx, [
      build({ ...old, isHistory: true, waTimestamp: new Date('2025-01-01T10:00:00Z') }),
      build({ ...old, isHistory: true, isFromMe: true, waTimestamp: new Date('2025-01-01T11:00:00Z') }),
    ])
    await recorded.close()
    assert.deepEqual(recorded.received, [])
    assert.equal((await tenant.api.get(200, '/usage/current')).messages_received, used)
    const { chats } = await tenant.api.get(200, `/messages/chats/${sessionId}?search=${phone}`)
    assert.equal(chats[0].message_count, 2)
    assert.equal(chats[0].unread_count, 0)
    assert.equal(chats[0].last_message.direction, 'outbound')
    assert.equal(chats[0].last_inbound_at, '2025-01-01T10:00:00Z')
  })

  test('an edit is applied once, only from the author, and never by an older one', async () => {
    const message = build({})
    await storeInbound(app.app.ctx, [message])
    const recorded = recordEvents(app, ['message.edited'])
    const edit = changeOf(message, { kind: 'edit', text: 'New text' })
    const stranger = { phone: buildPhone(), lid: null, pushName: null }
    await applyChanges(app.app.ctx, [{ ...edit, actor: stranger }])
    assert.equal((await get(message)).content_preview, 'Hello')
    await applyChanges(app.app.ctx, [edit, edit])
    await applyChanges(app.app.ctx, [edit])
    const older = {
      ...edit,
      change: { kind: 'edit', text: 'Older' },
      at: new Date('2026-02-11T10:00:30Z'),
    } as const
    await applyChanges(app.app.ctx, [older])
    await recorded.close()
    assert.equal(recorded.received.length, 1)
    const stored = await get(message)
    assert.equal(stored.content_preview, 'New text')
    assert.equal(stored.edited_at, '2026-02-11T10:01:00Z')
  })

  test('what was taken back is emptied and published once; a star is kept; what nobody knows is left out', async () => {
    const message = build({
      content: { kind: 'image', file, caption: 'Look', mentions: [], isViewOnce: false },
    })
    await storeInbound(app.app.ctx, [message])
    const recorded = recordEvents(app, ['message.deleted'])
    await applyChanges(app.app.ctx, [
      changeOf(message, { kind: 'star', isStarred: true }, { actor: null }),
      changeOf(build({}), { kind: 'revoke' }),
    ])
    assert.equal((await get(message)).is_starred, true)
    const revoke = changeOf(message, { kind: 'revoke' })
    await applyChanges(app.app.ctx, [{ ...revoke, actor: null }])
    assert.equal((await get(message)).deleted_at, null)
    await applyChanges(app.app.ctx, [revoke, revoke])
    await recorded.close()
    assert.equal(recorded.received.length, 1)
    const stored = await get(message)
    assert.equal(stored.content_preview, null)
    assert.equal(stored.media, null)
    assert.equal(stored.deleted_at, '2026-02-11T10:01:00Z')
  })

  test('votes of one person under two addresses are one vote', async () => {
    const [phone, lid] = [buildPhone(), `9${buildPhone()}`]
    const poll = build({
      chatId: '120363000000000099@g.us',
      isGroup: true,
      content: { kind: 'poll', title: 'Q', options: ['a', 'b'], allowMultiple: false },
    })
    await storeInbound(app.app.ctx, [poll])
    const vote = (options: string[], actor: MessageChange['actor'], minute: number) =>
      changeOf(poll, { kind: 'vote', options }, { actor, at: new Date(Date.UTC(2026, 1, 11, 11, minute)) })
    await applyChanges(app.app.ctx, [
      vote(['a'], { phone, lid: null, pushName: null }, 1),
      vote(['b', 'no option'], { phone: null, lid, pushName: null }, 2),
      vote(['b'], null, 3),
    ])
    const tally = async () => (await get(poll)).poll.options.map((option: { votes: number }) => option.votes)
    assert.deepEqual(await tally(), [1, 2])
    await applyMappings(app.app.ctx, [{ tenantId: tenant.id, sessionId, phone, lid }])
    assert.deepEqual(await tally(), [1, 1])
  })
})
