import { chmodSync } from 'node:fs'
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import { unusable } from '../../data-directory.ts'
import { OperatorError } from '../../operator-error.ts'
import { type BrokerGauge, createGaugeMemory, viewGauge } from './broker.ts'
import { clusterDirectory, damaged, hasCluster } from './cluster.ts'
import { PortStream } from './port-stream.ts'
import { describeRoom, hasRoom, roomForCheckpoint, roomForCluster } from './room.ts'
import { copySeed, defaultSeedDirectory, removeDrafts } from './seed.ts'
import { startWorker, waitFor } from './worker.ts'
import type { EmbeddedWorkerData, EmbeddedWorkerRequest } from './worker-program.ts'

/** How the embedded PostgreSQL runs. */
export interface EmbeddedOptions {
  /** The cluster lives in `database` below this directory, which is there. */
  dataDirectory: string
  /** Where the seed of new clusters is kept. */
  seedDirectory: string
  isDurable: boolean
  /** A statement that runs longer ends the engine, which is the only way to stop it. */
  statementTimeoutMs: number
  /** A transaction that is silent so long while others wait is rolled back. */
  idleTransactionMs: number
  /** Told when the engine died, or could not be started again: what was not acknowledged is lost. */
  onFailure(error: Error): void
  /** Told when an engine serves again, or has room again. */
  onRecovery(): void
}

/** As the program runs it. */
export const embeddedDefaults = {
  seedDirectory: defaultSeedDirectory,
  isDurable: true,
  statementTimeoutMs: 120_000,
  idleTransactionMs: 30_000,
} as const

const guardIntervalMs = 1000
/** Pauses before an engine that failed is started again; the last one is kept, since nobody else would start it. */
const restartPausesMs = [0, 250, 1000, 3000, 5000] as const
const roomCheckMs = 500
/** A new connection waits so long for an engine that is being started; then it fails, and so does its request. */
const patienceMs = 3000

/** A connection that cannot be made right now; the code makes it an outage (see outages.ts). */
class EngineAwayError extends Error {
  readonly code: string
  constructor(code: '53100' | '57P03', message: string) {
    super(message)
    this.name = 'EngineAwayError'
    this.code = code
  }
}

interface Waiting {
  open(): void
  fail(error: Error): void
}

/** The worker thread with the engine in it, restarted when it dies. */
export class EmbeddedEngine {
  readonly gauge: BrokerGauge
  readonly #options: EmbeddedOptions
  readonly #directory: string
  readonly #gaugeMemory = createGaugeMemory()
  readonly #waiting = new Set<Waiting>()
  #worker: Worker | undefined
  #isReady = false
  #isWithoutRoom = false
  /** An engine that serves may find no room for what it is told to write. */
  #isTight = false
  #guard: NodeJS.Timeout | undefined
  #restartTimer: NodeJS.Timeout | undefined
  #isClosing = false
  #failuresInARow = 0

