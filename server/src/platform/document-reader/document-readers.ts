import { fileURLToPath } from 'node:url'
import type { Clock } from '../clock.ts'
import { FairTurns } from '../fair-turns.ts'
import { WorkerProcesses } from '../worker-processes.ts'
import type { DocumentResult, DocumentTask } from './document.ts'

/** One document of a tenant at a time, so that another one's need not wait. */
const turns = { max: 2, maxPerKey: 1 }
const limits = {
  program: fileURLToPath(new URL('./document-worker.ts', import.meta.url)),
  memoryKb: 2048 * 1024,
  heapMb: 768,
  timeoutMs: 240_000,
  name: 'document reader',
}

/** Reads documents, each in another process with bounded time and memory. */
export class DocumentReaders {
  readonly #turns = new FairTurns(turns)
  readonly #processes: WorkerProcesses<DocumentTask, DocumentResult>

  constructor(clock: Pick<Clock, 'schedule'>) {
    this.#processes = new WorkerProcesses(clock, limits)
  }

  /** What came of a document of a tenant; throws WorkerProcessError when reading took too much time or memory. */
  run(task: DocumentTask, order: { tenantId: string; searchPath: string }): Promise<DocumentResult> {
    return this.#turns.run(order.tenantId, () => this.#processes.run(task, order.searchPath))
  }

  /** Ends the processes that wait for a next document. */
  close(): void {
    this.#processes.close()
  }
}
