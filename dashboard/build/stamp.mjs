// Whether what is built is what the sources say. Plain JavaScript: the set-up asks before Node 24 is there.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const dashboard = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const root = resolve(dashboard, '..')

/** Written last, into what is built. */
export const stampFile = join(dashboard, 'dist', 'built-from')

/** @param {string} directory @returns {string[]} */
function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

/** A hash over everything that the build reads. */
export function hashSources() {
  const hash = createHash('sha256')
  const trees = ['src', 'build', 'public'].flatMap((name) => filesBelow(join(dashboard, name)))
  const single = ['index.html', 'vite.config.ts', 'package.json'].map((name) => join(dashboard, name))
  const outside = ['package-lock.json', 'docs/openapi.json'].map((name) => join(root, name))
  for (const path of [...trees, ...single, ...outside].sort()) {
    // The types of the API are made from the document, which is read itself.
    if (path.endsWith('schema.d.ts')) continue
    hash.update(path.slice(root.length)).update('\0').update(readFileSync(path))
  }
  return `${hash.digest('hex')}\n`
}

/** Whether nothing has to be built. */
export function isBuilt() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hashSources()
}
