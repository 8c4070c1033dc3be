import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as EarlierClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as EarlierTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createTestApp, type TestApp, type TestTenant } from '../../../test/harness.ts'

let app: TestApp
let tenant: TestTenant
let url: URL
let options: { requestInit: { headers: Record<string, string> } }

before(async () => {
  app = await createTestApp()
  tenant = await app.tenant()
  await tenant.api.post(201, '/sessions', { name: 'Front desk' })
  url = new URL(`http://127.0.0.1:${await app.app.listen()}/mcp`)
  options = { requestInit: { headers: { 'x-api-key': await tenant.key(['*']) } } }
})
after(() => app.close())

const about = { name: 'journey', version: '1.0.0' }

/** What both packages call alike. */
type AnyClient = Pick<
  Client,
  'listTools' | 'callTool' | 'readResource' | 'getPrompt' | 'listPrompts' | 'close'
>

async function walk(client: AnyClient): Promise<void> {
  const { tools } = await client.listTools()
  assert.equal(tools.length, 34)
  const called = await client.callTool({ name: 'moltflow_list_sessions', arguments: {} })
  assert.match(JSON.stringify(called.content), /Front desk/)
  const refused = await client.callTool({ name: 'moltflow_get_session', arguments: {} })
  assert.equal(refused.isError, true)
  const { contents } = await client.readResource({ uri: 'moltflow://sessions' })
  assert.match(JSON.stringify(contents), /Front desk/)
  const { prompts } = await client.listPrompts()
  assert.equal(prompts.length, 3)
  const prompt = await client.getPrompt({ name: 'weekly_summary', arguments: {} })
  assert.match(JSON.stringify(prompt.messages), /moltflow_list_leads/)
  await assert.rejects(client.readResource({ uri: 'moltflow://nothing' }))
  await client.close()
}

suite('the official clients list, call, read and get prompts', () => {
  for (const mode of ['legacy', 'auto', { pin: '2026-07-28' }] as const) {
    test(`of today, negotiating ${JSON.stringify(mode)}`, async () => {
      const client = new Client(about, { versionNegotiation: { mode } })
      await client.connect(new StreamableHTTPClientTransport(url, options))
      const revision = mode === 'legacy' ? /^2025-/ : /^2026-07-28$/
      assert.match(client.getNegotiatedProtocolVersion() ?? '', revision)
      assert.match(client.getInstructions() ?? '', /untrusted_whatsapp_data/)
      await walk(client)
    })
  }

  test('of the era of initialize', async () => {
    const client = new EarlierClient(about)
    await client.connect(new EarlierTransport(url, options) as Parameters<typeof client.connect>[0])
    assert.equal(client.getServerVersion()?.name, 'moltflow')
    await walk(client as unknown as AnyClient)
  })

  test('without a credential hear that they have to sign in', async () => {
    const client = new Client(about)
    await assert.rejects(
      client.connect(new StreamableHTTPClientTransport(url)),
      /401|Unauthorized|credential/i,
    )
  })
})
