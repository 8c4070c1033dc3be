import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { createTestApp } from '../../../../test/harness.ts'
import { until } from '../../../../test/until.ts'
import { buildReceived } from '../../../../test/webhooks.ts'
import { messageReceived } from '../../conversations/messages/message-events.schema.ts'

const guide = readFileSync(join(import.meta.dirname, '../../../../../docs/guides/live-updates.md'), 'utf8')

suite('the guide to live updates', () => {
  test('its program fetches when the stream stands, and tells what happens', async () => {
    const code = /<!-- tested: live -->\n```js\n(.*?)```/s.exec(guide)?.[1]
    assert.ok(code, 'the guide has no program')
    await using app = await createTestApp()
    const tenant = await app.tenant()
    const directory = mkdtempSync(join(tmpdir(), 'moltflow-live-'))
    const file = join(directory, 'live.mjs')
    writeFileSync(file, code)
    const env = {
      ...process.env,
      MOLTFLOW_URL: `http://127.0.0.1:${await app.app.listen()}`,
      MOLTFLOW_BOOTSTRAP_API_KEY: await tenant.key(['sessions:read', 'messages:read']),
    }
    const program = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    program.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
    try {
      await until('the first look', () => output.includes('sessions 0') || undefined)
      const { ctx } = app.app
      await ctx.events.publish(ctx.db.sql, messageReceived, buildReceived(tenant.id, 'Hello there'))
      await until('the message', () => /message\.received .*Hello there/.test(output) || undefined)
    } finally {
      program.kill()
      await once(program, 'exit')
      rmSync(directory, { recursive: true, force: true })
    }
  })
})
