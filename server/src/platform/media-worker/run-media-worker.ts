import { type ChildProcess, fork } from 'node:child_process'
import type { Clock } from '../clock.ts'
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

let running = 0
const waiting: (() => void)[] = []

async function takeTurn(): Promise<void> {
  if (running < mostAtOnce) {
    running += 1
    return
  }
  // Whoever ends hands its turn on, so the count stays.
  await new Promise<void>((resolve) => waiting.push(resolve))
}

function endTurn(): void {
  const next = waiting.shift()
  if (next === undefined) running -= 1
  else next()
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

const idle: Worker[] = []

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
  child.on('exit', () => {
    const place = idle.indexOf(worker)
    if (place >= 0) idle.splice(place, 1)
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

function takeWorker(searchPath: string): Worker {
  const place = idle.findLastIndex((waiting) => waiting.searchPath === searchPath)
  const worker = idle.splice(place, place < 0 ? 0 : 1)[0] ?? startWorker(searchPath)
  worker.idleTimer?.cancel()
  worker.tasks += 1
  setHolding(worker, true)
  return worker
}

/** After some files a worker is replaced: what libraries leave behind in it ends with it. */
function putBack(worker: Worker, clock: Pick<Clock, 'schedule'>): void {
  if (worker.tasks >= mostTasks || worker.child.exitCode !== null || !worker.child.connected) {
    kill(worker)
    return
  }
  idle.push(worker)
  setHolding(worker, false)
  worker.idleTimer = clock.schedule(idleMs, () => {
    const place = idle.indexOf(worker)
    if (place >= 0) idle.splice(place, 1)
    kill(worker)
  })
}

function runOnce(task: MediaTask, searchPath: string, clock: Pick<Clock, 'schedule'>): Promise<MediaResult> {
  return new Promise((resolve, reject) => {
    const worker = takeWorker(searchPath)
    const { child } = worker
    const timer = clock.schedule(timeoutMs, () => kill(worker))
    const end = () => {
      timer.cancel()
      child.off('message', onMessage).off('error', onError).off('close', onClose)
    }
    const onMessage = (told: unknown) => {
      end()
      putBack(worker, clock)
      resolve(told as MediaResult)
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

/**
 * Looks at a file and converts it, in another process with bounded time; at most two at once, the others wait.
 * Throws MediaWorkerError when that process ended without a result.
 */
export async function runMediaWorker(
  task: MediaTask,
  searchPath: string,
  clock: Pick<Clock, 'schedule'>,
): Promise<MediaResult> {
  await takeTurn()
  try {
    return await runOnce(task, searchPath, clock)
  } finally {
    endTurn()
  }
}
