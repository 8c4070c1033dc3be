import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TestJob } from './job.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * The jobs whose files contain a test's name. A name that is put together when it runs stands in no file as it is: then
 * all of them are asked.
 */
export function namedIn(jobs: readonly TestJob[], name: string): readonly TestJob[] {
  const contains = (file: string) => readFileSync(resolve(root, file), 'utf8').includes(name)
  const found = jobs
    .map((job) => ({ ...job, files: job.files.filter(contains) }))
    .filter(({ files }) => files.length > 0)
  return found.length > 0 ? found : jobs
}
