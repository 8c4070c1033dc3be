import { constants, cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { chmod, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createGaugeMemory } from './broker.ts'
import { startWorker, waitFor } from './worker.ts'

/** The seed that is kept between starts; its name carries the engine's version. */
export const defaultSeedDirectory = join(import.meta.dirname, '../../../../../.cache/database-seed-0.5.14')

/** Where a new cluster comes from and goes to. */
export interface SeedOptions {
  /** Directory of the kept seed; made on first use. */
  seedDirectory: string
  /** The new cluster's directory; must not exist. */
  target: string
  /** Flush the copy to the disk before it is used. */
  isDurable: boolean
}

/**
 * Makes a new cluster by copying a kept one: initdb takes two seconds and a gigabyte at its peak, a
 * copy takes a tenth of a second. Copies appear under their name only when complete.
 */
export async function copySeed(options: SeedOptions): Promise<void> {
  await ensureSeed(options.seedDirectory)
  await copyTree(options.seedDirectory, options.target, options.isDurable)
}

/** Makes the seed unless it is there. */
export async function ensureSeed(seedDirectory: string): Promise<void> {
  if (existsSync(join(seedDirectory, 'PG_VERSION'))) return
  await mkdir(dirname(seedDirectory), { recursive: true, mode: 0o700 })
  const draft = temporaryName(seedDirectory)
  await withoutLeftovers(draft, async () => {
    await mkdir(draft, { mode: 0o700 })
    // A thread of its own gives all memory back when it ends.
    const worker = startWorker({
      directory: draft,
      isDurable: false,
      idleTransactionMs: 0,
      gaugeMemory: createGaugeMemory(),
      isSeed: true,
    })
    await waitFor(worker, 'closed')
    await worker.terminate()
    await publish(draft, seedDirectory)
  })
}

/** Copies a closed cluster; the target appears only when the copy is complete. */
export async function copyTree(source: string, target: string, isDurable: boolean): Promise<void> {
  const draft = temporaryName(target)
  await withoutLeftovers(draft, async () => {
    // A thousand small files: the asynchronous copy takes ten times as long, and nothing else runs yet.
    cpSync(source, draft, { recursive: true, mode: constants.COPYFILE_FICLONE })
    await chmod(draft, 0o700)
    if (isDurable) await flushTree(draft)
    await publish(draft, target)
    if (isDurable) await flushDirectory(dirname(target))
  })
}

/** A copy that a full disk cut short would keep the disk full. */
async function withoutLeftovers(draft: string, make: () => Promise<void>): Promise<void> {
  try {
    await make()
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

/** Removes what a process left that ended while it copied; nobody else may be copying to this target. */
export function removeDrafts(target: string): void {
  const prefix = `.${basename(target)}-`
  for (const name of readdirSync(dirname(target))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(target), name), { recursive: true, force: true })
  }
}

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}-${process.pid}-${process.hrtime.bigint()}`)
}

/** Another process may have been faster: its result is as good. */
async function publish(draft: string, target: string): Promise<void> {
  try {
    await rename(draft, target)
  } catch (error) {
    if (!existsSync(join(target, 'PG_VERSION'))) throw error
    await rm(draft, { recursive: true, force: true })
  }
}

/** A name is only durable once its directory is flushed. */
async function flushDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  await directory.sync()
  await directory.close()
}

async function flushTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = [directory, ...entries.map((entry) => join(entry.parentPath, entry.name))]
  const flushers = Array.from({ length: 8 }, async () => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      const file = await open(path, 'r')
      await file.sync()
      await file.close()
    }
  })
  await Promise.all(flushers)
}

// `node server/src/platform/database/embedded/seed.ts` makes the seed ahead of the first start, for set-up and images.
if (import.meta.main) await ensureSeed(defaultSeedDirectory)
