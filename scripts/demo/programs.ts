import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const root = resolve(import.meta.dirname, '..', '..')
const stopTimeoutMs = 12_000
const startTimeoutMs = 60_000

/** A program the demo started and ends again, with the last of what it printed. */
export class Program {
  readonly name: string
  readonly #child: ChildProcess
  #output = ''
  #isStopping = false

  /** Starts a TypeScript file of this repository. `onCrash` hears about an end that nobody asked for. */
  constructor(options: {
    name: string
    file: string
    args?: string[]
    cwd: string
    env: Record<string, string>
    onCrash: (program: Program) => void
  }) {
    this.name = options.name
    const file = resolve(root, options.file)
    const command = file.endsWith('.ts') ? [process.execPath, file] : [file]
    this.#child = spawn(command[0] ?? '', [...command.slice(1), ...(options.args ?? [])], {
      cwd: options.cwd,
      // A group of its own: Ctrl-C in a terminal signals the whole foreground group, and the demo wants to
      // end its programs one after the other.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...ownEnvironment(), ...options.env },
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-6000)
      })
    }
    this.#child.on('error', (error) => {
      this.#output += error.message
    })
    this.#child.on('exit', () => {
      if (!this.#isStopping) options.onCrash(this)
    })
  }

  /** The last 6,000 characters it printed. */
  get output(): string {
    return this.#output
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined
  }

  /** Waits for a 2xx answer. */
  async answers(url: string): Promise<void> {
    const deadline = performance.now() + startTimeoutMs
    while (!(await isOk(url))) {
      if (this.#hasEnded || performance.now() > deadline) throw new Error(`${this.name} did not start`)
      await wait(50)
    }
  }

  /** Asks the program to end and insists after a while. */
  async stop(): Promise<void> {
    this.#isStopping = true
    if (this.#hasEnded) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.kill(), stopTimeoutMs)
    await ended
    clearTimeout(timer)
  }

  /** Ends the program and whatever it started, at once. */
  kill(): void {
    this.#isStopping = true
    if (this.#hasEnded || this.#child.pid === undefined) return
    try {
      process.kill(-this.#child.pid, 'SIGKILL')
    } catch {
      // It ended in this very moment.
    }
  }
}

/** The environment without settings of somebody's real installation: the demo must never touch that. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const isForeign = (name: string) => /^(MOLTFLOW_|DATABASE_URL$|NODE_TEST_CONTEXT$)/.test(name)
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)))
}

async function isOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

/** The preferred port when it is free, else any free one. */
export async function pickPort(preferred: number): Promise<number> {
  return (await tryPort(preferred)) ?? (await tryPort(0)) ?? preferred
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer()
  const found = await new Promise<number | undefined>((done) => {
    server.once('error', () => done(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      done(typeof address === 'object' && address ? address.port : undefined)
    })
  })
  if (found !== undefined) await new Promise((closed) => server.close(closed))
  return found
}
