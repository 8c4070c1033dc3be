import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { suite, test } from 'node:test'
import pg from 'pg'
import { until } from '../../../test/until.ts'
import { Listener } from './listener.ts'

const letIn = Buffer.from('R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', 'latin1')
const fields = 'SERROR\0VERROR\0C25006\0Mcannot execute LISTEN during recovery\0\0'
const refusal = Buffer.concat([
  Buffer.from(['E'.charCodeAt(0), 0, 0, 0, fields.length + 4]),
  Buffer.from(fields),
  Buffer.from('Z\0\0\0\x05I', 'latin1'),
])

suite('the connection for notifications', () => {
  test('to a server that lets nobody listen, as one that is not promoted yet, is given back at each try', async (t) => {
    const sockets = new Set<Socket>()
    let tries = 0
    const server = createServer((socket) => {
      tries += 1
      sockets.add(socket.on('error', () => {}))
      socket.on('close', () => sockets.delete(socket))
      socket.once('data', () => {
        socket.write(letIn)
        socket.on('data', () => socket.write(refusal))
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const reports = { onError: () => {}, onReconnect: () => {} }
    const listener = new Listener(() => new pg.Client({ host: '127.0.0.1', port, user: 'me' }), reports)
    t.after(async () => {
      await listener.close()
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    for (let n = 1; n <= 3; n += 1)
      await assert.rejects(
        listener.listen('news', () => {}),
        /during recovery/,
      )
    await until('that all are given back', () => sockets.size === 0 || undefined, { timeoutMs: 5000 })
    assert.equal(tries, 3)
  })
})
