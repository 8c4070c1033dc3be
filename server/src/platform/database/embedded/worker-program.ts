import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { Broker, viewGauge } from './broker.ts'
import { DurableFiles } from './durable-files.ts'

/** What the main thread starts this worker with. */
export interface EmbeddedWorkerData {
  /** The cluster's directory. */
  directory: string
  /** Whether a commit waits for the disk; off only in tests. */
  isDurable: boolean
  idleTransactionMs: number
  gaugeMemory: SharedArrayBuffer
  /** Only makes the cluster (initdb) and stops. */
  isSeed?: boolean
}

/** What the main thread may ask for. */
export type EmbeddedWorkerRequest = { kind: 'connect'; port: MessagePort } | { kind: 'close' }

/** What the worker posts. */
export type EmbeddedWorkerEvent = { kind: 'ready' } | { kind: 'closed' }

// Small WAL segments keep a fresh data directory near 30 MB; the built-in locale sorts the same everywhere.
const initdbOptions = [
  '--wal-segsize=1',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
]

const settings: Record<string, string> = {
  search_path: 'public',
  exit_on_error: 'false',
  log_checkpoints: 'false',
  // One process without helpers: anything parallel would fail to start.
  max_worker_processes: '0',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  io_method: 'sync',
  // The WASM heap never shrinks, so what is small here stays small for the life of the process.
  shared_buffers: '16MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  temp_buffers: '1MB',
  wal_buffers: '1MB',
  min_wal_size: '8MB',
  max_wal_size: '96MB',
  jit: 'off',
  // Each commit's reply waits for the broker's flush instead, which many commits share.
  synchronous_commit: 'off',
  // Only fsync reaches the file layer here: the runtime answers fdatasync without doing anything.
  wal_sync_method: 'fsync',
}

function startParameters(isDurable: boolean): string[] {
  const flags = ['--single', ...(isDurable ? [] : ['-F']), '-O', '-j']
  return [...flags, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

/** What this file needs of the runtime; the package does not publish it. */
interface RuntimeLoop {
  _PostgresMainLoopOnce(): void
  stackRestore(pointer: number): void
}

/** How the runtime leaves a statement that failed: everything else that is thrown is the end of the engine. */
const failedStatementStatus = 100

/**
 * Makes the engine throw where it breaks. The library swallows what the WebAssembly throws, a trap or an abort as well,
 * and calls again what can only break again, for ever.
 */
function reportBreaks(runtime: RuntimeLoop): () => Error | undefined {
  let broken: Error | undefined
  const { _PostgresMainLoopOnce: runOnce, stackRestore } = runtime
  runtime._PostgresMainLoopOnce = () => {
    try {
      runOnce()
    } catch (error) {
      if ((error as { status?: unknown }).status !== failedStatementStatus)
        broken = error instanceof Error ? error : new Error(`the engine ended: ${String(error)}`)
      throw error
    }
  }
  runtime.stackRestore = (pointer) => {
    if (broken !== undefined) throw broken
    stackRestore(pointer)
  }
  return () => broken
}

/** Runs one unit; the streaming call is used because the other one keeps every parsed message for ever. */
function executor(engine: PGlite): (bytes: Uint8Array) => Uint8Array {
  const findBreak = reportBreaks(engine.Module as unknown as RuntimeLoop)
  let chunks: Uint8Array[] = []
  const onRawData = (data: Uint8Array): void => {
    chunks.push(data.slice())
  }
  return (bytes) => {
    chunks = []
    // Executes before it returns; the promise only waits for a file system that has nothing to do.
    engine.execProtocolRawStream(bytes, { syncToFs: false, onRawData }).catch((error: unknown) => {
      if (findBreak() === undefined) endThread(error)
    })
    const broken = findBreak()
    if (broken !== undefined) throw broken
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
  }
}

/** An error that nobody catches ends the thread; the main thread hears it and starts another. */
function endThread(error: unknown): void {
  setImmediate(() => {
    throw error
  })
}

/** Opens the cluster; says in the engine's own words why it could not. */
async function openEngine(data: EmbeddedWorkerData, files: DurableFiles): Promise<PGlite> {
  try {
    return await PGlite.create({
      fs: files,
      // Costs nothing measurable until a database asks for it, which is where it has to be found from then on.
      extensions: { vector },
      startParams: startParameters(data.isDurable),
      initDbStartParams: initdbOptions,
    })
  } catch (error) {
    throw new Error(files.lastComplaint ?? (error instanceof Error ? error.message : String(error)), {
      cause: error,
    })
  }
}

async function main(data: EmbeddedWorkerData): Promise<void> {
  const post = (event: EmbeddedWorkerEvent): void => parentPort?.postMessage(event)
  const files = new DurableFiles(data.directory)
  const engine = await openEngine(data, files)
  if (data.isSeed === true) {
    await engine.close()
    post({ kind: 'closed' })
    return
  }
  const backend = {
    execute: executor(engine),
    flushLog: (work: () => void) => files.flushLog(work),
    end: endThread,
  }
  const broker = new Broker(backend, viewGauge(data.gaugeMemory), data.idleTransactionMs)
  parentPort?.on('message', (request: EmbeddedWorkerRequest) => {
    if (request.kind === 'connect') broker.attach(request.port)
    else void engine.close().then(() => post({ kind: 'closed' }))
  })
  post({ kind: 'ready' })
}

await main(workerData as EmbeddedWorkerData)
