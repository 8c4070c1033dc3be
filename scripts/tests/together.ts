// Runs the test files of MOLTFLOW_TEST_FILES, which need nothing but themselves, in this one process: loading the
// program costs more than most of them. What one of them must not do here is refused, whatever its imports said.
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { databasePackages, programModule } from './test-files.ts'

const root = resolve(import.meta.dirname, '../..')
const refused: readonly string[] = [...databasePackages, programModule]

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOwn = context.parentURL?.includes('/node_modules/') === false
    if (isOwn && refused.includes(specifier)) {
      throw new Error(`${context.parentURL} loads ${specifier} in a process of tests that need nothing`)
    }
    return nextResolve(specifier, context)
  },
})

const files = JSON.parse(process.env['MOLTFLOW_TEST_FILES'] ?? '[]') as string[]
for (const file of files) {
  // biome-ignore lint/plugin: the runner says which files.
  await import(pathToFileURL(resolve(root, file)).href)
}
