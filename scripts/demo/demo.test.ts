import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { until } from '../../server/test/until.ts'

const script = resolve(import.meta.dirname, 'demo.ts')

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Children of a process, where the system tells (Linux). */
function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : []
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  )
}

test('the demo shows a verified webhook, Ctrl-C leaves no program behind, and the next start goes on', {
  timeout: 240_000,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-demo-test-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const first = await visit(t, directory)
  const second = await visit(t, directory)
  assert.ok(first.session && first.apiKey)
  assert.deepEqual([second.session, second.apiKey], [first.session, first.apiKey])
  const fresh = await visit(t, directory, ['--fresh'])
  assert.notEqual(fresh.session, first.session)
})

/** Starts the demo, waits until it shows something, looks around and ends it with Ctrl-C. */
async function visit(t: TestContext, directory: string, more: string[] = []) {
  const demo = spawn(process.execPath, [script, '--data', join(directory, 'demo'), ...more], {
    env: { ...process.env, NO_COLOR: '1', MOLTFLOW_PORT: '0', DEMO_SIMULATOR_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => demo.kill('SIGTERM'))
  let output = ''
  demo.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  await until(
    'a verified webhook',
    () => {
      assert.equal(demo.exitCode, null, output)
      return /✔ verified message\.received/.test(output) || undefined
    },
    { timeoutMs: 100_000 },
  )
  const children = childrenOf(demo.pid ?? 0)
  const [, base = ''] = /API +(http\S+)\/api\/v2/.exec(output) ?? []
  const [, control = ''] = /Simulator +(http\S+)/.exec(output) ?? []
  const [, apiKey = ''] = /API key +(mf_\w+)/.exec(output) ?? []
  const [, session = ''] = /Session +(\S+) \(paired/.exec(output) ?? []
  assert.ok(await answers(`${base}/health/ready`))
  const linked = ((await (await fetch(`${control}/state`)).json()) as { accounts: { devices: unknown[] }[] })
    .accounts[0]?.devices
  assert.equal(linked?.length, 1, 'the account was linked once')
  assert.deepEqual(readdirSync(directory), ['demo'])
  assert.doesNotMatch(output, /bad signature/)

  demo.kill('SIGINT')
  const [code] = await once(demo, 'exit')
  assert.equal(code, 0, output)
  assert.deepEqual(children.filter(isAlive), [])
  assert.equal(await answers(`${base}/health/ready`), false)
  assert.equal(await answers(`${control}/state`), false)
  return { apiKey, session }
}
