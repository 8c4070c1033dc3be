import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openTestDatabase } from './harness-database.ts'
import { compareSchemas, loadTableDefinitions } from './table-definitions.ts'

suite('schema', () => {
  test('the migrations make exactly the tables and columns that the code declares, with their types, nullability and defaults', async () => {
    await using database = await openTestDatabase()
    const difference = await compareSchemas(database.db)
    assert.deepEqual(
      difference,
      { missing: [], unexpected: [] },
      `declarations and migrations differ; see server/migrations/README.md:\n${JSON.stringify(difference, undefined, 2)}`,
    )
  })

  test('the comparison sees tables at all', () => {
    assert.ok(Object.keys(loadTableDefinitions()).length > 0)
  })
})
