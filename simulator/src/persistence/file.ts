import { open, readFile, rename } from 'node:fs/promises'
import { deserialize, serialize } from 'node:v8'
import type { Snapshot } from './snapshot.ts'

/** What a file holds: the world, and the port of the media server that its messages name. */
export type SavedWorld = Snapshot & { mediaPort: number }

/** First line of a file, with the version of its form. */
const magic = Buffer.from('moltflow simulator world 1\n')

/** Writes a world: whole, or not at all. */
export async function writeSnapshot(path: string, snapshot: SavedWorld): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(Buffer.concat([magic, serialize(snapshot)]))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

/** Reads a world; undefined when there is no such file. Throws when the file is something else. */
export async function readSnapshot(path: string): Promise<SavedWorld | undefined> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw cause
  })
  if (!bytes) return undefined
  if (!bytes.subarray(0, magic.length).equals(magic)) {
    throw new Error(`${path} is no world of this version of the simulator`)
  }
  return deserialize(bytes.subarray(magic.length)) as SavedWorld
}
