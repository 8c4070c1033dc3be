import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { Program, pickPort } from './demo/programs.ts'

const root = resolve(import.meta.dirname, '..')
const hasTools = spawnSync('bash', ['-c', 'command -v curl && command -v openssl']).status === 0

/** The shell blocks of a page, as somebody would paste them; of one section if it is named. */
function shellBlocks(page: string, section?: string): string[] {
  const all = readFileSync(resolve(root, page), 'utf8')
  const text = section === undefined ? all : (all.split(`## ${section}\n`)[1]?.split('\n## ')[0] ?? '')
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
}

async function paste(script: string, cwd: string): Promise<string> {
  // The examples run on the Node they happen to find; here that is the one of this test.
  const env = { ...process.env, PATH: `${resolve(process.execPath, '..')}:${process.env['PATH']}` }
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd, env, timeout: 180_000 })
  let output = ''
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  }
  const [code] = await once(shell, 'close')
  assert.equal(code, 0, output)
  return output
}

/** Pages whose examples go on where the README ends. */
const guides = ['messages', 'groups-and-people', 'safety'].map((name) => `docs/guides/${name}.md`)

test('the five minutes of the README work as they stand, without a phone, and then the guides', {
  timeout: 300_000,
  skip: !hasTools && 'needs bash, curl and openssl',
}, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-readme-'))
  const programs: Program[] = []
  t.after(async () => {
    for (const program of programs.toReversed()) await program.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  const ports = new Map<string, number>()
  for (const written of ['3000', '4000', '4001', '8080']) ports.set(written, await pickPort(0))
  const port = (written: string) => String(ports.get(written))
  const movePorts = (block: string) =>
    block.replace(/127\.0\.0\.1:(\d+)|listen\((8080)/g, (all, a, b) => all.replace(a ?? b, port(a ?? b)))
  const blocks = shellBlocks('README.md', 'Five minutes').map(movePorts)
  const [environment = '', simulated = '', ...steps] = blocks
  await paste(environment + simulated, directory)

  const start = (name: string, file: string, args: string[] = [], env: Record<string, string> = {}) => {
    const program = new Program({ name, file, args, env, cwd: directory, onCrash: () => undefined })
    programs.push(program)
    return program
  }
  const options = ['--port', port('4000'), '--control-port', port('4001')]
  await start('simulator', 'simulator/src/cli.ts', options).answers(`http://127.0.0.1:${port('4001')}/state`)
  const server = start('server', 'server/bin/moltflow', [], { MOLTFLOW_PORT: port('3000') })
  await server.answers(`http://127.0.0.1:${port('3000')}/health/ready`).catch((error: Error) => {
    assert.fail(`${error.message}\n${server.output}`)
  })

  const script = steps
    .join('\n')
    .replace('node receiver.mjs &', 'node receiver.mjs > receiver.log & RECEIVER=$!; sleep 1')
  const end = `until grep -q 'message.received Hi there' receiver.log; do sleep 0.2; done; kill $RECEIVER`
  const more = guides.flatMap((page) => shellBlocks(page)).map(movePorts)
  const all = [script, end, ...more].join('\n')
  const output = await paste(`trap 'kill $(jobs -pr) 2>/dev/null || true' EXIT\n${all}`, directory)
  assert.match(output, /"status": ?"sent"/)
  assert.ok(more.length > 5)
  // Every refusal has this key, and curl takes a refusal for an answer.
  assert.doesNotMatch(output, /"detail":/)
  assert.equal(readFileSync(join(directory, 'memo.txt'), 'utf8'), 'Memo')
})
