import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { createSampleServer } from '../../../test/sample-server.ts'

type SampleServer = Awaited<ReturnType<typeof createSampleServer>>

/** A server with a request that is answered when the test likes; the clock stands, so that nothing is cut by time. */
async function listen(): Promise<{
  app: SampleServer
  origin: string
  begun: Promise<void>
  finish(): void
}> {
  const started = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const metrics = async () => {
    started.resolve()
    await held.promise
    return { contentType: 'text/plain', body: 'up 1\n' }
  }
  const app = await createSampleServer({ health: { ready: {}, metrics } })
  const origin = await app.http.listen({ port: 0, host: '127.0.0.1' })
  return { app, origin, begun: started.promise, finish: () => held.resolve() }
}

/** Requests that are answered before anybody looks at what they ask for. */
const early: readonly [status: number, path: string, init: RequestInit][] = [
  [415, '/api/v2/things', { method: 'POST', body: 'x', headers: { 'content-type': 'multipart/mixed' } }],
  [415, '/api/v2/things', { method: 'POST', body: 'x', headers: { 'content-encoding': 'gzip' } }],
  [400, '/api/v2/things?search=%ff', {}],
  [400, '/api/v2/things/%ff', {}],
  [204, '/api/v2/things', { method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }],
  [404, '/nothing', {}],
]

suite('closing', () => {
  test('lets a request in flight finish, whatever was refused before it', async () => {
    for (const [status, path, init] of early) {
      const { app, origin, begun, finish } = await listen()
      const headers = { origin: 'https://app.example', ...init.headers }
      const refused = await fetch(origin + path, { ...init, headers })
      assert.equal(refused.status, status, path)
      await refused.arrayBuffer()
      const inFlight = fetch(`${origin}/metrics`)
      await begun
      const closed = app.http.close()
      // Connections would be cut in one of the next turns.
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      finish()
      assert.equal(await (await inFlight).text(), 'up 1\n', path)
      await closed
    }
  })

  test('waits for nobody when nothing is in flight, not even for a connection without a request', async () => {
    for (const [, path, init] of early) {
      const { app, origin } = await listen()
      await (await fetch(origin + path, init)).arrayBuffer()
      const unused = connect(Number(new URL(origin).port), '127.0.0.1')
      await once(unused, 'connect')
      const ended = once(unused, 'close')
      await app.http.close()
      await ended
    }
  })
})
