import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { openTestDatabase, type TestDatabase } from '../../../test/harness-database.ts'
import { createBatcher, createStatementBatcher } from './write-batcher.ts'

suite('write batcher', () => {
  let database: TestDatabase
  const sizes: number[] = []

  before(async () => {
    database = await openTestDatabase()
    await database.db.sql.execute(text`CREATE TABLE items (n int PRIMARY KEY)`)
  })
  after(() => database.close())

  const batcher = (maxItems: number) =>
    createBatcher<number, string>(database.db, {
      maxItems,
      async write(sql, items) {
        sizes.push(items.length)
        await sql.execute(text`INSERT INTO items SELECT unnest(${text.param(items)}::int[])`)
        return items.map((n) => `stored ${n}`)
      },
    })

  test('what arrives while a batch commits goes into the next one, and each item gets its own result', async () => {
    sizes.length = 0
    const batch = batcher(1000)
    const first = batch.add(1)
    await first
    const many = await Promise.all(Array.from({ length: 100 }, (_, n) => batch.add(n + 2)))
    assert.deepEqual([await first, many[0], many[99]], ['stored 1', 'stored 2', 'stored 101'])
    assert.deepEqual(sizes, [1, 100])
  })

  test('a batch is never larger than its limit', async () => {
    sizes.length = 0
    const batch = batcher(40)
    await Promise.all(Array.from({ length: 100 }, (_, n) => batch.add(n + 1000)))
    assert.deepEqual(sizes, [40, 40, 20])
  })

  test('one bad item fails alone', async () => {
    const batch = batcher(1000)
    const results = await Promise.allSettled([5000, 1, 5001].map((n) => batch.add(n)))
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
  })

  test('all items of a batch fail together when they are told to', async () => {
    const writes: number[][] = []
    const batch = createStatementBatcher<number, number>(
      async (items) => {
        writes.push(items)
        throw new Error('away')
      },
      { doFailTogether: true },
    )
    const results = await Promise.allSettled([1, 2, 3].map((n) => batch.add(n)))
    assert.ok(results.every(({ status }) => status === 'rejected'))
    assert.deepEqual(writes, [[1, 2, 3]])
  })

  test('a batch takes what comes in the same turn of the event loop when it is told to', async () => {
    const writes: number[][] = []
    const batch = createStatementBatcher<number, number>(
      async (items) => {
        writes.push(items)
        return items
      },
      { isTurnCollected: true },
    )
    const later = Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => batch.add(2))
    await Promise.all([batch.add(1), later])
    assert.deepEqual(writes, [[1, 2]])
  })

  test('it may be used inside a transaction, whose fate it does not share', async () => {
    const batch = batcher(10)
    let added: Promise<string> | undefined
    await database.db
      .transaction(async () => {
        added = batch.add(7000)
        throw new Error('no')
      })
      .catch(() => undefined)
    assert.equal(await added, 'stored 7000')
    await batch.flush()
  })
})
