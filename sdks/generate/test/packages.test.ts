import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { PythonClients, python, root } from './clients.ts'
import { measureClient } from './sizes.ts'

const directory = mkdtempSync(join(tmpdir(), 'moltflow-sdks-'))
after(() => rmSync(directory, { recursive: true, force: true }))

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: '', PIP_NO_INDEX: '1', PIP_DISABLE_PIP_VERSION_CHECK: '1' },
  })
  assert.equal(status, 0, stdout + stderr)
  return stdout
}

suite('packages', { timeout: 180_000 }, () => {
  test('TypeScript: what is built runs and has its types', async () => {
    const target = join(directory, 'moltflow')
    const tsc = join(root, 'node_modules/.bin/tsc')
    run(tsc, ['-p', 'tsconfig.build.json', '--outDir', join(target, 'dist')], join(root, 'sdks/typescript'))
    cpSync(join(root, 'sdks/typescript/package.json'), join(target, 'package.json'))
    writeFileSync(
      join(target, 'main.mjs'),
      `import { Client, messages, MoltFlow, verifyWebhook } from 'moltflow'
       const options = { apiKey: 'mf_x', baseUrl: 'http://127.0.0.1:9' }
       console.log(typeof new MoltFlow(options).messages.send, typeof messages(new Client(options)).sendMedia, typeof verifyWebhook)`,
    )
    assert.equal(run(process.execPath, ['main.mjs'], target).trim(), 'function function function')
    writeFileSync(
      join(target, 'uses.ts'),
      `import { MoltFlow, type Message } from 'moltflow'
       export const sent: Promise<Message> = new MoltFlow().messages.send({ session_id: '', chat_id: '', message: '' })
       // @ts-expect-error a field is missing
       void new MoltFlow().messages.send({ session_id: '' })`,
    )
    const strict = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext']
    run(tsc, [...strict, 'uses.ts'], target)
  })

  test('TypeScript: nothing of Node, nothing of the server, and small', async () => {
    const sources = globSync('sdks/typescript/src/*.ts', { cwd: root })
    for (const file of sources) {
      const text = readFileSync(join(root, file), 'utf8')
      const foreign = [...text.matchAll(/from '([^']+)'/g)].filter(
        ([, from = '']) => !/^\.\/[\w.-]+\.ts$/.test(from),
      )
      assert.deepEqual(foreign, [], file)
    }
    const sizes = await measureClient()
    assert.ok(sizes.whole.gzip < 12_000, JSON.stringify(sizes))
    assert.ok(sizes.messages.gzip < 5000, JSON.stringify(sizes))
  })

  test('Python: the wheel is built and installed without the network, typed, and works', async () => {
    const source = join(directory, 'python')
    cpSync(join(root, 'sdks/python'), source, { recursive: true })
    const offline = ['--no-index', '--no-deps', '--quiet']
    run(
      python,
      ['-m', 'pip', 'wheel', ...offline, '--no-build-isolation', '--wheel-dir', directory, '.'],
      source,
    )
    const [wheel = ''] = globSync('*.whl', { cwd: directory })
    const site = join(directory, 'site')
    run(python, ['-m', 'pip', 'install', ...offline, '--target', site, join(directory, wheel)], directory)
    const files = globSync('moltflow/*', { cwd: site })
    for (const file of ['py.typed', '__init__.pyi', 'resources.pyi', 'types.py'])
      assert.ok(files.includes(`moltflow/${file}`), file)
    const clients = new PythonClients(site)
    const [client] = clients.all
    const outcome = await client?.run({ key: 'mf_x', url: 'http://127.0.0.1:9' }, { method: 'sessions.list' })
    await clients.close()
    assert.equal((outcome as { error: { class: string } }).error.class, 'ConnectionError')
  })
})
