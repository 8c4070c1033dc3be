import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Server as ProxyServer } from 'proxy-chain'
import { buildStateChange, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestTenant } from '../../../../test/harness.ts'
import { createLinkedApp, type LinkedApp, linkSession, nextEvent } from '../../../../test/linked-session.ts'
import { applyState } from './sessions.service.ts'

let app: LinkedApp
let tenant: TestTenant

const reaches = (id: string, status: string) =>
  nextEvent(app, 'session.status', (told) => told.sessionId === id && told.status === status)

/** A proxy that wants a password, and how many connections went through it. */
async function openProxy() {
  const proxy = new ProxyServer({
    port: 0,
    host: '127.0.0.1',
    prepareRequestFunction: ({ username, password }) => ({
      requestAuthentication: username !== 'desk' || password !== 'secret',
    }),
  })
  await proxy.listen()
  return {
    url: `http://desk:secret@127.0.0.1:${proxy.port}`,
    shown: `http://127.0.0.1:${proxy.port}`,
    connections: () => proxy.getConnectionIds().length,
    [Symbol.asyncDispose]: () => proxy.close(true),
  }
}

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
})
after(() => app.close())

suite('sessions.update_settings', () => {
  test('changes what is named and answers everything', async () => {
    const { id } = await createSession(tenant.api)
    const path = `/sessions/${id}/settings`
    const first = await tenant.api.patch(200, path, { auto_transcribe: true })
    assert.deepEqual(first, {
      status: 'ok',
      config: { auto_transcribe: true, reject_calls: false, proxy_url: null },
    })
    const next = await tenant.api.patch(200, path, { reject_calls: true })
    assert.deepEqual(next.config, { auto_transcribe: true, reject_calls: true, proxy_url: null })
    assert.deepEqual((await tenant.api.get(200, `/sessions/${id}`)).config, next.config)
    assert.deepEqual((await tenant.api.patch(200, path, {})).config, next.config)
  })

  test('422 for what is no proxy, naming the field; 400 for one at a private address', async () => {
    await using strict = await createTestApp({ config: { outgoingAllow: [] } })
    const owner = await strict.tenant()
    const { id } = await createSession(owner.api)
    const put = (status: number, url: unknown) =>
      owner.api.patch(status, `/sessions/${id}/settings`, { proxy_url: url })
    for (const url of [
      '',
      'nonsense',
      'ftp://proxy.example.com',
      'proxy.example.com:3128',
      'socks4://1.1.1.1',
      7,
    ])
      assert.match((await put(422, url)).detail, /^proxy_url/)
    const refused = [
      'http://127.0.0.1:3128',
      'socks5://localhost:1080',
      'http://10.1.2.3',
      'https://169.254.169.254',
      'http://[::1]:3128',
      'http://[::ffff:192.168.0.1]:3128',
      'socks5://proxy.internal:1080',
      'http://2130706433:3128',
    ]
    for (const url of refused) assert.match((await put(400, url)).detail, /private|no address/, url)
    assert.equal((await owner.api.get(200, `/sessions/${id}`)).config.proxy_url, null)
    const { config } = await put(200, 'socks5://user:password@93.184.216.34:1080')
    assert.equal(config.proxy_url, 'socks5://93.184.216.34:1080')
    assert.equal((await put(200, null)).config.proxy_url, null)
  })

  test('a running session connects anew through its proxy; the password is shown and stored nowhere', async () => {
    await using proxy = await openProxy()
    const { id } = await linkSession(app, tenant.api)
    const working = reaches(id, 'working')
    const { config } = await tenant.api.patch(200, `/sessions/${id}/settings`, { proxy_url: proxy.url })
    assert.equal(config.proxy_url, proxy.shown)
    await working
    assert.ok(proxy.connections() > 0)
    const { rows } = await app.database.db.pool.query('SELECT row_to_json(s)::text AS row FROM sessions s')
    assert.ok(rows.every(({ row }: { row: string }) => !row.includes('secret')))
    const again = reaches(id, 'working')
    await tenant.api.post(200, `/sessions/${id}/restart`)
    await again
    assert.ok(proxy.connections() > 0)
    const direct = reaches(id, 'working')
    await tenant.api.patch(200, `/sessions/${id}/settings`, { proxy_url: null })
    await direct
    assert.equal(proxy.connections(), 0)
  })
})

suite('what WhatsApp does not allow', () => {
  test('a lock and a cap are shown with their end, and are over when WhatsApp says so', async () => {
    const { id: sessionId } = await createSession(tenant.api)
    const limitsAfter = async (change: Partial<Parameters<typeof applyState>[1]>) => {
      const told = buildStateChange({ tenantId: tenant.id, sessionId }, { status: 'working', ...change })
      await applyState(app.app.ctx, told)
      return (await tenant.api.get(200, `/sessions/${sessionId}`)).limits
    }
    const none = { reach_out_locked_until: null, is_message_capped: false, message_cap_until: null }
    const until = new Date(app.clock.nowMs() + 3_600_000)
    const timestamp = `${until.toISOString().slice(0, 19)}Z`
    assert.deepEqual(await limitsAfter({ reason: 'reach_out_locked', until }), {
      ...none,
      reach_out_locked_until: timestamp,
    })
    assert.deepEqual(await limitsAfter({}), none)
    const capped = await limitsAfter({ reason: 'message_capped', until })
    assert.deepEqual([capped.is_message_capped, capped.message_cap_until], [true, timestamp])
    assert.deepEqual(await limitsAfter({}), none)
  })
})
