import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { suite, test } from 'node:test'
import { safeLookup } from '../../platform/outgoing/proxy.ts'
import { ProxyRoute } from './proxy.ts'

/** Somebody who listens where a proxy is said to be, and counts who comes. */
async function listen(misbehave: (socket: Socket) => void = (socket) => void socket.destroy()) {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.on('error', () => undefined)
    misbehave(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

const misbehaviours: Record<string, (socket: Socket) => void> = {
  'hangs up': (socket) => socket.destroy(),
  'says goodbye': (socket) => socket.end(),
  'resets the connection': (socket) => socket.resetAndDestroy(),
  'talks nonsense': (socket) => socket.end('nonsense\r\n\r\n'),
  'talks without end': (socket) => {
    // A failed write ends it: writing again from within its callback would go round for ever.
    const talk = (error?: Error | null): void => {
      if (!error && !socket.destroyed) socket.write('x: y\r\n'.repeat(500), talk)
    }
    talk()
  },
}

suite('a proxy that misbehaves', () => {
  for (const scheme of ['http', 'https', 'socks5']) {
    for (const [what, misbehave] of Object.entries(misbehaviours)) {
      test(`${scheme}: one that ${what} is an error of the connection and of nothing else`, async () => {
        await using server = await listen(misbehave)
        const route = new ProxyRoute(`${scheme}://127.0.0.1:${server.port}`)
        const dispatcher = route.createDispatcher({})
        const asked = dispatcher.request({ origin: 'https://whatsapp.example', path: '/', method: 'GET' })
        await assert.rejects(asked)
        assert.match(route.takeFailure() ?? '', /^the proxy/)
        await dispatcher.destroy()
      })
    }
  }
})

suite('the name of a proxy', () => {
  for (const scheme of ['http', 'https', 'socks5']) {
    test(`${scheme}: nothing is connected to where the name must not lead`, async () => {
      await using server = await listen()
      const open = async (allow: string[]) => {
        const route = new ProxyRoute(`${scheme}://localhost:${server.port}`, safeLookup(allow))
        const dispatcher = route.createDispatcher({})
        const asked = dispatcher.request({ origin: 'http://whatsapp.example', path: '/', method: 'GET' })
        await assert.rejects(asked)
        await dispatcher.destroy()
      }
      await open([])
      assert.equal(server.connections(), 0)
      await open(['localhost'])
      assert.equal(server.connections(), 1)
    })
  }
})
