import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import type { Scope } from '../../../server/src/scopes.ts'
import type { TestTenant } from '../../../server/test/harness.ts'
import { buildLead } from '../../../server/test/leads-world.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
} from '../../../server/test/linked-session.ts'
import { type AnyClient, noteInputs, PythonClients, python, root, typeScriptClient } from './clients.ts'

const run = promisify(execFile)

/** The scopes that the contract gives each script. */
const scopes: Record<string, readonly Scope[]> = {
  quickstart: ['sessions:read', 'messages:send', 'messages:read', 'usage:read'],
  send_message: ['messages:send'],
  outreach: ['custom-groups:manage', 'bulk-send:manage', 'scheduled:manage'],
  leads: ['leads:manage', 'custom-groups:manage'],
  ai_config: ['ai:manage'],
  reviews: ['reviews:manage'],
  group_monitor: ['groups:manage'],
  admin: ['settings:manage', 'usage:read', 'billing:read'],
  channels: ['channels:manage'],
}

let app: LinkedApp
let url: string
let tenant: TestTenant
let session: LinkedSession
let places: Record<string, string>
let clients: PythonClients
/** How scripts find the server and the client. */
let environment: Record<string, string>

before(async () => {
  app = await createLinkedApp({ isLive: true })
  url = await app.app.http.listen({ host: '127.0.0.1', port: 0 })
  tenant = await app.tenant()
  await tenant.api.patch(200, '/tenant/settings', {
    ai_consent_enabled: true,
    chat_history_access_enabled: true,
  })
  session = await linkSession(app, tenant.api)
  const phone = await addWarmContact(app, session)
  app.simulator.createGroup({ subject: 'Neighbourhood', owner: session.phone, members: [phone] })
  places = { MOLTFLOW_SESSION: session.id, MOLTFLOW_CHAT: `${phone}@c.us` }
  environment = {
    MOLTFLOW_API_URL: url,
    PYTHONPATH: join(root, 'sdks/python/src'),
    PYTHONDONTWRITEBYTECODE: '1',
  }
  clients = new PythonClients()
})
after(async () => {
  await clients?.close()
  await app.close()
})

/** Runs a script with a key that has its scopes and no other. */
async function follow(file: string): Promise<string> {
  const name = basename(file)
    .replace(/\.\w+$/, '')
    .replaceAll('-', '_')
  const env = {
    ...process.env,
    ...places,
    ...environment,
    MOLTFLOW_API_KEY: await tenant.key(scopes[name] ?? []),
  }
  const command = file.endsWith('.py') ? python : process.execPath
  const args = file.endsWith('.py') ? [file] : ['--conditions=moltflow-source', file]
  return run(command, args, { cwd: root, env, timeout: 60_000 }).then(
    ({ stdout }) => stdout,
    (error: { stderr: string }) => `FAILED ${file}\n${error.stderr}`,
  )
}

suite('the scripts of the clients', { timeout: 240_000 }, () => {
  test('there is one of each in both languages', () => {
    const names = (pattern: string) =>
      globSync(pattern, { cwd: root })
        .map((file) =>
          basename(file)
            .replace(/\.\w+$/, '')
            .replaceAll('-', '_'),
        )
        .sort()
    const wanted = Object.keys(scopes).sort()
    assert.deepEqual(names('sdks/typescript/examples/*.ts'), wanted)
    assert.deepEqual(names('sdks/python/examples/*.py'), wanted)
  })

  test('do with the scopes of the contract what they say', async () => {
    const problems: string[] = []
    const followAll = async (pattern: string) => {
      for (const file of globSync(pattern, { cwd: root }).sort()) {
        if (/leads\.(ts|py)$/.test(file)) await newLead()
        const output = await follow(file)
        if (output.startsWith('FAILED') || output.trim() === '') problems.push(`${file}: ${output}`)
      }
    }
    await Promise.all(['sdks/typescript/examples/*.ts', 'sdks/python/examples/*.py'].map(followAll))
    assert.deepEqual(problems, [])
  })

  test('the examples of the guide work as they stand', async () => {
    const guide = readFileSync(join(root, 'docs/guides/sdks.md'), 'utf8')
    const block = (language: string) =>
      new RegExp(`<!-- tested: ${language} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(guide)?.[1] ?? ''
    const env = {
      ...process.env,
      ...environment,
      MOLTFLOW_API_KEY: await tenant.key(['sessions:read', 'contacts:read']),
    }
    const flags = [
      '--conditions=moltflow-source',
      '--input-type=module-typescript',
      '--eval',
      block('typescript'),
    ]
    const typescript = await run(process.execPath, flags, { cwd: join(root, 'sdks/typescript'), env })
    assert.match(typescript.stdout, /Front desk working[\s\S]*404 not_found/)
    const answer = await run(python, ['-c', block('python')], { env })
    assert.match(answer.stdout, /Front desk working[\s\S]*NotFoundError 404 not_found/)
  })

  test('what can be read is the same through the API and through every client', async () => {
    const key = await tenant.key(['*'])
    const api = tenant.api
    noteInputs(['leads.list', 'labels.create', 'groups.monitor', 'contacts.list'])
    const reads: [string, string][] = [
      ['sessions.list', '/sessions'],
      ['leads.list', '/leads'],
      ['contacts.list', '/contacts'],
      ['billing.plans.list', '/billing/plans'],
      ['tenant.get', '/tenant/settings'],
      ['api_keys.list', '/api-keys'],
      ['ai.get_config', '/ai/config'],
      ['reviews.collectors.list', '/reviews/collectors'],
      ['channels.capabilities', '/channels/capabilities'],
    ]
    const all: AnyClient[] = [typeScriptClient, ...clients.all]
    for (const client of all)
      for (const [method, path] of reads) {
        const { value } = (await client.run({ key, url }, { method })) as { value: unknown }
        const told = (await api.get(200, path)) as unknown
        // When a key was last used changes with every call.
        const still = (answer: unknown) => JSON.stringify(answer).replaceAll(/"last_used_at":[^,}]+/g, '')
        assert.equal(still(value), still(told), `${client.name}: ${method}`)
      }
  })
})

async function newLead(): Promise<void> {
  const phone = await addWarmContact(app, session)
  const { contacts } = await tenant.api.get(200, `/contacts?search=${phone}`)
  const place = { tenantId: tenant.id, sessionId: session.id, contactId: contacts[0].id }
  await buildLead(app.app.ctx, place)
}
