import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage, buildPhone } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
} from '../../../../test/linked-session.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession
let groupId: string
let path: string

const dayMs = 86_400_000

/** What was said in a group of the session, so many days ago. */
async function say(chatId: string, text: string, daysAgo = 0): Promise<void> {
  const ctx = { ...app.app.ctx, caller: { kind: 'system' as const, tenantId: tenant.id } }
  const sender = { phone: buildPhone(), lid: null, pushName: 'Sample Contact' }
  const waTimestamp = new Date(app.clock.nowMs() - daysAgo * dayMs)
  const where = { chatId, isGroup: chatId.endsWith('@g.us'), sender, waTimestamp }
  const content = { kind: 'text' as const, text, mentions: [] }
  await storeInbound(ctx, [
    buildInboundMessage({ tenantId: tenant.id, sessionId: session.id }, { ...where, content }),
  ])
}

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
  const makeGroup = () =>
    app.simulator.groups.create({ subject: 'Homes', owner: addContact(app), members: [session.phone] }).id
  const [monitored, other] = [makeGroup(), makeGroup()]
  const made = await tenant.api.post(201, '/groups', {
    session_id: session.id,
    wa_group_id: monitored,
    monitor_mode: 'all',
  })
  groupId = made.id
  path = `/groups/${groupId}/test-keywords`
  await say(monitored, 'My pipe is leaking, and ﬁve leaks more', 1)
  await say(monitored, '🙂 What are your prices?', 2)
  await say(monitored, 'Good morning')
  await say(monitored, 'an old leak', 40)
  await say(other, 'a leak elsewhere')
  await say(`${buildPhone()}@c.us`, 'a leak in private')
})
after(() => app.close())

suite('trying keywords on what was said', () => {
  test('tells every hit with its message, keyword and place, of this group alone', async () => {
    const answer = await tenant.api.post(200, path, { keywords: ['price', 'leak', 'five', 'sale'] })
    const hits = answer.hits.map((hit: Record<string, unknown>) => [
      hit.keyword,
      hit.position,
      hit.content_preview,
    ])
    assert.deepEqual(hits, [
      ['leak', 11, 'My pipe is leaking, and ﬁve leaks more'],
      ['five', 24, 'My pipe is leaking, and ﬁve leaks more'],
      ['price', 16, '🙂 What are your prices?'],
    ])
    assert.deepEqual([answer.messages_checked, answer.messages_matched, answer.is_complete], [3, 2, true])
    assert.deepEqual(answer.keywords, [
      { keyword: 'price', messages: 1 },
      { keyword: 'leak', messages: 1 },
      { keyword: 'five', messages: 1 },
      { keyword: 'sale', messages: 0 },
    ])
    const [{ message_id: messageId }] = answer.hits
    assert.equal((await tenant.api.get(200, `/messages/${messageId}`)).id, messageId)
  })

  test('another match, more days and fewer hits are asked for; the group’s own settings are the default', async () => {
    const keywords = ['leak']
    const found = async (body: object) => {
      const { messages_matched: matched, hits } = await tenant.api.post(200, path, body)
      return [matched, hits.length]
    }
    assert.deepEqual(await found({ keywords, keyword_match: 'word' }), [0, 0])
    assert.deepEqual(await found({ keywords, keyword_match: 'word', days: 60 }), [1, 1])
    assert.deepEqual(await found({ keywords: ['rice', 'ipe'], keyword_match: 'anywhere', limit: 1 }), [2, 1])
    assert.match((await tenant.api.post(422, path, {})).detail, /^keywords: needed/)
    await tenant.api.patch(200, `/groups/${groupId}`, { monitor_keywords: keywords, keyword_match: 'word' })
    assert.deepEqual(await found({}), [0, 0])
    for (const [body, field] of [
      [{ keywords: [] }, 'keywords'],
      [{ keywords: ['\u200b'] }, 'keywords'],
      [{ keywords, keyword_match: 'fuzzy' }, 'keyword_match'],
      [{ keywords, days: 0 }, 'days'],
      [{ keywords, limit: 501 }, 'limit'],
    ] as const)
      assert.match((await tenant.api.post(422, path, body)).detail, new RegExp(`^${field}`))
  })

  test('needs both scopes and an open chat history, and is 404 for another tenant', async () => {
    const body = { keywords: ['leak'] }
    for (const scope of ['groups:read', 'messages:read'] as const)
      await (await tenant.apiWith([scope])).post(403, path, body)
    const key = await tenant.apiWith(['groups:read', 'messages:read'])
    assert.match((await key.post(403, path, body)).detail, /opt-in/)
    await (await app.tenant()).api.post(404, path, body)
    await tenant.api.post(404, `/groups/${session.id}/test-keywords`, body)
  })
})
