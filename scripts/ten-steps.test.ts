import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'

const root = resolve(import.meta.dirname, '..')

/** What a block of a step does: a file, lines behind another one, or a command. */
type Block = { kind: 'ts' | 'diff' | 'sh'; text: string }

/** The blocks of each step, by its number. */
function readSteps(): Map<number, Block[]> {
  const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const section = page.split('## Add a feature in ten steps\n')[1]?.split('\n## ')[0] ?? ''
  const steps = section.split(/^\*\*(?=\d+\. )/m).slice(1)
  return new Map(
    steps.map((text) => [
      Number.parseInt(text, 10),
      [...text.matchAll(/^```(ts|diff|sh)\n([\s\S]*?)^```/gm)].map((match) => ({
        kind: match[1] as Block['kind'],
        text: match[2] ?? '',
      })),
    ]),
  )
}

/** The tree, to be changed at will; packages and the empty database are the ones that are there. */
function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'moltflow-ten-steps-'))
  const left = new Set(['node_modules', '.git', '.cache', 'data', 'bench-results'])
  for (const name of readdirSync(root)) {
    if (!left.has(name)) cpSync(join(root, name), join(copy, name), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  mkdirSync(join(copy, '.cache/compiled'), { recursive: true })
  for (const name of readdirSync(join(root, '.cache')).filter((entry) => entry.startsWith('database-seed-')))
    cpSync(join(root, '.cache', name), join(copy, '.cache', name), { recursive: true })
  return copy
}

/** Adds the lines with a plus behind the line before them, as a person does who reads the block. */
function patch(path: string, [context = '', ...added]: readonly string[]): void {
  const lines = readFileSync(path, 'utf8').split('\n')
  const at = lines.indexOf(context.slice(1))
  assert.notEqual(at, -1, `${path} has no line ${context.slice(1)}`)
  lines.splice(at + 1, 0, ...added.map((line) => line.slice(1)))
  writeFileSync(path, lines.join('\n'))
}

test('a feature is added in ten steps, as CONTRIBUTING prints them, and each step is needed', {
  timeout: 900_000,
}, (t) => {
  const steps = readSteps()
  assert.deepEqual([...steps.keys()], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  const copy = copyTree()
  t.after(() => rmSync(copy, { recursive: true, force: true }))

  const run = (command: string) => {
    const own = Object.entries(process.env).filter(([name]) => !/^(NODE_|TEST_DATABASE|npm_)/.test(name))
    const env = { ...Object.fromEntries(own), TEST_CONCURRENCY: '1' }
    const { status, stdout, stderr } = spawnSync('bash', ['-euc', command], {
      cwd: copy,
      env,
      encoding: 'utf8',
    })
    return { isGreen: status === 0, output: `$ ${command}\n${stdout}${stderr}` }
  }
  const green = (command: string) => {
    const { isGreen, output } = run(command)
    assert.ok(isGreen, output)
  }
  const red = (command: string, says: RegExp) => {
    const { isGreen, output } = run(command)
    assert.ok(!isGreen, `green without the step: ${output}`)
    assert.match(output, says)
  }
  const touched = new Set<string>()
  const take = (step: number, kinds: readonly Block['kind'][] = ['ts', 'diff', 'sh']) => {
    for (const { kind, text } of steps.get(step) ?? []) {
      if (!kinds.includes(kind)) continue
      if (kind === 'sh') {
        green(text)
        continue
      }
      const lines = text.trimEnd().split('\n')
      const name = lines.shift()?.replace(/^(\/\/|\+\+\+) /, '') ?? ''
      const path = join(copy, name)
      touched.add(name)
      if (kind === 'diff') patch(path, lines)
      else {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, `${lines.join('\n')}\n`)
      }
    }
  }
  const ownTest = steps.get(10)?.find(({ kind }) => kind === 'sh')?.text ?? ''

  for (const step of [1, 2, 3, 4, 5, 6, 7]) take(step)
  take(10, ['ts'])
  red(ownTest, /404/)
  take(8)
  // What the steps made or changed: the rest is the tree that the linter has seen already.
  const changed = [...touched].join(' ')
  green(`node_modules/.bin/biome check ${changed} --error-on-warnings --vcs-enabled=false`)
  // With the program and the feature's test: no other test knows a word of it.
  const types = {
    extends: './tsconfig.json',
    include: ['server/src/main.ts', 'server/**/*.d.ts', ...touched],
  }
  writeFileSync(join(copy, 'tsconfig.steps.json'), JSON.stringify(types))
  green('node_modules/.bin/tsc -p tsconfig.steps.json')
  const migrations = readdirSync(join(copy, 'server/migrations'))
  const migration = migrations.find((name) => name.endsWith('_snippets.sql')) ?? ''
  renameSync(join(copy, 'server/migrations', migration), join(copy, 'kept.sql'))
  red(ownTest, /500/)
  renameSync(join(copy, 'kept.sql'), join(copy, 'server/migrations', migration))
  red('npm run test:one -- "generated pages are current"', /generated pages are current/)
  take(9)
  take(10)
  const rules = ['architecture', 'docs', 'schema-drift'].map((name) => `server/test/${name}.test`)
  green(`npm run test:embedded -- ${rules.join(' ')}`)
  green('npm run test:embedded -- server/test/operations.test --name snippets')
})
