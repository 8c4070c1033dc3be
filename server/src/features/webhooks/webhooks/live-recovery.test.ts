import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, suite, test } from 'node:test'
import { until } from '../../../../test/until.ts'
import { openWebhooks, type Webhooks } from '../../../../test/webhooks.ts'

let app: Webhooks

suite('deliveries while time passes by itself', () => {
  before(async () => {
    app = await openWebhooks({ isLive: true })
  })
  after(() => app.close())

  test('a receiver that was slow during a burst has everything soon, in order, with nothing new before it', async () => {
    await using hook = await app.setUp()
    let wellAtMs = Number.POSITIVE_INFINITY
    const arrivedMs: number[] = []
    hook.endpoint.answer(() => {
      const nowMs = performance.now()
      arrivedMs.push(nowMs)
      return nowMs < wellAtMs ? { afterMs: 1500 } : {}
    })
    wellAtMs = performance.now() + 4000
    for (let n = 0; n < 600; n += 50)
      await app.receive(hook.tenantId, ...Array.from({ length: 50 }, (_, at) => `m ${n + at}`))
    await until('it is well', () => performance.now() > wellAtMs || undefined)
    for (let n = 600; n < 650; n += 1) await app.receive(hook.tenantId, `m ${n}`)
    const { received } = hook.endpoint
    await until('everything', () => received.length >= 650 || undefined, { timeoutMs: 25_000 })
    const since = arrivedMs.filter((ms) => ms > wellAtMs)
    const pauses = since.slice(1).map((ms, at) => ms - (since[at] ?? 0))
    assert.ok(Math.max(...pauses) < 4000, `a pause of ${Math.max(...pauses)} ms`)
    const order = received.map(({ body }) => Number(body.data.message.slice(2)))
    assert.equal(new Set(order).size, 650)
    for (const [place, n] of order.entries())
      assert.ok(Math.abs(n - place) <= 60, `${n} was number ${place}: more than what is under way at once`)
  })

  test('a receiver whose port was closed has what waits at most 10 s after it is back', async () => {
    await using hook = await app.setUp()
    const { port } = new URL(hook.endpoint.url)
    await hook.endpoint.close()
    await app.receive(hook.tenantId, ...Array.from({ length: 30 }, (_, n) => `m ${n}`))
    const isRefused = async () => (await hook.read()).failure_count >= 3 || undefined
    await until('it fails', isRefused)
    const seen: string[] = []
    const back = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      seen.push(JSON.parse(Buffer.concat(chunks).toString()).data.message)
      response.end()
    })
    await new Promise<void>((resolve) => back.listen(Number(port), '127.0.0.1', resolve))
    const startedMs = performance.now()
    await until('everything', () => new Set(seen).size === 30 || undefined, { timeoutMs: 15_000 })
    back.closeAllConnections()
    back.close()
    assert.ok(performance.now() - startedMs <= 10_000)
  })
})
