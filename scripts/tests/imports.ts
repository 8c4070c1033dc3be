import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** What a file loads: paths from the repository's root for our own files, names for packages. */
export type ReadImports = (path: string) => readonly string[]

// The formatter writes every import in one of these forms; a test compares them with what the compiler finds.
const declaration = /^(?:import|export)\s(?!type\s)(?:[^'"`;]*?\sfrom\s)?['"]([^'"\n]+)['"]/gm
const onlyTypes = /^(?:import|export)\s*\{(?:\s*type\s[^,}]+,?)+\s*\}\s*from\s/
/** Threads and programs are started by their file's address. */
const address = /new URL\(\s*['"](\.{1,2}\/[^'"]+\.[mc]?[jt]s)['"]\s*,\s*import\.meta\.url/g
/** What the packages of the simulators lead to. */
export const simulators: Readonly<Record<string, string>> = {
  '@moltflow/simulator': 'simulator/src/index.ts',
  '@moltflow/model-simulator': 'model-simulator/src/start.ts',
  '@moltflow/model-simulator/sound': 'model-simulator/src/sound/marks.ts',
}

/** What a source text loads when it runs; what is imported for its types alone is not loaded. */
export function importsOf(path: string, text: string): string[] {
  const found = [...text.matchAll(declaration)].filter(([statement]) => !onlyTypes.test(statement))
  const named = [...found, ...text.matchAll(address)].map((match) => match[1] ?? '')
  return named.map((target) => {
    const entry = simulators[target]
    if (entry !== undefined) return entry
    return target.startsWith('.') ? join(dirname(path), target) : packageOf(target)
  })
}

function packageOf(target: string): string {
  if (target.startsWith('node:')) return target
  return target.split('/', target.startsWith('@') ? 2 : 1).join('/')
}

/** Reads the repository's files, each once. */
export function importReader(): ReadImports {
  const known = new Map<string, readonly string[]>()
  return (path) => {
    let imports = known.get(path)
    if (imports === undefined) {
      const file = resolve(root, path)
      imports = existsSync(file) ? importsOf(path, readFileSync(file, 'utf8')) : []
      known.set(path, imports)
    }
    return imports
  }
}

/** Everything that a file loads, itself included, with what each was loaded by. */
export function reachableFrom(path: string, read: ReadImports): Map<string, string | undefined> {
  const reached = new Map<string, string | undefined>([[path, undefined]])
  for (const from of reached.keys()) {
    if (!/\.[mc]?[jt]s$/.test(from) || !from.includes('/')) continue
    for (const target of read(from)) if (!reached.has(target)) reached.set(target, from)
  }
  return reached
}

/** The way from a file to something it reaches, for a person to read. */
export function wayTo(target: string, reached: ReadonlyMap<string, string | undefined>): string[] {
  const way: string[] = []
  for (let at: string | undefined = target; at !== undefined; at = reached.get(at)) way.unshift(at)
  return way
}
