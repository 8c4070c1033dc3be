import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { suite, test } from 'node:test'
import { requirements } from '../src/requirements.ts'

const simulator = resolve(import.meta.dirname, '..')

function citedIds(): string[] {
  return globSync('{src,test}/**/*.test.ts', { cwd: simulator })
    .map((name) => readFileSync(resolve(simulator, name), 'utf8'))
    .flatMap((source) => [...source.matchAll(/verifies\(([^)]*)\)/g)])
    .flatMap(([, list = '']) => [...list.matchAll(/'([^']+)'/g)].map(([, id = '']) => id))
}

suite('requirements', () => {
  test('each is proved by a test', () => {
    const cited = new Set(citedIds())
    const orphans = requirements.filter(({ id }) => !cited.has(id)).map(({ id }) => id)
    assert.deepEqual(
      orphans,
      [],
      'write a test that calls verifies() with these ids, or delete the requirement',
    )
  })

  test('tests cite none that does not exist', () => {
    const known = new Set(requirements.map(({ id }) => id))
    assert.deepEqual(
      citedIds().filter((id) => !known.has(id)),
      [],
    )
  })

  test('ids are unique', () => {
    assert.equal(new Set(requirements.map(({ id }) => id)).size, requirements.length)
  })
})
