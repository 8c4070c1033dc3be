import { Worker } from 'node:worker_threads'
import type { EmbeddedWorkerData, EmbeddedWorkerEvent } from './worker-program.ts'

/** Starts the engine's worker thread with a small JavaScript heap: the data lives in the WASM memory. */
export function startWorker(data: EmbeddedWorkerData): Worker {
  return new Worker(new URL('./worker-program.ts', import.meta.url), {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 },
  })
}

/** Resolves when the worker posts `kind`; rejects when it ends first. */
export function waitFor(worker: Worker, kind: EmbeddedWorkerEvent['kind']): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      worker.off('message', onMessage)
      worker.off('error', settle)
      worker.off('exit', onExit)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onMessage = (event: EmbeddedWorkerEvent): void => {
      if (event.kind === kind) settle()
    }
    const onExit = (): void => settle(new Error(`the embedded database ended before it was ${kind}`))
    worker.on('message', onMessage)
    worker.on('error', settle)
    worker.on('exit', onExit)
  })
}
