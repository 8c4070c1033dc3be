import { type ChildProcess, spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../clock.ts'
import { FairTurns } from '../fair-turns.ts'
import type { MediaResult, MediaTask } from './task.ts'

/** What may take a minute: a tenant never has all of these turns, so that another one's recording need not wait. */
const longTurns = { max: 3, maxPerKey: 2 }
/** What takes a second or two, and never waits for something long. */
const quickTurns = { max: 2, maxPerKey: 2 }
/** Kilobytes of memory of a worker's own, as the system counts them; its engine alone takes a third. */
const mostMemoryKb = 1536 * 1024
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

/** For whom a file is worked on, and where programs are found. */
export interface WorkOrder {
  tenantId: string
  searchPath: string
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
  // The system bounds its memory where it can: a library that wants more ends this process and no other one.
  const bounded = `ulimit -d ${mostMemoryKb} 2>/dev/null; exec "$0" "$@"`
  const program = fileURLToPath(new URL('./media-worker.ts', import.meta.url))
  const settings = ['--max-old-space-size=192', '--disable-warning=ExperimentalWarning']
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

/** The first bytes of a GIF, or of a WebP whose header says that it is animated. */
function isAnimation(start: Buffer): boolean {
  const text = start.toString('latin1')
  if (text.startsWith('GIF8')) return true
  return text.startsWith('RIFF') && text.startsWith('WEBPVP8X', 8) && ((start[20] ?? 0) & 2) !== 0
}

/** Whether work on a file may take long. */
async function isLong({ purpose, path }: MediaTask): Promise<boolean> {
  if (purpose === 'image' || purpose === 'document') return false
  if (purpose !== 'sticker') return true
  const file = await open(path, 'r')
  try {
    return isAnimation((await file.read(Buffer.alloc(32), 0, 32, 0)).buffer)
  } finally {
    await file.close()
  }
}

/**
 * Looks at files and converts them, each in another process with bounded time and memory. Only some are at work at once,
 * and tenants take turns.
 */
export class MediaWorkers {
  readonly #clock: Pick<Clock, 'schedule'>
  readonly #long = new FairTurns(longTurns)
  readonly #quick = new FairTurns(quickTurns)
  readonly #idle: Worker[] = []
  #isClosed = false

  constructor(clock: Pick<Clock, 'schedule'>) {
    this.#clock = clock
  }

  /**
   * What came of a file of a tenant; `searchPath` is where programs are found. Throws MediaWorkerError when there is no
   * result.
   */
  async run(task: MediaTask, { tenantId, searchPath }: WorkOrder): Promise<MediaResult> {
    const turns = (await isLong(task)) ? this.#long : this.#quick
    return turns.run(tenantId, () => this.#runOnce(task, searchPath))
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
