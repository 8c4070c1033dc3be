import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { until } from '../../../../test/until.ts'
import { buildBody, buildHeaders } from './delivery.ts'

const root = join(import.meta.dirname, '../../../../..')
const guide = readFileSync(join(root, 'docs/guides/webhooks.md'), 'utf8')
const running: ChildProcess[] = []
// Below the project, where the pasted code finds the published packages.
mkdirSync(join(root, '.cache'), { recursive: true })
const directory = mkdtempSync(join(root, '.cache/guide-'))

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Runs a code block of the guide exactly as it is printed; answers its address. */
async function paste(name: string, secret: string): Promise<string> {
  const code = new RegExp(`<!-- tested: ${name} -->\n\`\`\`js\n(.*?)\`\`\``, 's').exec(guide)?.[1]
  assert.ok(code, `the guide has no block ${name}`)
  const file = join(directory, `${name}.mjs`)
  writeFileSync(file, code)
  const port = await findFreePort()
  const env = { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) }
  running.push(spawn(process.execPath, [file], { env, stdio: ['ignore', 'ignore', 'inherit'] }))
  const url = `http://127.0.0.1:${port}/`
  return until(`the receiver of block ${name}`, () =>
    fetch(url, { method: 'POST' }).then(
      () => url,
      () => undefined,
    ),
  )
}

suite('the guide to webhooks', () => {
  after(() => {
    for (const child of running) child.kill()
    rmSync(directory, { recursive: true, force: true })
  })

  for (const name of ['standard', 'hmac']) {
    for (const secret of ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_my_secret', 'plain wörds']) {
      test(`its ${name} receiver takes what is signed and nothing else: ${secret.slice(0, 8)}`, async () => {
        const url = await paste(name, secret)
        const id = '019c4c2e-6a00-7000-8000-000000000001'
        const event = 'message.received'
        const atMs = performance.timeOrigin + performance.now()
        const body = buildBody({ id, event, atMs, data: { message: 'Grüße 👋' } })
        const headers = buildHeaders({ id, event, body, secret, atMs })
        const post = async (bytes: Buffer) =>
          (await fetch(url, { method: 'POST', headers, body: new Uint8Array(bytes) })).status
        assert.equal(await post(body), 204)
        assert.equal(await post(body), 204, 'a repeat')
        assert.equal(
          await post(Buffer.from(body.toString().replace('message.received', 'message.sent'))),
          401,
        )
      })
    }
  }
})
