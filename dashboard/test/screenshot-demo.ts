import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../../server/test/until.ts'

const script = join(import.meta.dirname, '../../scripts/demo/demo.ts')

/** A demo of its own, with everything in it. */
export interface Demo extends AsyncDisposable {
  origin: string
  email: string
  password: string
}

/** Starts the demo in a directory that goes away with it, and waits until its world is there. */
export async function startDemo(): Promise<Demo> {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-screenshots-'))
  const demo = spawn(process.execPath, [script, '--data', join(directory, 'demo')], {
    env: { ...process.env, NO_COLOR: '1', MOLTFLOW_PORT: '0', DEMO_SIMULATOR_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  demo.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  await until('the demo to be complete', () => isComplete(demo, output) || undefined, { timeoutMs: 240_000 })
  const [, origin = ''] = /Dashboard +(\S+)/.exec(output) ?? []
  const [, email = '', password = ''] = /Owner +(\S+) +password (\S+)/.exec(output) ?? []
  return {
    origin,
    email,
    password,
    async [Symbol.asyncDispose]() {
      const ended = once(demo, 'exit')
      demo.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function isComplete(demo: ChildProcess, output: string): boolean {
  if (demo.exitCode !== null || /is not complete/.test(output)) throw new Error(`the demo failed:\n${output}`)
  return /the town +complete/.test(output)
}
