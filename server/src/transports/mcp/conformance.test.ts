import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { createTestApp, type TestApp } from '../../../test/harness.ts'
import { conformanceSurface } from '../../../test/mcp-fixtures.ts'
import { createSampleServer } from '../../../test/sample-server.ts'

/** Why scenarios of the suite do not apply here; a scenario that begins to pass has to leave this list. */
const noLog = 'no log messages go to clients: the newest revision takes them away'
const noAsking = 'nothing is asked back: a tool knows all it needs from its arguments'
const noChanges = 'changes of resources are told by webhooks and event streams'
const noSession = 'nothing is kept between requests, so there is no session to name'

const notApplicable: Record<'2025-11-25' | '2026-07-28', Record<string, string>> = {
  '2025-11-25': {
    'logging-set-level': noLog,
    'tools-call-with-logging': noLog,
    'tools-call-sampling': noAsking,
    'tools-call-elicitation': noAsking,
    'elicitation-sep1034-defaults': noAsking,
    'elicitation-sep1330-enums': noAsking,
    'resources-subscribe': noChanges,
    'resources-unsubscribe': noChanges,
    'server-sse-multiple-streams': noSession,
  },
  '2026-07-28': {
    'server-stateless:sep-2575-server-rejects-undeclared-capability': noAsking,
    'server-stateless:sep-2575-missing-capability-http-400': noAsking,
    'server-stateless:sep-2575-http-server-no-independent-requests-on-stream': noAsking,
    'input-required-result-basic-elicitation': noAsking,
    'input-required-result-basic-sampling': noAsking,
    'input-required-result-basic-list-roots': noAsking,
    'input-required-result-request-state': noAsking,
    'input-required-result-multiple-input-requests': noAsking,
    'input-required-result-multi-round': noAsking,
    'input-required-result-non-tool-request': noAsking,
    'input-required-result-result-type': noAsking,
    'input-required-result-tampered-state': noAsking,
    'input-required-result-capability-check': noAsking,
    'input-required-result-missing-input-response': noAsking,
    'input-required-result-ignore-extra-params': noAsking,
  },
}

/** Scenarios that call tools, resources and prompts of certain names, which the product does not have. */
const needFixtures = [
  'tools-call-simple-text',
  'tools-call-image',
  'tools-call-audio',
  'tools-call-embedded-resource',
  'tools-call-mixed-content',
  'tools-call-error',
  'tools-call-with-progress',
  'resources-read-text',
  'resources-read-binary',
  'resources-templates-read',
  'prompts-get-simple',
  'prompts-get-with-args',
  'prompts-get-embedded-resource',
  'prompts-get-with-image',
]

const needNewestFixtures = {
  '2025-11-25': [],
  '2026-07-28': ['server-stateless:sep-2575-server-no-log-without-loglevel'],
} as const

let app: TestApp
let fixtures: Awaited<ReturnType<typeof createSampleServer>>
let doors: { real: Server; fixture: Server }
let directory: string

/** The suite sends no credential; everything else goes through as it came. */
async function openDoor(port: number, key: string): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, 'x-api-key': key }
    const { method, url } = incoming
    const inner = request({ port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    inner.on('error', () => outgoing.destroy())
    outgoing.on('close', () => inner.destroy())
    incoming.pipe(inner)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

const portOf = (server: Server) => (server.address() as AddressInfo).port

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcp-conformance-'))
  app = await createTestApp()
  const tenant = await app.tenant()
  fixtures = await createSampleServer({ tools: conformanceSurface })
  fixtures.policy.perMinute = 100_000
  await fixtures.http.listen({ port: 0, host: '127.0.0.1' })
  const realPort = await app.app.listen()
  doors = {
    real: await openDoor(realPort, await tenant.key(['*'])),
    fixture: await openDoor(portOf(fixtures.http.server), fixtures.policy.key(['*'])),
  }
})
after(async () => {
  for (const door of Object.values(doors)) door.close()
  await fixtures.http.close()
  await app.close()
  await rm(directory, { recursive: true, force: true })
})

const run = promisify(execFile)
const packageFile = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')
const program = join(dirname(packageFile), 'dist/index.js')

async function runSuite(door: Server, revision: string, excused: readonly string[]): Promise<void> {
  const file = join(directory, `expected-${revision}-${portOf(door)}.yml`)
  await writeFile(file, `server:\n${excused.map((name) => `  - ${name}\n`).join('')}`)
  const url = `http://localhost:${portOf(door)}/mcp`
  const args = [program, 'server', '--url', url, '--requirements', revision, '--expected-failures', file]
  try {
    await run(process.execPath, args, { cwd: directory, maxBuffer: 2 ** 26 })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    assert.fail(`${stdout.slice(stdout.indexOf('=== SUMMARY'))}\n${stderr}`)
  }
}

suite('the public conformance suite', () => {
  for (const revision of ['2025-11-25', '2026-07-28'] as const) {
    const excused = Object.keys(notApplicable[revision])
    test(`every scenario of ${revision} that applies is green, over fixtures and over the product`, async () => {
      await Promise.all([
        runSuite(doors.fixture, revision, excused),
        runSuite(doors.real, revision, [...excused, ...needFixtures, ...needNewestFixtures[revision]]),
      ])
    })
  }
})
