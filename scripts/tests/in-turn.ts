// Runs the test files of MOLTFLOW_TEST_FILES one after the other in this process. Each is a suite: what it opens before its
// tests is open for them alone.

import { resolve } from 'node:path'
import { suite } from 'node:test'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '../..')

for (const file of JSON.parse(process.env['MOLTFLOW_TEST_FILES'] ?? '[]') as string[]) {
  suite(file, async () => {
    // biome-ignore lint/plugin: the runner says which files.
    await import(pathToFileURL(resolve(root, file)).href)
  })
}
