import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { pathToFileURL } from 'node:url'

const server = join(import.meta.dirname, '../..')
const preload = pathToFileURL(join(import.meta.dirname, 'quick-imports.ts')).href

function run(code: string, ...flags: string[]): { stdout: string; stderr: string } {
  const result = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', code], {
    cwd: server,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  })
  return { stdout: result.stdout, stderr: result.stderr }
}

suite('short imports', () => {
  test('lead where those of Node lead', () => {
    const wanted = [
      'drizzle-orm',
      'drizzle-orm/pg-core',
      'baileys',
      'zod',
      'pino',
      './src/main.ts',
      'node:fs',
    ]
    const code = `for (let round = 0; round < 2; round += 1)
      for (const name of ${JSON.stringify(wanted)}) console.log(import.meta.resolve(name))`
    const usual = run(code).stdout
    assert.equal(usual.split('\n').filter(Boolean).length, wanted.length * 2)
    assert.equal(run(code, '--import', preload).stdout, usual)
  })

  test('a module without a place is told so by Node', () => {
    const code = `await import('data:text/javascript,import "./nothing.js"')`
    const usual = run(code).stderr.match(/ERR_[A-Z_]+/)?.[0]
    assert.ok(usual)
    assert.equal(run(code, '--import', preload).stderr.match(/ERR_[A-Z_]+/)?.[0], usual)
  })

  test('what is not there is named', () => {
    for (const name of ['./src/nothing.ts', 'no-such-package']) {
      const { stderr } = run(`await import('${name}')`, '--import', preload)
      assert.match(stderr, /nothing\.ts|no-such-package/)
      assert.match(stderr, /ENOENT|ERR_MODULE_NOT_FOUND/)
    }
  })
})
