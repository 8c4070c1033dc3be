import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'
import { messageDeleted, messageEdited } from '../../conversations/messages/message-events.schema.ts'
import { forgetWords, readWords } from './message-search.service.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

interface Place {
  tenant: TestTenant
  sessionId: string
}

async function open(): Promise<Place> {
  const tenant = await app.tenant()
  return { tenant, sessionId: (await createSession(tenant.api)).id }
}

let minute = 0

/** A text from somebody; its chat. */
async function say({ tenant, sessionId }: Place, text: string, phone = buildPhone()): Promise<string> {
  minute += 1
  const message = buildInboundMessage(
    { tenantId: tenant.id, sessionId },
    {
      chatId: `${phone}@c.us`,
      sender: { phone, lid: null, pushName: 'Ada' },
      content: { kind: 'text', text, mentions: [] },
      waTimestamp: new Date(Date.parse('2026-02-01T10:00:00Z') + minute * 60_000),
    },
  )
  await storeInbound(app.app.ctx, [message])
  return phone
}

const find = (place: Place, q: string, more = '') =>
  place.tenant.api.get(200, `/messages/search?q=${encodeURIComponent(q)}${more}`)

const texts = async (place: Place, q: string, more = '') =>
  (await find(place, q, more)).messages.map((message: { content_preview: string }) => message.content_preview)

suite('GET /messages/search', () => {
  test('finds beginnings of words in any case, accent and script, all of them, newest first', async () => {
    const place = await open()
    const said = [
      'Is the flat in Müller Street free?',
      'Привет, квартира свободна?',
      '请问这套房子还出租吗',
      'הדירה עדיין פנויה?',
      'Flats are taken',
      'O’Brien’s café, 3rd floor',
    ]
    for (const text of said) await say(place, text)
    const cases: [string, number[]][] = [
      ['flat', [4, 0]],
      ['FLAT mull', [0]],
      ['muller street', [0]],
      ['ПРИВ', [1]],
      ['房子', [2]],
      ['出租吗', [2]],
      ['הדירה', [3]],
      ['cafe 3rd', [5]],
      ['treet', []],
      ["flat' | x:*", []],
      ['???', []],
    ]
    for (const [q, expected] of cases)
      assert.deepEqual(
        await texts(place, q),
        expected.map((index) => said[index]),
        q,
      )
    const found = await find(place, 'flat', '&limit=1&offset=1')
    assert.deepEqual([found.total, found.limit, found.offset, found.is_complete], [2, 1, 1, true])
    assert.deepEqual([found.messages[0].chat_name, found.messages[0].is_group], ['Ada', false])
  })

  test('of one session or chat; nothing of another tenant; refused without scope, history or words', async () => {
    const [place, other] = [await open(), await open()]
    const phone = await say(place, 'A bicycle')
    await say(place, 'Another bicycle')
    await say(other, 'Their bicycle')
    assert.equal((await find(place, 'bicycle')).total, 2)
    const { chats } = await place.tenant.api.get(200, `/chats?search=${phone}`)
    assert.deepEqual(await texts(place, 'bicycle', `&chat_id=${chats[0].id}`), ['A bicycle'])
    assert.equal((await find(place, 'bicycle', `&session_id=${place.sessionId}`)).total, 2)
    const { api } = place.tenant
    await api.get(404, `/messages/search?q=bicycle&session_id=${other.sessionId}`)
    await other.tenant.api.get(404, `/messages/search?q=bicycle&chat_id=${chats[0].id}`)
    for (const query of ['', '?q=', '?q=%20', `?q=${'x'.repeat(201)}`])
      await api.get(422, `/messages/search${query}`)
    await app.api.get(401, '/messages/search?q=bicycle')
    await (await place.tenant.apiWith(['leads:read'])).get(403, '/messages/search?q=bicycle')
    const program = await place.tenant.apiWith(['messages:read'])
    assert.equal((await program.get(403, '/messages/search?q=bicycle')).code, 'chat_history_closed')
  })

  test('follows edits and what is taken back, and forgets what is kept no longer', async () => {
    const place = await open()
    const { ctx } = app.app
    await say(place, 'Sunday at noon')
    const [message] = (await find(place, 'sunday')).messages
    const change = {
      ...messageEdited.example,
      tenantId: place.tenant.id,
      sessionId: place.sessionId,
      messageId: message.id,
      text: 'Monday at noon',
    }
    await ctx.db.pool.query('UPDATE messages SET content_preview = $2 WHERE id = $1', [
      message.id,
      change.text,
    ])
    await ctx.db.transaction((sql) => ctx.events.publish(sql, messageEdited, change))
    assert.deepEqual([await texts(place, 'sunday'), await texts(place, 'monday')], [[], ['Monday at noon']])
    await ctx.db.transaction((sql) => ctx.events.publish(sql, messageDeleted, change))
    const count = async () =>
      (await ctx.db.pool.query('SELECT FROM message_words WHERE message_id = $1', [message.id])).rows.length
    assert.equal(await count(), 0)
    await readWords(ctx)
    assert.equal(await count(), 1)
    await ctx.db.pool.query('UPDATE messages SET content_preview = NULL WHERE id = $1', [message.id])
    assert.deepEqual(await texts(place, 'monday'), [])
    await forgetWords(ctx)
    assert.equal(await count(), 0)
  })

  test('a long history is read in steps; until then the answer says that it is not complete', async () => {
    const place = await open()
    await say(place, 'First of all')
    const { pool } = app.app.ctx.db
    await pool.query(`INSERT INTO messages (id, tenant_id, session_id, chat_id, wa_message_id, direction, message_type,
        status, content_preview, ordered_at, created_at)
      SELECT gen_random_uuid(), tenant_id, session_id, chat_id, wa_message_id || n, 'inbound', 'text', 'received',
        'needle ' || n, now(), now() FROM messages, generate_series(1, 4500) AS n WHERE tenant_id = '${place.tenant.id}'`)
    await pool.query('DELETE FROM message_words_state')
    assert.equal((await find(place, 'needle')).is_complete, false)
    await readWords(app.app.ctx)
    const found = await find(place, 'needle')
    assert.deepEqual([found.total, found.is_complete], [4500, true])
  })
})
