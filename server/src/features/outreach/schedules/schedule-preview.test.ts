import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'

let app: TestApp
let tenant: TestTenant

before(async () => {
  app = await createTestApp()
  tenant = await app.tenant()
})
after(() => app.close())

suite('the preview of a rule', () => {
  test('is what a schedule made of it has', async () => {
    const { id: session_id } = await createSession(tenant.api)
    const rule = { schedule_type: 'weekly', scheduled_time: '2030-03-04T09:30', timezone: 'Europe/Lisbon' }
    const preview = await tenant.api.post(200, '/scheduled-messages/preview', rule)
    const made = await tenant.api.post(201, '/scheduled-messages', {
      ...{ name: 'Update', session_id, chat_id: '15550100101@c.us', message_content: 'Good morning' },
      ...rule,
    })
    for (const field of ['schedule_type', 'cron_expression', 'timezone', 'scheduled_time', 'next_runs'])
      assert.deepEqual(preview[field], made[field], field)
    assert.equal(preview.next_runs[0], '2030-03-04T09:30:00+00:00')
    assert.equal((await tenant.api.get(200, '/scheduled-messages')).total, 1)
  })

  test('refuses what cannot be made, by field', async () => {
    const often = { schedule_type: 'cron', cron_expression: '*/2 * * * *' }
    const refused = await tenant.api.post(422, '/scheduled-messages/preview', often)
    assert.match(refused.detail, /^cron_expression: runs must be at least five minutes apart/)
    await tenant.api.post(422, '/scheduled-messages/preview', { schedule_type: 'one_time' })
  })
})
