import { parentPort, workerData } from 'node:worker_threads'
import type { ProgramPattern } from './patterns.ts'

/** Loads modules and tells which patterns they made of what they put together. */
const made: ProgramPattern[] = []
globalThis.RegExp = new Proxy(RegExp, {
  construct(target, args: [string | RegExp, string?], newTarget) {
    const pattern = Reflect.construct(target, args, newTarget) as RegExp
    const place = /server\/src\/[^\s)]+?:\d+/.exec(new Error('made').stack ?? '')?.[0]
    if (place !== undefined) made.push({ place, source: pattern.source, flags: pattern.flags })
    return pattern
  },
})
// biome-ignore lint/plugin: which modules make patterns is found out by reading them
for (const url of workerData as string[]) await import(url)
parentPort?.postMessage(made)
