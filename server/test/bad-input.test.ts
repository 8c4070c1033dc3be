import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ApiClient, injectDoor } from './api-client.ts'
import { badAiRequests } from './bad-input-ai.ts'
import { badAnalyticsRequests } from './bad-input-analytics.ts'
import { badBulkRequests } from './bad-input-bulk.ts'
import { badChannelRequests } from './bad-input-channels.ts'
import { badKnowledgeRequests } from './bad-input-knowledge.ts'
import { badLabelRequests } from './bad-input-labels.ts'
import { badLeadRequests } from './bad-input-leads.ts'
import { badListRequests } from './bad-input-lists.ts'
import { badMonitoringRequests } from './bad-input-monitoring.ts'
import { badPeopleRequests } from './bad-input-people.ts'
import { badReplyRequests } from './bad-input-replies.ts'
import { badReportRequests } from './bad-input-reports.ts'
import { badReviewRequests } from './bad-input-reviews.ts'
import type { Asker, BadRequest } from './bad-input-rows.ts'
import { badSafetyRequests } from './bad-input-safety.ts'
import { badScheduleRequests } from './bad-input-schedules.ts'
import { badSendRequests } from './bad-input-sends.ts'
import { badRequests } from './bad-input-table.ts'
import { createTestApp, type TestApp } from './harness.ts'
import { liftRequestRate } from './lift-limits.ts'
import { consentToAi } from './model-world.ts'

describe('bad requests', () => {
  let app: TestApp
  const askers = new Map<Asker, ApiClient>()
  const names = new Map<string, string>()

  before(async () => {
    app = await createTestApp({ config: { outgoingAllow: [] } })
    const tenant = await app.tenant()
    const other = await app.tenant()
    const small = await app.tenant({ plan: 'free' })
    for (const { api } of [tenant, small])
      await api.patch(200, '/tenant/settings', { ai_consent_enabled: true })
    // Before anybody asks: what a tenant may do is remembered.
    // Together they are more than a tenant may ask in a minute.
    await liftRequestRate(app.database.db)
    askers.set('nobody', app.api).set('owner', tenant.api).set('free', small.api)
    const member = await tenant.signIn('member')
    askers.set('member', new ApiClient(injectDoor(app.app.http), { authorization: `Bearer ${member}` }))
    askers.set('reader', await tenant.apiWith(['sessions:read', 'messages:read', 'webhooks:read']))
    askers.set('sender', await tenant.apiWith(['messages:send']))
    askers.set('settingsKey', await tenant.apiWith(['settings:manage']))
    await consentToAi(tenant.api)
    await small.api.post(201, '/sessions', { name: 'the only one of this plan' })
    for (const [prefix, { api }] of [
      ['', tenant],
      ['foreign', other],
    ] as const) {
      const name = (word: string) =>
        `{${prefix === '' ? word : `foreign${word.charAt(0).toUpperCase()}${word.slice(1)}`}}`
      const session = await api.post(201, '/sessions', { name: 'desk' })
      const hook = await api.post(201, '/webhooks', {
        url: 'https://example.com/hook',
        events: ['message.received'],
      })
      const key = await api.post(201, '/api-keys', { name: 'key', scopes: ['sessions:read'] })
      names.set(name('session'), session.id).set(name('hook'), hook.id).set(name('key'), key.id)
    }
  })
  after(() => app.close())

  const fill = (text: string) => text.replaceAll(/\{[a-zA-Z]+\}/g, (name) => names.get(name) ?? name)

  let asked = 0

  async function ask(request: BadRequest) {
    asked += 1
    // More in a minute than a tenant may ask.
    if (asked % 300 === 0) app.clock.advance(61_000)
    const [method = '', path = ''] = request.call.split(/ (.*)/)
    const asker = askers.get(request.as)
    assert.ok(asker)
    const body =
      typeof request.body === 'object' ? JSON.parse(fill(JSON.stringify(request.body))) : request.body
    return asker.call(method, fill(path), {
      ...(request.body === undefined ? {} : { body }),
      headers: request.headers ?? {},
    })
  }

  test('there are at least 150 of them', () => {
    assert.ok(badRequests.length >= 150, String(badRequests.length))
  })

  for (const [number, request] of [
    ...badRequests,
    ...badAiRequests,
    ...badReplyRequests,
    ...badAnalyticsRequests,
    ...badBulkRequests,
    ...badScheduleRequests,
    ...badKnowledgeRequests,
    ...badLabelRequests,
    ...badMonitoringRequests,
    ...badChannelRequests,
    ...badLeadRequests,
    ...badListRequests,
    ...badPeopleRequests,
    ...badReportRequests,
    ...badReviewRequests,
    ...badSafetyRequests,
    ...badSendRequests,
  ].entries()) {
    const sent = typeof request.body === 'string' ? request.body : (JSON.stringify(request.body) ?? '')
    test(`${number} ${request.status} for ${request.as}: ${request.call} ${sent.slice(0, 90)}`, async () => {
      const reply = await ask(request)
      assert.equal(reply.status, request.status, reply.text.slice(0, 500))
      assert.equal(typeof reply.body.detail, 'string')
      assert.match(reply.body.detail, request.says)
      assert.doesNotMatch(reply.text, /at .*\.ts|node_modules|SELECT|stack/)
      if (
        request.status === 403 &&
        /scope/i.test(reply.body.detail) &&
        ['reader', 'sender'].includes(request.as)
      ) {
        assert.match(reply.headers['x-required-scopes'] ?? '', /^[a-z0-9-]+:[a-z]+( [a-z0-9-]+:[a-z]+)*$/)
      }
      if (request.status === 405) assert.match(reply.headers['allow'] ?? '', /[A-Z]/)
      if (request.status === 422 && reply.body.errors !== undefined) {
        for (const problem of reply.body.errors)
          assert.deepEqual(Object.keys(problem).sort(), ['field', 'message'])
      }
    })
  }

  test('nothing was lost or made by any of them', async () => {
    const owner = askers.get('owner')
    assert.ok(owner)
    const sessions = await owner.get(200, '/sessions')
    assert.deepEqual(
      sessions.map((session: { id: string }) => session.id),
      [names.get('{session}')],
    )
    const hooks = await owner.get(200, '/webhooks')
    assert.deepEqual(
      hooks.map((hook: { id: string; name: string }) => [hook.id, hook.name]),
      [[names.get('{hook}'), 'example.com']],
    )
  })
})
