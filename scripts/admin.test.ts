import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { Program, pickPort } from './demo/programs.ts'

const root = resolve(import.meta.dirname, '..')
const email = 'owner@example.com'
const owner = { MOLTFLOW_OWNER_EMAIL: email, MOLTFLOW_OWNER_PASSWORD: 'a long enough password' }

test('whoever runs the machine gives an owner without a password a new one: stop, recover, start, open the link', {
  timeout: 300_000,
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-admin-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const port = String(await pickPort(0))
  const base = `http://127.0.0.1:${port}`
  const settings = {
    MOLTFLOW_DATA_DIR: join(directory, 'data'),
    MOLTFLOW_PORT: port,
    MOLTFLOW_PUBLIC_URL: base,
  }
  const admin = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'server/src/admin.ts'), ...args],
      {
        cwd: directory,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], ...settings },
      },
    )
    return { status, stdout, stderr }
  }
  const start = async () => {
    const program = new Program({
      name: 'server',
      file: 'server/bin/moltflow',
      cwd: directory,
      env: { ...settings, ...owner },
      onCrash: () => undefined,
    })
    t.after(() => program.stop())
    await program.answers(`${base}/health/ready`)
    return program
  }
  const post = (path: string, body: object) =>
    fetch(`${base}/api/v2${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  assert.match(admin('help').stderr, /usage: npm run admin -- recover/)
  const early = admin('recover')
  assert.deepEqual([early.status, early.stdout], [1, ''])
  assert.match(early.stderr, /Nobody can sign in yet/)

  const first = await start()
  assert.match(admin('recover').stderr, /in use by process \d+\. Stop it first/)
  await first.stop()
  assert.match(admin('recover', 'nobody@example.com').stderr, /nobody with the address/)
  assert.match(admin('recount').stdout, /The figures of one tenant are counted anew/)
  assert.match(admin('recount', 'now').stderr, /usage:/)
  const made = admin('recover')
  assert.equal(made.status, 0, made.stderr)
  const [, token = ''] = /\/setup#recover=([\w-]{43})\n/.exec(made.stdout) ?? []

  await start()
  const password = 'another password'
  assert.equal((await post('/setup/recover', { token, password })).status, 200)
  assert.equal((await post('/setup/recover', { token, password })).status, 403)
  assert.equal((await post('/auth/login', { email, password })).status, 200)
})
