import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import pino from 'pino'
import { isServerTest, openTestDatabase, type TestDatabase } from '../../../test/harness-database.ts'
import { systemClock } from '../clock.ts'
import { systemIds } from '../ids.ts'
import { type DurableHandler, type EventBus, openEventBus } from './bus.ts'
import { defineEvent, type PublishedEvent, type Subscription } from './events.ts'
import { cutLine, PieceCollector } from './pieces.ts'
import { packFrames } from './relay.ts'

const log = pino({ level: 'silent' })
const counted = defineEvent<{ tenantId: string; n: number }>('test.counted')
const other = defineEvent<{ tenantId: string }>('test.other')

const storing: DurableHandler<{ tenant: string }> = {
  type: counted,
  async handle(context, sql, payloads) {
    for (const { n } of payloads as readonly { tenantId: string; n: number }[]) {
      await sql.execute(text`INSERT INTO seen (tenant, n) VALUES (${context.tenant}, ${n})`)
    }
  },
}

/** The next `count` things a subscription yields: the number of an event, or how many were lost. */
async function read(subscription: Subscription, count: number): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const item of subscription) {
    items.push('lost' in item ? item : (item.payload as { n?: number }).n)
    if (items.length === count) break
  }
  return items
}

suite('events', () => {
  let database: TestDatabase
  let bus: EventBus<{ tenant: string }>

  const open = (db: TestDatabase['db']): Promise<EventBus<{ tenant: string }>> =>
    openEventBus({
      db,
      clock: systemClock(),
      ids: systemIds(),
      log,
      handlers: [storing],
      contextFor: (tenant) => ({ tenant }),
      bufferCount: 5,
    })

  before(async () => {
    database = await openTestDatabase()
    await database.db.sql.execute(text`CREATE TABLE seen (tenant text, n int)`)
    bus = await open(database.db)
  })
  after(async () => {
    await bus.close()
    await database.close()
  })

  const publish = (...numbers: number[]): Promise<void> =>
    database.db.transaction((sql) =>
      bus.publishMany(
        sql,
        counted,
        numbers.map((n) => ({ tenantId: 't', n })),
      ),
    )

  test('handlers write in the transaction of the publisher, tenant by tenant', async () => {
    await assert.rejects(
      database.db.transaction(async (sql) => {
        await bus.publish(sql, counted, { tenantId: 'x', n: 1 })
        throw new Error('no')
      }),
    )
    await database.db.transaction((sql) =>
      bus.publishMany(sql, counted, [
        { tenantId: 'a', n: 1 },
        { tenantId: 'b', n: 2 },
        { tenantId: 'a', n: 3 },
      ]),
    )
    const { rows } = await database.db.sql.execute(text`SELECT tenant, n FROM seen ORDER BY n`)
    assert.deepEqual(rows, [
      { tenant: 'a', n: 1 },
      { tenant: 'b', n: 2 },
      { tenant: 'a', n: 3 },
    ])
  })

  test('subscribers get what was committed, of the names and matches they asked for', async () => {
    const subscription = bus.subscribe({
      names: [counted.name],
      matches: (event) => (event as PublishedEvent<{ tenantId: string; n: number }>).payload.n % 2 === 0,
    })
    await database.db
      .transaction(async (sql) => {
        await bus.publish(sql, counted, { tenantId: 't', n: 2 })
        throw new Error('no')
      })
      .catch(() => undefined)
    await bus.publish(database.db.sql, other, { tenantId: 't' })
    await publish(3, 4, 6)
    assert.deepEqual(await read(subscription, 2), [4, 6])
    assert.equal(bus.subscriptionCount, 0)
  })

  test('a subscriber that falls behind keeps the oldest and learns how many it lost', async () => {
    const subscription = bus.subscribe({ names: [counted.name], capacity: 2 })
    await publish(1, 2, 3, 4, 5)
    assert.deepEqual(await read(subscription, 3), [1, 2, { lost: 3, isOverrun: true }])
  })

  test('a subscriber resumes after an event that is still kept, and learns when it is not', async () => {
    const first = bus.subscribe({ names: [counted.name] })
    await publish(10)
    const [seen] = await (async () => {
      for await (const item of first) return [item as PublishedEvent]
      return []
    })()
    await publish(11, 12)
    const resumed = bus.subscribe({ names: [counted.name], afterId: seen?.id ?? '' })
    assert.deepEqual(await read(resumed, 2), [11, 12])
    await publish(13, 14, 15, 16, 17)
    const late = bus.subscribe({ names: [counted.name], afterId: seen?.id ?? '' })
    assert.deepEqual(await read(late, 1), [{ lost: 1, isOverrun: false }])
  })

  test('closing ends the reader', async () => {
    const subscription = bus.subscribe({ names: [counted.name] })
    const reading = read(subscription, 1)
    subscription.close()
    assert.deepEqual(await reading, [])
  })

  test('a line is cut anywhere, and put together again, whoever sends at the same time', () => {
    const text = JSON.stringify({ text: `${'x'.repeat(2488)}${'😀ä'.repeat(5000)}` })
    const pieces = cutLine(text) ?? []
    assert.ok(pieces.every((piece) => Buffer.byteLength(piece) < 7700 && piece === piece.toWellFormed()))
    const collector = new PieceCollector()
    const taken = pieces.flatMap((piece) => [collector.take('a', piece), collector.take('b', '{}')])
    assert.deepEqual(
      taken.filter((line) => line !== undefined && line !== '{}'),
      [text],
    )
    assert.deepEqual(
      pieces.slice(1).map((piece) => collector.take('c', piece)),
      pieces.slice(1).map(() => undefined),
    )
    assert.equal(cutLine('x'.repeat(200_000)), undefined)
  })

  test('payloads are packed below the limit of a notification, and nothing is dropped', () => {
    const texts = Array.from({ length: 200 }, (_, n) => JSON.stringify({ n, text: 'ä'.repeat(n) }))
    const frames = packFrames(texts, 'sender', 3)
    assert.ok(frames.every((frame) => Buffer.byteLength(frame) < 8000))
    assert.deepEqual(
      frames.flatMap((frame) => frame.split('\n').slice(2)),
      texts,
    )
  })

  if (isServerTest) {
    test('another process gets events once, with the same id, and learns of those too large to carry', async () => {
      const db = await database.openSecond()
      assert.ok(db !== undefined)
      const second = await open(db)
      const here = bus.subscribe({ names: [counted.name, other.name] })
      const there = second.subscribe({ names: [counted.name, other.name] })
      await publish(1, 2)
      const received: unknown[] = []
      for await (const item of there) {
        received.push(item)
        if (received.length === 2) break
      }
      const own: unknown[] = []
      for await (const item of here) {
        own.push(item)
        if (own.length === 2) break
      }
      assert.deepEqual(received, own)
      const again = second.subscribe({ names: [counted.name] })
      const publishLarge = (n: number, large: string) =>
        database.db.transaction((sql) =>
          bus.publish(sql, counted, { tenantId: 't', n, large } as { tenantId: string; n: number }),
        )
      const text = 'a😀'.repeat(9000)
      await publishLarge(9, text)
      for await (const item of again) {
        assert.ok(((item as PublishedEvent).payload as { large?: string }).large === text)
        break
      }
      const last = second.subscribe({ names: [counted.name] })
      await publishLarge(10, 'x'.repeat(200_000))
      assert.deepEqual(await read(last, 1), [{ lost: 1, isOverrun: false }])
      await second.close()
      await db.close()
    })
  }
})
