import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { MessageChannel, type Worker } from 'node:worker_threads'
import { type BrokerGauge, createGaugeMemory, viewGauge } from './broker.ts'
import { PortStream } from './port-stream.ts'
import { copySeed, defaultSeedDirectory } from './seed.ts'
import { startWorker, waitFor } from './worker.ts'
import type { EmbeddedWorkerData, EmbeddedWorkerRequest } from './worker-program.ts'

/** How the embedded PostgreSQL runs. */
export interface EmbeddedOptions {
  /** The cluster lives in `database` below this directory. */
  dataDirectory: string
  /** Where the seed of new clusters is kept. */
  seedDirectory: string
  isDurable: boolean
  /** A statement that runs longer ends the engine, which is the only way to stop it. */
  statementTimeoutMs: number
  /** A transaction that is silent so long while others wait is rolled back. */
  idleTransactionMs: number
  /** Told when the engine died: what was not acknowledged is lost, and a new engine starts. */
  onFailure(error: Error): void
}

/** As the program runs it. */
export const embeddedDefaults = {
  seedDirectory: defaultSeedDirectory,
  isDurable: true,
  statementTimeoutMs: 120_000,
  idleTransactionMs: 30_000,
} as const

const guardIntervalMs = 1000

/** The worker thread with the engine in it, restarted when it dies. */
export class EmbeddedEngine {
  readonly gauge: BrokerGauge
  readonly #options: EmbeddedOptions
  readonly #gaugeMemory = createGaugeMemory()
  #worker: Worker
  #guard: NodeJS.Timeout | undefined
  #isClosing = false
  #failuresInARow = 0

  private constructor(options: EmbeddedOptions) {
    this.#options = options
    this.gauge = viewGauge(this.#gaugeMemory)
    this.#worker = this.#spawn()
  }

  /** Starts the engine, with a new cluster when the directory has none. */
  static async start(options: EmbeddedOptions): Promise<EmbeddedEngine> {
    mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 })
    // The engine creates its files world-readable: the directory is what keeps others out.
    chmodSync(options.dataDirectory, 0o700)
    const directory = clusterDirectory(options.dataDirectory)
    if (!existsSync(join(directory, 'PG_VERSION'))) {
      await copySeed({
        seedDirectory: options.seedDirectory,
        target: directory,
        isDurable: options.isDurable,
      })
    }
    const engine = new EmbeddedEngine(options)
    await engine.#untilReady()
    engine.#guard = setInterval(() => engine.#stopRunaway(), guardIntervalMs)
    engine.#guard.unref()
    return engine
  }

  /** A new connection's socket. */
  connect(): PortStream {
    const { port1, port2 } = new MessageChannel()
    this.#worker.postMessage({ kind: 'connect', port: port2 } satisfies EmbeddedWorkerRequest, [port2])
    return new PortStream(port1)
  }

  /** Shuts the engine down cleanly; connections must be closed before. */
  async close(): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#guard)
    const closed = waitFor(this.#worker, 'closed')
    this.#worker.postMessage({ kind: 'close' } satisfies EmbeddedWorkerRequest)
    // An engine that cannot shut down cleanly recovers from its log at the next start.
    await closed.catch(() => undefined)
    await this.#worker.terminate()
  }

  #spawn(): Worker {
    const data: EmbeddedWorkerData = {
      directory: clusterDirectory(this.#options.dataDirectory),
      isDurable: this.#options.isDurable,
      idleTransactionMs: this.#options.idleTransactionMs,
      gaugeMemory: this.#gaugeMemory,
    }
    const worker = startWorker(data)
    let cause: Error | undefined
    worker.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error))
    })
    worker.on('exit', () => {
      if (!this.#isClosing && worker === this.#worker)
        this.#restart(cause ?? new Error('the embedded database ended'))
    })
    return worker
  }

  async #untilReady(): Promise<void> {
    await waitFor(this.#worker, 'ready')
    this.#failuresInARow = 0
  }

  #restart(cause: Error): void {
    this.gauge.unitStartedAtMs = 0
    this.#options.onFailure(cause)
    this.#failuresInARow += 1
    // A damaged directory fails at every start: trying for ever would only hide it.
    if (this.#failuresInARow > 3) return
    this.#worker = this.#spawn()
    this.#untilReady().catch(() => undefined)
  }

  #stopRunaway(): void {
    const startedAtMs = this.gauge.unitStartedAtMs
    if (startedAtMs === 0 || Date.now() - startedAtMs < this.#options.statementTimeoutMs) return
    const seconds = Math.round(this.#options.statementTimeoutMs / 1000)
    const runaway = this.#worker
    this.#restart(
      new Error(`a statement ran longer than ${seconds} s: the embedded database was restarted to stop it`),
    )
    void runaway.terminate()
  }
}

/** The home of the cluster below the data directory. */
export function clusterDirectory(dataDirectory: string): string {
  return join(dataDirectory, 'database')
}