  private constructor(options: EmbeddedOptions) {
    this.#options = options
    this.#directory = clusterDirectory(options.dataDirectory)
    this.gauge = viewGauge(this.#gaugeMemory)
  }

  /** Starts the engine, with a new cluster when the directory has none; throws a sentence when it cannot. */
  static async start(options: EmbeddedOptions): Promise<EmbeddedEngine> {
    // The engine creates its files world-readable: the directory is what keeps others out.
    chmodSync(options.dataDirectory, 0o700)
    const engine = new EmbeddedEngine(options)
    if (!hasCluster(options.dataDirectory)) await engine.#makeCluster()
    engine.#refuseWithoutRoom(roomForCheckpoint)
    await engine.#startFirst()
    engine.#guard = setInterval(() => {
      engine.#stopRunaway()
      engine.#watchRoom()
    }, guardIntervalMs)
    engine.#guard.unref()
    return engine
  }

  /** Whether statements are answered at the moment. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** Whether so many bytes may be written where the cluster is. */
  hasRoom(bytes: number): boolean {
    return hasRoom(this.#options.dataDirectory, bytes)
  }

  /** A new connection's socket. */
  connect(): PortStream {
    return new PortStream(() => this.#openPort())
  }

  /** Shuts the engine down cleanly; connections must be closed before. */
  async close(): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#guard)
    clearTimeout(this.#restartTimer)
    this.#failWaiting(new EngineAwayError('57P03', 'the embedded database is closed'))
    const worker = this.#worker
    if (worker === undefined) return
    // The end of an engine writes a checkpoint. One that cannot shut down cleanly recovers from its log at the next start.
    if (this.#isReady && this.hasRoom(roomForCheckpoint)) {
      const closed = waitFor(worker, 'closed')
      worker.postMessage({ kind: 'close' } satisfies EmbeddedWorkerRequest)
      await closed.catch(() => undefined)
    }
    this.#isReady = false
    await worker.terminate()
  }

  #openPort(): MessagePort | Promise<MessagePort> {
    if (this.#isReady) return this.#newPort()
    if (this.#isClosing || this.#isWithoutRoom) return Promise.reject(this.#awayError())
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        open: () => {
          settle()
          resolve(this.#newPort())
        },
        fail: (error) => {
          settle()
          reject(error)
        },
      }
      const timer = setTimeout(() => waiting.fail(this.#awayError()), patienceMs)
      const settle = () => {
        clearTimeout(timer)
        this.#waiting.delete(waiting)
      }
      this.#waiting.add(waiting)
    })
  }

  #newPort(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    this.#worker?.postMessage({ kind: 'connect', port: port2 } satisfies EmbeddedWorkerRequest, [port2])
    return port1
  }

  #awayError(): EngineAwayError {
    return this.#isWithoutRoom
      ? new EngineAwayError('53100', `the embedded database waits for room in ${this.#options.dataDirectory}`)
      : new EngineAwayError('57P03', 'the embedded database is being started again')
  }

  #failWaiting(error: Error): void {
    for (const waiting of this.#waiting) waiting.fail(error)
  }

  async #makeCluster(): Promise<void> {
    const { dataDirectory, seedDirectory, isDurable } = this.#options
    removeDrafts(this.#directory)
    this.#refuseWithoutRoom(roomForCluster)
    try {
      await copySeed({ seedDirectory, target: this.#directory, isDurable })
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === undefined ? error : unusable(dataDirectory, error)
    }
  }

  async #startFirst(): Promise<void> {
    try {
      await this.#spawn()
    } catch (error) {
      this.#isClosing = true
      const reason = error instanceof Error ? error.message : String(error)
      this.#options.onFailure(error instanceof Error ? error : new Error(reason))
      this.#refuseWithoutRoom(roomForCheckpoint)
      throw damaged(this.#directory, reason, error)
    }
  }

  #refuseWithoutRoom(bytes: number): void {
    if (this.hasRoom(bytes)) return
    const { dataDirectory } = this.#options
    throw new OperatorError(
      `The disk with the data directory ${dataDirectory} is full: ${describeRoom(dataDirectory)} left, and the embedded database needs ${bytes / 1024 / 1024} MB to start. Make room, then start again; nothing is lost.`,
    )
  }

  /** Resolves when the new engine serves; rejects with what ended it before. */
  #spawn(): Promise<void> {
    const data: EmbeddedWorkerData = {
      directory: this.#directory,
      isDurable: this.#options.isDurable,
      idleTransactionMs: this.#options.idleTransactionMs,
      gaugeMemory: this.#gaugeMemory,
    }
    const worker = startWorker(data)
    this.#worker = worker
    let cause: Error | undefined
    worker.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error))
    })
    worker.on('exit', () => {
      if (worker !== this.#worker || !this.#isReady) return
      this.#restart(cause ?? new Error('the embedded database ended'))
    })
    return waitFor(worker, 'ready').then(() => {
      if (worker !== this.#worker) return
      this.#isReady = true
      this.#failuresInARow = 0
      for (const waiting of this.#waiting) waiting.open()
    })
  }

  #restart(cause: Error): void {
    this.gauge.unitStartedAtMs = 0
    this.#isReady = false
    this.#worker = undefined
    if (this.#isClosing) return
    this.#options.onFailure(cause)
    const pauseMs = restartPausesMs[Math.min(this.#failuresInARow, restartPausesMs.length - 1)]
    this.#failuresInARow += 1
    this.#restartTimer = setTimeout(() => this.#revive(), pauseMs)
  }

  /** Starts the engine again as soon as there is room: its recovery writes, and would only fail without. */
  #revive(): void {
    if (!this.hasRoom(roomForCheckpoint)) {
      if (!this.#isWithoutRoom) {
        this.#isWithoutRoom = true
        const error = this.#awayError()
        this.#options.onFailure(error)
        this.#failWaiting(error)
      }
      this.#restartTimer = setTimeout(() => this.#revive(), roomCheckMs)
      return
    }
    this.#isWithoutRoom = false
    this.#spawn().then(
      () => this.#options.onRecovery(),
      (error: Error) => this.#restart(error),
    )
  }

  #watchRoom(): void {
    const wasTight = this.#isTight
    this.#isTight = !this.hasRoom(roomForCheckpoint)
    if (wasTight && !this.#isTight && this.#isReady) this.#options.onRecovery()
  }

  #stopRunaway(): void {
    const startedAtMs = this.gauge.unitStartedAtMs
    if (startedAtMs === 0 || Date.now() - startedAtMs < this.#options.statementTimeoutMs) return
    const seconds = Math.round(this.#options.statementTimeoutMs / 1000)
    const runaway = this.#worker
    this.#restart(
      new Error(`a statement ran longer than ${seconds} s: the embedded database was restarted to stop it`),
    )
    void runaway?.terminate()
  }
}
