import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { Program, pickPort } from './demo/programs.ts'

const root = resolve(import.meta.dirname, '..')

/** The shells that people paste into; macOS has zsh and Debian's scripts run in dash. */
const shells: Record<string, string[]> = {
  bash: ['-euo', 'pipefail', '-c'],
  zsh: ['-f', '-eu', '-o', 'pipefail', '-o', 'nomatch', '-o', 'banghist', '-c'],
  dash: ['-eu', '-c'],
}

function lacking(shell: string): string | false {
  const missing = [shell, 'curl', 'openssl'].filter((name) => spawnSync('which', [name]).status !== 0)
  return missing.length > 0 && `needs ${missing.join(', ')} on PATH`
}

/** The shell blocks of a page, as somebody would paste them; of one section if it is named. */
function shellBlocks(page: string, section?: string): string[] {
  const all = readFileSync(resolve(root, page), 'utf8')
  const text = section === undefined ? all : (all.split(`## ${section}\n`)[1]?.split('\n## ')[0] ?? '')
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
}

async function paste(shellName: string, script: string, cwd: string): Promise<string> {
  // The examples run on the Node they happen to find; here that is the one of this test.
  const env = { ...process.env, PATH: `${resolve(process.execPath, '..')}:${process.env['PATH']}` }
  const shell = spawn(shellName, [...(shells[shellName] ?? []), script], { cwd, env, timeout: 180_000 })
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
const guides = [
  'getting-started',
  'messages',
  'groups-and-people',
  'safety',
  'outreach',
  'ai',
  'reviews',
  'webhooks',
  'live-updates',
  'oauth',
  'mcp',
  'simulator',
].map((name) => `docs/guides/${name}.md`)

async function followReadme(shell: string, t: TestContext): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-readme-'))
  const programs: Program[] = []
  t.after(async () => {
    for (const program of programs.toReversed()) await program.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  const ports = new Map<string, number>()
  for (const written of ['3000', '4000', '4001', '4010', '8080']) ports.set(written, await pickPort(0))
  const port = (written: string) => String(ports.get(written))
  const movePorts = (block: string) =>
    block.replace(/127\.0\.0\.1:(\d+)|listen\((8080)/g, (all, a, b) => all.replace(a ?? b, port(a ?? b)))
  const blocks = shellBlocks('README.md', 'Five minutes').map(movePorts)
  const [environment = '', simulated = '', ...steps] = blocks
  await paste(shell, environment + simulated, directory)

  const start = (name: string, file: string, args: string[] = [], env: Record<string, string> = {}) => {
    const program = new Program({ name, file, args, env, cwd: directory, onCrash: () => undefined })
    programs.push(program)
    return program
  }
  const options = ['--port', port('4000'), '--control-port', port('4001'), '--state', 'simulator.json']
  await start('simulator', 'simulator/src/cli.ts', options).answers(`http://127.0.0.1:${port('4001')}/state`)
  const models = start('models', 'model-simulator/src/cli.ts', ['--port', port('4010')])
  await models.answers(`http://127.0.0.1:${port('4010')}/v1/models`)
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
  const output = await paste(shell, all, directory)
  assert.match(output, /"status": ?"sent"/)
  assert.ok(more.length > 5)
  // Every refusal has this key, and curl takes a refusal for an answer.
  assert.doesNotMatch(output, /"detail":|"error":\{/)
  assert.equal(readFileSync(join(directory, 'memo.txt'), 'utf8'), 'Memo')
}

suite('the five minutes of the README, without a phone, and then the guides, work as they stand', {
  timeout: 600_000,
}, () => {
  for (const shell of Object.keys(shells)) {
    test(`in ${shell}`, { skip: lacking(shell) }, (t) => followReadme(shell, t))
  }
})

/** What one of the shells people use takes otherwise, or does not have, or the tools of one system do not. */
const traps: [RegExp, string][] = [
  [/^\s*#/m, 'a comment: zsh runs it as a command when it is pasted'],
  [/\blocal\b|\bdeclare\b|\btypeset\b|^function /m, 'not in every POSIX shell'],
  [/\[\[(?=\s)|==(?=\s)|<<<|<\(|\$'|\bsource\b|\bmapfile\b|\bread -p\b|\becho -[en]\b|&>/, 'bash only'],
  [
    /\b(path|cdpath|fpath|manpath|status|argv|pipestatus|prompt|options|commands|functions|history|words|signals|match)=/,
    'a name that zsh keeps for itself',
  ],
  [/\bfor (path|status|argv|prompt|options|words) in\b/, 'a name that zsh keeps for itself'],
  [/^[^"'#]*https?:\/\/[^\s"']*[?&]/m, 'an unquoted ? or &, which zsh takes for a file name pattern'],
  [/"[^"\n]*![^"\n ]*"/, 'a ! in double quotes, which an interactive shell takes for its history'],
  [/\bsed -i|\bdate -d|\bbase64 -w|\bgrep -P|\breadlink -f|\bxargs -r|\bmktemp --|\bstat -c/, 'GNU only'],
  [/\bjq\b|\bhttpie?\b|\bwget\b/, 'a program that a fresh machine may not have'],
]

/** Blocks of a page that somebody will paste, with `text` blocks of commands. */
function findTraps(script: string): string[] {
  // What goes into a file is no shell.
  const commands = script.replaceAll(/<<'END'\n[\s\S]*?\nEND\n/g, '\n')
  return traps.filter(([pattern]) => pattern.test(commands)).map(([, why]) => why)
}

suite('shell blocks', () => {
  const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/guides/*.md', { cwd: root })]

  test('hold nothing that one of the shells takes otherwise', () => {
    const found = pages.flatMap((page) =>
      shellBlocks(page).flatMap((block) => findTraps(block).map((why) => `${page}: ${why}: ${block}`)),
    )
    assert.deepEqual(found, [])
  })

  test('the check finds what broke for others', () => {
    const bad = [
      'api() { local path=$1; }',
      'path=/messages',
      'for status in a b; do :; done',
      'curl http://127.0.0.1:3000/contacts?search=a',
      'curl -s https://example.com/a&b=c',
      '# start it\nnpm start',
      'echo "Hello!"',
      '[[ $a == b ]]',
      "sed -i 's/a/b/' file",
      'curl -s x | jq .id',
    ]
    assert.deepEqual(
      bad.filter((block) => findTraps(block).length === 0),
      [],
    )
  })

  test('call the API key by one name, which is a setting', () => {
    const keys = pages.flatMap((page) =>
      [...readFileSync(resolve(root, page), 'utf8').matchAll(/X-API-Key: (\$\w+)/g)].map(
        (match) => `${page}: ${match[1]}`,
      ),
    )
    assert.ok(keys.length > 3)
    assert.deepEqual(
      keys.filter((key) => !key.endsWith(': $MOLTFLOW_BOOTSTRAP_API_KEY')),
      [],
    )
    assert.match(readFileSync(resolve(root, '.env.example'), 'utf8'), /^#MOLTFLOW_BOOTSTRAP_API_KEY=/m)
    assert.match(readFileSync(resolve(root, 'README.md'), 'utf8'), /\(\.env\.example\)/)
  })
})
