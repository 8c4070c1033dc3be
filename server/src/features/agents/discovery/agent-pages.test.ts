import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'

const registration = { agentId: 42, agentRegistry: `eip155:1:0x${'ab'.repeat(20)}` }
let app: TestApp
let registered: TestApp

before(async () => {
  app = await createTestApp()
  registered = await createTestApp({
    config: {
      publicUrl: 'https://flow.example.com',
      agents: { ...app.app.ctx.config.agents, registrations: [registration] },
    },
  })
})
after(async () => {
  await app.close()
  await registered.close()
})

suite('discovery', () => {
  test('the card of the contract, for anybody, with a key that stays', async () => {
    const one = await app.app.http.inject('/.well-known/agent.json')
    const again = await app.app.http.inject('/.well-known/agent.json')
    const { public_key: key, ...card } = one.json()
    assert.deepEqual(card, {
      name: 'MoltFlow',
      description: 'WhatsApp for agents',
      url: 'http://localhost:3000',
      version: '1.2.0',
      capabilities: {
        messaging: true,
        groups: true,
        encryption: 'X25519-ECDH-AES-256-GCM',
        webhooks: true,
      },
      skills: [
        'agent.message.send',
        'agent.group.create',
        'agent.group.invite',
        'agent.group.list',
        'group.getContext',
        'webhook_manager',
      ],
    })
    assert.deepEqual([Buffer.from(key, 'base64').length, again.json().public_key], [32, key])
    assert.equal(one.headers['cache-control'], 'public, max-age=300')
    assert.notEqual(key, app.app.ctx.config.secretKey)
  })

  test('a registration file only where a registration is configured, and never with another’s id', async () => {
    for (const path of ['/.well-known/erc8004-agent.json', '/.well-known/agent-registration.json']) {
      assert.equal((await app.app.http.inject(path)).statusCode, 404)
      const file = (await registered.app.http.inject(path)).json()
      assert.deepEqual(file.registrations, [registration])
      assert.deepEqual([file.active, file.x402Support, file.supportedTrust], [true, false, ['reputation']])
      assert.deepEqual(
        file.services.map(({ name, endpoint }: { name: string; endpoint: string }) => [name, endpoint]),
        [
          ['web', 'https://flow.example.com'],
          ['A2A', 'https://flow.example.com/.well-known/agent.json'],
          ['MCP', 'https://flow.example.com/mcp'],
        ],
      )
      assert.equal('endpoints' in file, false)
    }
  })
})
