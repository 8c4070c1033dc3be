import { type ChildProcess, fork } from 'node:child_process'
import type { Clock } from '../clock.ts'
import type { MediaResult, MediaTask } from './task.ts'

/** Conversions at once: each may keep a processor busy and use 200 MB. */
const mostAtOnce = 2
const timeoutMs = 90_000

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

/** Ends the worker with all it started. */
function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself meanwhile.
  }
}

function runOnce(task: MediaTask, searchPath: string, clock: Pick<Clock, 'schedule'>): Promise<MediaResult> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./media-worker.ts', import.meta.url), [], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Nothing of the installation's environment: its keys are none of a converter's business.
      env: { PATH: searchPath },
      execArgv: ['--max-old-space-size=192', '--disable-warning=ExperimentalWarning'],
    })
    let output = ''
    let result: MediaResult | undefined
    const timer = clock.schedule(timeoutMs, () => kill(child))
    child.stderr?.on('data', (piece: Buffer) => {
      output = (output + piece.toString()).slice(-2000)
    })
    child.on('message', (told) => {
      result = told as MediaResult
    })
    child.on('error', (error) => {
      timer.cancel()
      reject(error)
    })
    child.on('close', () => {
      timer.cancel()
      // What it may have left running ends with it.
      kill(child)
      if (result === undefined)
        reject(new MediaWorkerError('the media worker ended without a result', output))
      else resolve(result)
    })
    child.send(task)
  })
}

/**
 * Looks at a file and converts it, in a process of its own with bounded time; at most two at once, the others wait.
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
