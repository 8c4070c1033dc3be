import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { requirements } from '../src/requirements.ts'

const here = new URL('.', import.meta.url)

function citedIds(): string[] {
  return readdirSync(here)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, here), 'utf8'))
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
