import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ApiClient, injectDoor } from '../../../../test/api-client.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { pruneAuditJob } from './audit.schema.ts'

let app: TestApp

before(async () => {
  app = await createTestApp()
})
after(() => app.close())

interface Entry {
  action: string
  user_id: string
  api_key_id: string | null
  ip: string
  targets: Record<string, string>
}
const read = async (tenant: TestTenant, query = ''): Promise<Entry[]> =>
  (await tenant.api.get(200, `/audit-logs${query}`)).audit_logs

suite('audit log', () => {
  test('every change by a user or a key, with what it was done to; no content, no secret', async () => {
    const tenant = await app.tenant()
    const hook = await tenant.api.post(201, '/webhooks', {
      url: 'https://127.0.0.1/hook',
      events: ['message.sent'],
      secret: 'very-secret-value',
      name: 'Named by hand',
    })
    const made = await tenant.api.post(201, '/api-keys', { name: 'Robot', scopes: ['webhooks:manage'] })
    const robot = new ApiClient(injectDoor(app.app.http), { 'x-api-key': made.raw_key })
    await robot.patch(200, `/webhooks/${hook.id}`, { is_active: false })
    await tenant.api.put(200, '/opt-outs/+15550123456')
    const entries = await read(tenant)
    const by = { user_id: tenant.userId, api_key_id: null, ip: '127.0.0.1' }
    assert.deepEqual(
      entries.map(({ action, user_id, api_key_id, ip, targets }) => ({
        action,
        user_id,
        api_key_id,
        ip,
        targets,
      })),
      [
        { action: 'opt_outs.set', ...by, targets: {} },
        { action: 'webhooks.update', ...by, api_key_id: made.id, targets: { id: hook.id } },
        { action: 'api_keys.create', ...by, targets: { created: made.id } },
        { action: 'webhooks.create', ...by, targets: { created: hook.id } },
      ],
    )
    assert.doesNotMatch(JSON.stringify(entries), /secret|Named|15550123456|mf_|127\.0\.0\.1\/hook/)
  })

  test('what was refused, only read or only tried is no change', async () => {
    const tenant = await app.tenant()
    await tenant.api.get(200, '/webhooks')
    await tenant.api.post(422, '/webhooks', {})
    await tenant.api.post(200, '/a2a-policy/test', { content: 'x' })
    await (await app.tenant()).api.patch(200, '/tenant/settings', { store_full_text: true })
    assert.deepEqual(await read(tenant), [])
  })

  test('filters by time, action, feature and user; pages', async () => {
    const tenant = await app.tenant()
    await tenant.api.patch(200, '/tenant/settings', { store_full_text: true })
    app.clock.advance(60_000)
    const at = app.clock.now().toISOString()
    await tenant.api.post(201, '/antispam/rules', { pattern: 'aa', action: 'flag' })
    await tenant.api.put(200, '/antispam/settings', { rate_limit: 5 })
    const actions = async (query: string) => (await read(tenant, query)).map(({ action }) => action)
    const antispam = ['antispam.update', 'antispam.create_rule']
    assert.deepEqual(await actions(`?from=${at}`), antispam)
    assert.deepEqual(await actions(`?to=${at}`), ['tenant_settings.update'])
    assert.deepEqual(await actions('?action=antispam.'), antispam)
    assert.deepEqual(await actions('?action=antispam.update'), ['antispam.update'])
    assert.deepEqual(await actions('?action=anti%25'), [])
    assert.equal((await actions(`?user_id=${tenant.userId}`)).length, 3)
    assert.deepEqual(await actions('?user_id=01990000-0000-7000-8000-000000000000'), [])
    const page = await tenant.api.get(200, '/audit-logs?limit=1&offset=1')
    assert.deepEqual([page.total, page.audit_logs[0].action], [3, 'antispam.create_rule'])
  })

  test('403 for a member', async () => {
    const tenant = await app.tenant()
    const token = await tenant.signIn('member')
    await new ApiClient(injectDoor(app.app.http), { authorization: `Bearer ${token}` }).get(
      403,
      '/audit-logs',
    )
  })

  test('entries go after the time the tenant keeps them', async () => {
    const tenant = await app.tenant()
    await tenant.api.patch(200, '/tenant/settings', { audit_retention_days: 30 })
    await app.database.db.pool.query(
      "UPDATE audit_logs SET created_at = created_at - interval '31 days' WHERE tenant_id = $1",
      [tenant.id],
    )
    await tenant.api.patch(200, '/tenant/settings', { store_full_text: true })
    await app.app.ctx.jobs.add(app.app.ctx.db.sql, pruneAuditJob, {})
    await app.runJobs()
    assert.equal((await read(tenant)).length, 1)
  })
})
