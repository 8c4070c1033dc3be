import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'

const program = resolve(import.meta.dirname, '../src/cli.ts')

describe('the program', () => {
  test('says where it listens, answers there, and ends when it is told to', async () => {
    const child = spawn(process.execPath, [program, '--port', '0', '--key', 'sk-one'])
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer]
      const url = /^Model simulator +(http:\/\/127\.0\.0\.1:\d+)$/m.exec(line.toString())?.[1]
      const statusWith = async (key: string) =>
        (await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status
      assert.deepEqual([await statusWith('sk-one'), await statusWith('sk-two')], [200, 401])
    } finally {
      child.kill('SIGTERM')
    }
    const [code] = await once(child, 'exit')
    assert.equal(code, 0)
  })

  test('refuses options that it does not know, and tells those it has', () => {
    for (const option of ['--flies', '--port=x', '--port=70000']) {
      const { status, stderr } = spawnSync(process.execPath, [program, option], { encoding: 'utf8' })
      assert.equal(status, 2, option)
      assert.match(stderr, /usage: moltflow-model-simulator/)
    }
    const { status, stdout } = spawnSync(process.execPath, [program, '--help'], { encoding: 'utf8' })
    assert.deepEqual([status, stdout.startsWith('usage:')], [0, true])
  })
})
