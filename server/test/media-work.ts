import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../src/platform/clock.ts'
import { MediaWorkers } from '../src/platform/media-worker/media-workers.ts'
import type { FilePurpose, MediaFacts, MediaRefusal } from '../src/platform/media-worker/task.ts'

/** What the sender says about a file, and whose it is. */
interface Saying {
  said?: string
  name?: string
  declaredType?: string
  tenantId?: string
  maxBytes?: number
}

/** Real workers with a directory for their files. */
export interface MediaWork {
  /** What came of a file. */
  run(purpose: FilePurpose, bytes: Buffer, saying?: Saying): Promise<MediaFacts | MediaRefusal>
  /** As `run`, with the bytes that would be sent; throws what the refusal says. */
  send(purpose: FilePurpose, bytes: Buffer, saying?: Saying): Promise<MediaFacts & { bytes: Buffer }>
  /** The sentence of a refusal; throws when there is none. */
  refuse(purpose: FilePurpose, bytes: Buffer, saying?: Saying): Promise<MediaRefusal>
  close(): void
}

/** Opens it; close it in `after`. */
export function openMediaWork(): MediaWork {
  const directory = mkdtempSync(join(tmpdir(), 'moltflow-work-'))
  const workers = new MediaWorkers(systemClock())
  let count = 0
  const run: MediaWork['run'] = async (purpose, bytes, saying = {}) => {
    const { tenantId = 'a', maxBytes = 16 * 1024 * 1024, ...about } = saying
    count += 1
    const path = join(directory, String(count))
    await writeFile(path, bytes)
    const task = { purpose, path, outputPath: `${path}.out`, maxBytes, ...about }
    return workers.run(task, { tenantId, searchPath: process.env['PATH'] ?? '' })
  }
  return {
    run,
    async send(purpose, bytes, saying) {
      const result = await run(purpose, bytes, saying)
      if ('refused' in result) throw new Error(result.message)
      return { ...result, bytes: await readFile(result.path) }
    },
    async refuse(purpose, bytes, saying) {
      const result = await run(purpose, bytes, saying)
      if (!('refused' in result)) throw new Error(`taken as ${result.mimetype}`)
      return result
    },
    close() {
      workers.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
