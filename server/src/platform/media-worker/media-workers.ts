import { type ChildProcess, fork } from 'node:child_process'
import type { Clock } from '../clock.ts'
import { Semaphore } from '../semaphore.ts'
import type { MediaResult, MediaTask } from './task.ts'

/** Conversions at once: each may keep a processor busy and use 200 MB. */
const mostAtOnce = 2
const timeoutMs = 90_000
const mostTasks = 50
const idleMs = 15_000

/** The worker took too long and was ended, or ended by itself. */
export class MediaWorkerError extends Error {
  /** What it wrote; for the log only. */
  readonly output: string

  constructor(message: string, output: string) {
    super(message)
    this.name = 'MediaWorkerError'
    this.output = output
  }
}

/** A worker process; it stays a while for the next file, because starting one takes longer than most files do. */
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

function startWorker(searchPath: string): Worker {
  const child = fork(new URL('./media-worker.ts', import.meta.url), [], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Nothing of the installation's environment: its keys are none of a converter's business.
    env: { PATH: searchPath },
    execArgv: ['--max-old-space-size=192', '--disable-warning=ExperimentalWarning'],
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

/** Looks at files and converts them, each in another process with bounded time; at most two at once, the others wait. */
export class MediaWorkers {
  readonly #clock: Pick<Clock, 'schedule'>
  readonly #semaphore = new Semaphore(mostAtOnce)
  readonly #idle: Worker[] = []
  #isClosed = false

  constructor(clock: Pick<Clock, 'schedule'>) {
    this.#clock = clock
  }

  /** What came of a file; `searchPath` is where programs are found. Throws MediaWorkerError when there is no result. */
  run(task: MediaTask, searchPath: string): Promise<MediaResult> {
    return this.#semaphore.run(() => this.#runOnce(task, searchPath))
  }

  /** Ends the workers that wait for a next file; one that has a file ends with it. */
  close(): void {
    this.#isClosed = true
    for (const worker of this.#idle.splice(0)) {
      worker.idleTimer?.cancel()
      kill(worker)
    }
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
    const worker = startWorker(searchPath)
    worker.child.on('exit', () => this.#remove(worker))
    return worker
  }

  /** After some files a worker is replaced: what libraries leave behind in it ends with it. */
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

  #runOnce(task: MediaTask, searchPath: string): Promise<MediaResult> {
    return new Promise((resolve, reject) => {
      const worker = this.#acquire(searchPath)
      const { child } = worker
      const timer = this.#clock.schedule(timeoutMs, () => kill(worker))
      const end = () => {
        timer.cancel()
        child.off('message', onMessage).off('error', onError).off('close', onClose)
      }
      const onMessage = (result: unknown) => {
        end()
        this.#release(worker)
        resolve(result as MediaResult)
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
        reject(new MediaWorkerError('the media worker ended without a result', worker.output))
      }
      child.on('message', onMessage).on('error', onError).on('close', onClose)
      child.send(task)
    })
  }
}
