import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from './clock.ts'

/** How much workers may take. */
export interface WorkerLimits {
  /** The program that each of them runs. */
  program: string
  /** Kilobytes of memory of its own, as the system counts them; its engine alone takes a third of what most need. */
  memoryKb: number
  /** Megabytes of that for objects of JavaScript. */
  heapMb: number
  timeoutMs: number
  /** What it is called when it fails. */
  name: string
}

const mostTasks = 50
const idleMs = 15_000

/** The worker took too long and was ended, or ended by itself. */
export class WorkerProcessError extends Error {
  /** What it wrote; for the log only. */
  readonly output: string

  constructor(message: string, output: string) {
    super(message)
    this.name = 'WorkerProcessError'
    this.output = output
  }
}

/** A worker process; it stays a while for the next task, because starting one takes longer than most tasks do. */
interface Worker {
  child: ChildProcess
  /** Where it finds programs: fixed when it starts. */
  searchPath: string
  output: string
  tasks: number
  idleTimer: { cancel(): void } | undefined
}

/** Ends the worker with all it started. */
function kill({ child }: Worker): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself meanwhile.
  }
}

function startWorker({ memoryKb, heapMb, program }: WorkerLimits, searchPath: string): Worker {
  // The system bounds its memory where it can: a library that wants more ends this process and no other one.
  const bounded = `ulimit -d ${memoryKb} 2>/dev/null; exec "$0" "$@"`
  const settings = [`--max-old-space-size=${heapMb}`, '--disable-warning=ExperimentalWarning']
  const child = spawn('/bin/sh', ['-c', bounded, process.execPath, ...settings, program], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Nothing of the installation's environment: its keys are none of a converter's business.
    env: { PATH: searchPath },
  })
  const worker: Worker = { child, searchPath, output: '', tasks: 0, idleTimer: undefined }
  child.stderr?.on('data', (piece: Buffer) => {
    worker.output = (worker.output + piece.toString()).slice(-2000)
  })
  return worker
}

/** A worker that waits must not keep this process alive. */
function setHolding({ child }: Worker, isHolding: boolean): void {
  const streams = [child, child.channel, child.stderr as unknown as { ref(): void; unref(): void } | null]
  for (const stream of streams) {
    if (isHolding) stream?.ref()
    else stream?.unref()
  }
}

/** Processes that do one task after another with bounded time and memory, started when there is something to do. */
export class WorkerProcesses<Task extends object, Result> {
  readonly #clock: Pick<Clock, 'schedule'>
  readonly #limits: WorkerLimits
  readonly #idle: Worker[] = []
  #isClosed = false

  constructor(clock: Pick<Clock, 'schedule'>, limits: WorkerLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  /** Ends the workers that wait for a next task; one that has a task ends with it. */
  close(): void {
    this.#isClosed = true
    for (const worker of this.#idle.splice(0)) {
      worker.idleTimer?.cancel()
      kill(worker)
    }
  }

  /** What came of a task; throws WorkerProcessError when there is no result. */
  run(task: Task, searchPath: string): Promise<Result> {
    return new Promise((resolve, reject) => {
      const worker = this.#acquire(searchPath)
      const { child } = worker
      const timer = this.#clock.schedule(this.#limits.timeoutMs, () => kill(worker))
      const end = () => {
        timer.cancel()
        child.off('message', onMessage).off('error', onError).off('close', onClose)
      }
      const onMessage = (result: unknown) => {
        end()
        this.#release(worker)
        resolve(result as Result)
      }
      const onError = (error: Error) => {
        end()
        kill(worker)
        reject(error)
      }
      const onClose = () => {
        end()
        // What it may have left running ends with it.
        kill(worker)
        reject(new WorkerProcessError(`the ${this.#limits.name} ended without a result`, worker.output))
      }
      child.on('message', onMessage).on('error', onError).on('close', onClose)
      child.send(task)
    })
  }

  #acquire(searchPath: string): Worker {
    const index = this.#idle.findLastIndex((waiting) => waiting.searchPath === searchPath)
    const worker = this.#idle.splice(index, index < 0 ? 0 : 1)[0] ?? this.#start(searchPath)
    worker.idleTimer?.cancel()
    worker.tasks += 1
    setHolding(worker, true)
    return worker
  }

  #start(searchPath: string): Worker {
    const worker = startWorker(this.#limits, searchPath)
    worker.child.on('exit', () => this.#remove(worker))
    return worker
  }

  /** After some tasks a worker is replaced: what libraries leave behind in it ends with it. */
  #release(worker: Worker): void {
    const isSpent = worker.tasks >= mostTasks || worker.child.exitCode !== null || !worker.child.connected
    if (isSpent || this.#isClosed) {
      kill(worker)
      return
    }
    this.#idle.push(worker)
    setHolding(worker, false)
    worker.idleTimer = this.#clock.schedule(idleMs, () => {
      this.#remove(worker)
      kill(worker)
    })
  }

  #remove(worker: Worker): void {
    const index = this.#idle.indexOf(worker)
    if (index >= 0) this.#idle.splice(index, 1)
  }
}
