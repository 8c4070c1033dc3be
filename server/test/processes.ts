import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './until.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A program under test, started as a user starts it. */
export class RunningProcess {
  readonly child: ChildProcess
  #output = ''
  #isToEnd = false

  constructor(command: string, args: readonly string[], env: Record<string, string>) {
    // Own process group: npm hands signals on only now and then, the group gets them always.
    this.child = spawn(command, args, {
      cwd: root,
      detached: true,
      env: { ...baseEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-400_000)
      })
    }
    // A test only sees that nobody answers any more; what the program said last is in here.
    this.child.once('close', (code, signal) => {
      if (this.#isToEnd && (code === null || code === 0)) return
      console.error(`${command} ended by itself (${signal ?? code}):\n${this.#output.slice(-4000)}`)
    })
  }

  /** Everything printed so far, at most the last 400,000 characters. */
  get output(): string {
    return this.#output
  }

  /** Waits for text on the output; fails with the output when the process ends or time runs out. */
  async printed(pattern: RegExp, timeoutMs = 60_000): Promise<RegExpExecArray> {
    const probe = () => pattern.exec(this.#output) ?? this.#failWhenEnded()
    return until(`${pattern}`, probe, { timeoutMs }).catch((cause) =>
      this.#fail(`never printed ${pattern}`, cause),
    )
  }

  /** Waits until an address answers well; fails with the output when the process ends or time runs out. */
  async answers(url: string, timeoutMs = 120_000): Promise<void> {
    const probe = async () => {
      const isUp = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
        (response) => response.ok,
        () => false,
      )
      return isUp || this.#failWhenEnded()
    }
    await until(url, probe, { timeoutMs }).catch((cause) => this.#fail(`${url} never answered`, cause))
  }

  #failWhenEnded(): undefined {
    if (this.child.exitCode !== null) throw new Error('the program ended')
  }

  #fail(what: string, cause: unknown): never {
    const text = `${what}; exit ${this.child.exitCode}; output:\n${this.#output.slice(-4000)}`
    throw new Error(text, { cause })
  }

  /** Signals the program (npm hands SIGTERM on), or kills the whole group; returns the exit code, or null after a kill. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 20_000): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode
    this.#isToEnd = true
    const ended = once(this.child, 'exit', { signal: AbortSignal.timeout(timeoutMs) })
    const pid = this.child.pid ?? 0
    process.kill(signal === 'SIGKILL' ? -pid : pid, signal)
    await ended
    return this.child.exitCode
  }
}

/** The environment without the caller's own MoltFlow settings, which would leak into the program under test. */
function baseEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined && !/^(MOLTFLOW_|DATABASE_URL|NODE_TEST_CONTEXT|NODE_OPTIONS)/.test(name),
  )
  return Object.fromEntries(entries) as Record<string, string>
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'moltflow-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The simulator as `npm run simulator` starts it. */
export interface SimulatorProcess {
  process: RunningProcess
  url: string
  controlUrl: string
  /** One call of the control API; fails on any status that is not 2xx. */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<T>
}

/** Starts the simulator on free ports and waits until it answers. */
export async function startSimulator(): Promise<SimulatorProcess> {
  const [port, controlPort] = [await freePort(), await freePort()]
  const program = new RunningProcess(
    'npm',
    ['run', 'simulator', '--', '--port', String(port), '--control-port', String(controlPort)],
    {},
  )
  const controlUrl = `http://127.0.0.1:${controlPort}`
  await program.answers(`${controlUrl}/state`)
  return {
    process: program,
    url: `ws://127.0.0.1:${port}`,
    controlUrl,
    async call<T>(method: string, path: string, body?: unknown) {
      const response = await fetch(controlUrl + path, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`simulator ${method} ${path}: ${response.status} ${text}`)
      return (text === '' ? undefined : JSON.parse(text)) as T
    },
  }
}

/** Whom an installation under test belongs to. */
export const programOwner = { email: 'owner@example.com', password: 'correct horse battery' }

/** Environment of a program under test: an owner with a key, the simulator, nobody's pace. */
export function programEnvironment(world: {
  dataDirectory: string
  simulatorUrl: string
  apiKey: string
}): Record<string, string> {
  return {
    MOLTFLOW_DATA_DIR: world.dataDirectory,
    MOLTFLOW_OWNER_EMAIL: programOwner.email,
    MOLTFLOW_OWNER_PASSWORD: programOwner.password,
    MOLTFLOW_BOOTSTRAP_API_KEY: world.apiKey,
    MOLTFLOW_WA_URL: world.simulatorUrl,
    MOLTFLOW_PACE: '0',
    LOG_LEVEL: 'warn',
  }
}

/** The server as `npm start` (or plain node, for kill -9) starts it. */
export interface ServerProcess {
  process: RunningProcess
  url: string
  /** Milliseconds from start to the first good answer of /health/ready. */
  readyMs: number
}

/** Starts the server and waits until it is ready. */
export async function startServer(options: {
  env: Record<string, string>
  port?: number
  /** `npm`: as a user starts it; `program`: without npm in between, so that a kill hits the program itself. */
  by?: 'npm' | 'program'
}): Promise<ServerProcess> {
  const port = options.port ?? (await freePort())
  const env = { ...options.env, MOLTFLOW_PORT: String(port), MOLTFLOW_PUBLIC_URL: `http://127.0.0.1:${port}` }
  const startedMs = performance.now()
  const program =
    options.by === 'program'
      ? new RunningProcess('server/bin/moltflow', [], env)
      : new RunningProcess('npm', ['start'], env)
  const url = `http://127.0.0.1:${port}`
  await program.answers(`${url}/health/ready`)
  return { process: program, url, readyMs: performance.now() - startedMs }
}
