import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import pino from 'pino'
import { startCuttableProxy } from '../../../test/cuttable-proxy.ts'
import { isServerTest, openTestDatabase } from '../../../test/harness-database.ts'
import { until } from '../../../test/until.ts'
import { openDatabase } from './open.ts'

/** A database server behind a proxy, and how often it was told that it serves again. */
async function open(t: TestContext) {
  const database = await openTestDatabase()
  const url = new URL(database.databaseUrl ?? '')
  const proxy = await startCuttableProxy({ host: url.hostname, port: Number(url.port) })
  url.host = `127.0.0.1:${proxy.port}`
  const log = pino({ level: 'silent' })
  const db = await openDatabase({ dataDirectory: database.dataDirectory, databaseUrl: url.href, log })
  t.after(async () => {
    await db.close()
    await proxy[Symbol.asyncDispose]()
    await database.close()
  })
  const heard: string[] = []
  await db.listen('news', (payload) => heard.push(payload))
  let recoveries = 0
  const ignore = db.onRecovery(() => {
    recoveries += 1
  })
  return { db, proxy, heard, ignore, recoveries: () => recoveries, write: database.db.pool }
}

// What a full disk and a broken engine do to the embedded database is tested in embedded/engine-faults.test.ts.
suite('a PostgreSQL server that was away', { skip: !isServerTest, timeout: 120_000 }, () => {
  test('is told to whoever waits once it serves again, each time, until nobody wants to hear it', async (t) => {
    const { db, proxy, heard, ignore, recoveries, write } = await open(t)
    for (const outage of [1, 2]) {
      await proxy.cut()
      await assert.rejects(db.pool.query('SELECT 1'))
      assert.equal(recoveries(), outage - 1)
      await proxy.mend()
      await until('that it was told', () => recoveries() === outage || undefined)
      await db.pool.query('SELECT 1')
      await write.query(`NOTIFY news, '${outage}'`)
      await until('the notification', () => heard.includes(String(outage)) || undefined)
    }
    ignore()
    await proxy.cut()
    await proxy.mend()
    await until('a notification', async () => {
      await write.query("NOTIFY news, 'again'")
      return heard.includes('again') || undefined
    })
    assert.equal(recoveries(), 2)
  })

  test('is told also when something accepted connections meanwhile and never answered', async (t) => {
    const { proxy, heard, recoveries, write } = await open(t)
    await proxy.cut()
    const sockets: Socket[] = []
    t.after(() => {
      for (const socket of sockets) socket.destroy()
    })
    const silent = createServer((socket) => void sockets.push(socket.on('error', () => {})))
    silent.listen(proxy.port, '127.0.0.1')
    await once(silent, 'listening')
    await until('a connection to it', () => sockets.length > 0 || undefined)
    silent.close()
    await proxy.mend()
    await until('that it was told', () => recoveries() === 1 || undefined, { timeoutMs: 20_000 })
    await write.query("NOTIFY news, 'later'")
    await until('the notification', () => heard.includes('later') || undefined)
  })
})
