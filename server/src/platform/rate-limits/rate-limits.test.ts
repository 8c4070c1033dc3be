import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isServerTest, openTestDatabase } from '../../../test/harness-database.ts'
import { TestClock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { createRateLimits, type RateLimits } from './rate-limits.ts'

suite('rate limits', () => {
  test('one process counts exactly, per key, and anew each minute', async () => {
    const clock = new TestClock(Date.parse('2026-02-11T10:00:30Z'))
    const limits = createRateLimits({ clock })
    for (let n = 1; n <= 3; n += 1) assert.equal((await limits.take('a', 3)).isAllowed, true)
    const refused = await limits.take('a', 3)
    assert.deepEqual(
      [refused.isAllowed, refused.remaining, refused.resetSeconds, refused.resetAtMs],
      [false, -1, 30, Date.parse('2026-02-11T10:01:00Z')],
    )
    assert.equal((await limits.take('b', 3)).remaining, 2)
    assert.equal(limits.peek('b', 3).remaining, 2)
    clock.advance(30_000)
    assert.equal((await limits.take('a', 3)).remaining, 2)
    await limits.close()
  })

  // One process has nobody to share with on the embedded database.
  for (const limit of isServerTest ? [20, 60, 600] : []) {
    test(`three processes together stay within 5 % of ${limit}, and never above`, {
      skip: !isServerTest,
    }, async () => {
      await using database = await openTestDatabase()
      const others = [await database.openSecond(), await database.openSecond()].filter(
        (db) => db !== undefined,
      )
      let statements = 0
      const clock = new TestClock()
      const processes = [database.db, ...others].map((db) =>
        createRateLimits({ clock, db: counting(db, () => (statements += 1)) }),
      )
      const allowed = await takeInTurns(processes, limit * 3, limit)
      assert.ok(allowed <= limit, `${allowed} allowed`)
      assert.ok(allowed >= limit * 0.95, `only ${allowed} allowed`)
      assert.ok(statements < limit * 0.7 + 6, `${statements} statements`)
      for (const process of processes) await process.close()
      for (const db of others) await db.close()
    })
  }

  test('nobody is refused when the shared count cannot be reached', async () => {
    const database = await openTestDatabase()
    const limits = createRateLimits({ clock: new TestClock(), db: database.db })
    await database.close()
    assert.equal((await limits.take('a', 600)).isAllowed, true)
    await limits.close()
  })
})

function counting(db: Database, count: () => void): Database {
  const insert: Database['sql']['insert'] = (table) => {
    count()
    return db.sql.insert(table)
  }
  return { ...db, sql: Object.assign(Object.create(db.sql) as Database['sql'], { insert }) }
}

async function takeInTurns(processes: RateLimits[], requests: number, limit: number): Promise<number> {
  const states = await Promise.all(
    Array.from({ length: requests }, async (_, index) =>
      processes[index % processes.length]?.take('tenant', limit),
    ),
  )
  return states.filter((state) => state?.isAllowed).length
}
