// Runs the test files of MOLTFLOW_TEST_FILES one after the other in this process. Each is a suite: what it opens before its
// tests is open for them alone.

import { resolve } from 'node:path'
import { after, suite } from 'node:test'
import { pathToFileURL } from 'node:url'
import { endShared } from './at-end.ts'

const root = resolve(import.meta.dirname, '../..')

after(endShared)
for (const file of JSON.parse(process.env['MOLTFLOW_TEST_FILES'] ?? '[]') as string[]) {
  suite(file, async () => {
    // biome-ignore lint/plugin: the runner says which files.
    await import(pathToFileURL(resolve(root, file)).href)
  })
}
