import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { openTestDatabase } from '../../../test/harness-database.ts'
import { isOutage } from './outages.ts'
import { GuardedPool } from './transaction.ts'

function message(type: string, body: Buffer | string): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(Buffer.byteLength(body) + 4, 1)
  return Buffer.concat([head, Buffer.from(body)])
}

const ready = message('Z', 'I')
const authenticated = message('R', Buffer.alloc(4))

/** A server that lets everybody in and answers every statement with the same bytes, then hangs up when told. */
async function serverThatAnswers(t: TestContext, answer: Buffer, doesHangUp: boolean) {
  const server = createServer((socket) => {
    let isOpen = false
    socket.on('error', () => {})
    socket.on('data', () => {
      if (isOpen && doesHangUp) socket.end(answer)
      else socket.write(isOpen ? answer : Buffer.concat([authenticated, ready]))
      isOpen = true
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const pool = new GuardedPool({ host: '127.0.0.1', port, user: 'me', database: 'moltflow' })
  pool.on('error', () => {})
  t.after(async () => {
    await pool.end()
    server.close()
  })
  return pool
}

const done = message('C', 'SELECT 0\0')

// An empty answer to a look-up would be a key that is unknown and a session that is not there.
suite('an answer that could not be read', () => {
  for (const [name, answer, doesHangUp] of [
    ['without a result', ready, false],
    ['of nothing, then the end', Buffer.alloc(0), true],
    ['cut in the middle', done.subarray(0, 7), true],
    ['whole, but without its end', done, true],
    ['of rows that are announced only', message('2', ''), true],
  ] as const) {
    test(`${name} is an outage, however it was asked for`, async (t) => {
      const pool = await serverThatAnswers(t, answer, doesHangUp)
      await assert.rejects(pool.query('SELECT 1'), (error) => isOutage(error))
      await assert.rejects(pool.query('SELECT $1', ['x']), (error) => isOutage(error))
      await assert.rejects(drizzle({ client: pool }).execute(text`SELECT 1`), (error) => isOutage(error))
      const client = await pool.connect()
      await assert.rejects(client.query('SELECT 1'), (error) => isOutage(error))
      client.release(true)
    })
  }

  test('is told from one without rows', async () => {
    await using database = await openTestDatabase()
    const { rows } = await database.db.pool.query('SELECT 1 WHERE false')
    assert.deepEqual(rows, [])
    await database.db.pool.query('CREATE TABLE one (n int); CREATE TABLE two (n int); SELECT 1')
  })
})
