import { Worker } from 'node:worker_threads'

/** Files smaller than this are not worth the way to another thread. */
export const largeFileBytes = 256 * 1024
/** Files that are worked on at once; the others wait in order. */
const mostAtOnce = 8
const idleAfterMs = 15_000

/** What went wrong in the thread; `code` is the system's, for example ENOSPC. */
export class FileThreadError extends Error {
  readonly code: string | undefined

  constructor(message: string, code?: string) {
    super(message)
    this.name = 'FileThreadError'
    this.code = code
  }
}

/** What is given to the thread. */
export interface ThreadOrder<Task> {
  id: number
  task: Task
}

/** What the thread answers to an order. */
export type ThreadAnswer<Result> =
  | { id: number; result: Result }
  | { id: number; error: { message: string; code: string | undefined } }

interface Waiting<Task, Result> {
  task: Task
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * A thread for work on the bytes of large files, whose buffers would otherwise make the garbage collector walk the
 * whole heap of the process again and again. It starts with the first file and ends when there was none for a while.
 */
export class FileThread<Task, Result> {
  readonly #entry: URL
  readonly #idleMs: number
  readonly #queue: Waiting<Task, Result>[] = []
  readonly #running = new Map<number, Waiting<Task, Result>>()
  #worker: Worker | undefined
  #idleTimer: NodeJS.Timeout | undefined
  #lastId = 0

  /** `entry` is a module that calls `serveFiles`. */
  constructor(entry: URL, idleMs = idleAfterMs) {
    this.#entry = entry
    this.#idleMs = idleMs
  }

  /** Whether the thread exists at the moment. */
  get isRunning(): boolean {
    return this.#worker !== undefined
  }

  /** Has the thread do the task; throws FileThreadError. */
  run(task: Task): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, resolve, reject })
      this.#advance()
    })
  }

  #advance(): void {
    while (this.#running.size < mostAtOnce) {
      const next = this.#queue.shift()
      if (next === undefined) break
      clearTimeout(this.#idleTimer)
      this.#lastId += 1
      this.#running.set(this.#lastId, next)
      this.#worker ??= this.#start()
      this.#worker.ref()
      this.#worker.postMessage({ id: this.#lastId, task: next.task } satisfies ThreadOrder<Task>)
    }
    if (this.#running.size > 0) return
    // A thread that waits must not keep the process alive.
    this.#worker?.unref()
    clearTimeout(this.#idleTimer)
    this.#idleTimer = setTimeout(() => this.#stop(), this.#idleMs).unref()
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, {
      env: {},
      resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 },
    })
    worker.on('message', (answer: ThreadAnswer<Result>) => this.#end(answer))
    worker.on('error', (error: Error) => this.#lose(worker, error.message))
    worker.on('exit', () => this.#lose(worker, 'it ended'))
    return worker
  }

  #end(answer: ThreadAnswer<Result>): void {
    const ended = this.#running.get(answer.id)
    this.#running.delete(answer.id)
    if ('result' in answer) ended?.resolve(answer.result)
    else ended?.reject(new FileThreadError(answer.error.message, answer.error.code))
    this.#advance()
  }

  /** The thread is gone: what it worked on has failed, what waits gets a new one. */
  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const lost = [...this.#running.values()]
    this.#running.clear()
    for (const { reject } of lost) reject(new FileThreadError(`the file thread failed: ${reason}`))
    if (this.#queue.length > 0) this.#advance()
  }

  #stop(): void {
    const worker = this.#worker
    this.#worker = undefined
    // Nothing is under way, so nobody waits for its end.
    void worker?.terminate()
  }
}
