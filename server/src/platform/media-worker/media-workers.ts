import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../clock.ts'
import { FairTurns } from '../fair-turns.ts'
import { WorkerProcesses } from '../worker-processes.ts'
import type { MediaResult, MediaTask } from './task.ts'

/** What may take a minute: a tenant never has all of these turns, so that another one's recording need not wait. */
const longTurns = { max: 3, maxPerKey: 2 }
/** What takes a second or two, and never waits for something long. */
const quickTurns = { max: 2, maxPerKey: 2 }
const limits = {
  program: fileURLToPath(new URL('./media-worker.ts', import.meta.url)),
  memoryKb: 1536 * 1024,
  heapMb: 192,
  timeoutMs: 90_000,
  name: 'media worker',
}

/** For whom a file is worked on, and where programs are found. */
export interface WorkOrder {
  tenantId: string
  searchPath: string
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
  readonly #long = new FairTurns(longTurns)
  readonly #quick = new FairTurns(quickTurns)
  readonly #processes: WorkerProcesses<MediaTask, MediaResult>

  constructor(clock: Pick<Clock, 'schedule'>) {
    this.#processes = new WorkerProcesses(clock, limits)
  }

  /**
   * What came of a file of a tenant; `searchPath` is where programs are found. Throws WorkerProcessError when there is
   * no result.
   */
  async run(task: MediaTask, { tenantId, searchPath }: WorkOrder): Promise<MediaResult> {
    const turns = (await isLong(task)) ? this.#long : this.#quick
    return turns.run(tenantId, () => this.#processes.run(task, searchPath))
  }

  /** Ends the workers that wait for a next file; one that has a file ends with it. */
  close(): void {
    this.#processes.close()
  }
}
