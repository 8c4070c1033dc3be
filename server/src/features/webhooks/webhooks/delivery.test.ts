import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { TestClock } from '../../../platform/clock.ts'
import {
  type AttemptResult,
  buildBody,
  buildHeaders,
  classify,
  describeStatus,
  parseRetryAfter,
} from './delivery.ts'
import { EndpointSlots, type Slot } from './endpoint-slots.ts'

const id = '019c4c2e-6a00-7000-8000-000000000001'
const event = 'message.received'
const standardSecret = `whsec_${Buffer.from('a key of thirty-two random bytes').toString('base64')}`

const keyOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 0xfb).toString('base64')}`

/** Secrets, and whether they are of Standard Webhooks: what is none signs with its bytes in both schemes. */
const secrets: readonly (readonly [string, boolean])[] = [
  [standardSecret, true],
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', true],
  [keyOf(16), true],
  [keyOf(24), true],
  [keyOf(32), true],
  [keyOf(64), true],
  ['whsec_my_secret', false],
  ['whsec_', false],
  ['whsec_secret', false],
  ['whsec_test1234', false],
  ['whsec_change-me', false],
  ['whsec_пароль', false],
  ['whsec_abc', false],
  ['whsec_not base64!', false],
  ['whsec_my-very-long-secret-that-is-no-base64', false],
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS', true],
  [keyOf(12), false],
  ['whsec_-_KQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', false],
  ['WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', false],
  ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', false],
  ['x', false],
  ['a secret typed by hand', false],
  ['schlüssel mit ümlauten', false],
]

const answered = (statusCode: number, retryAfter: string | null = null): AttemptResult => {
  const error = describeStatus(statusCode)
  return { statusCode, response: '', retryAfter, durationMs: 5, error }
}
const unanswered: AttemptResult = {
  statusCode: null,
  response: null,
  retryAfter: null,
  durationMs: 10_000,
  error: 'No answer within 10 s',
}

describe('the body of a delivery', () => {
  it('carries id, event, moment without fractions and data', () => {
    const body = buildBody({
      id,
      event,
      atMs: Date.parse('2026-02-11T10:00:00.987Z'),
      data: { message: 'Grüße 👋' },
    })
    assert.deepEqual(JSON.parse(body.toString()), {
      id,
      event,
      timestamp: '2026-02-11T10:00:00Z',
      data: { message: 'Grüße 👋' },
    })
  })
})

describe('the signatures of a delivery', () => {
  // The published verifier compares with the machine's clock.
  const atMs = Math.floor(performance.timeOrigin + performance.now())
  const body = buildBody({ id, event, atMs, data: { message: 'Grüße 👋' } })

  for (const [secret, isStandard] of secrets) {
    it(`verify by the published package and by an independent HMAC: ${secret.slice(0, 40)}`, () => {
      const headers = buildHeaders({ id, event, body, secret, atMs })
      const verifier = isStandard
        ? new Webhook(secret)
        : new Webhook(new TextEncoder().encode(secret), { format: 'raw' })
      assert.deepEqual(verifier.verify(body, headers), JSON.parse(body.toString()))
      const key = isStandard ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
      const signed = Buffer.concat([Buffer.from(`${id}.${Math.floor(atMs / 1000)}.`), body])
      assert.equal(
        headers['webhook-signature'],
        `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
      )
      assert.equal(
        headers['x-webhook-signature'],
        createHmac('sha256', Buffer.from(secret)).update(body).digest('hex'),
      )
      assert.match(headers['x-webhook-signature'] ?? '', /^[0-9a-f]{64}$/)
    })
  }

  it('refuse a changed body', () => {
    const headers = buildHeaders({ id, event, body, secret: standardSecret, atMs })
    assert.throws(() => new Webhook(standardSecret).verify(`${body} `, headers))
  })

  it('are absent without a secret, the other headers are not', () => {
    const headers = buildHeaders({ id, event, body, secret: null, atMs: 1_770_804_000_999 })
    assert.deepEqual(headers, {
      'content-type': 'application/json',
      'user-agent': 'MoltFlow-Webhooks/1',
      'x-webhook-event': event,
      'x-webhook-delivery': id,
      'x-webhook-timestamp': '1770804000',
    })
  })
})

describe('what follows from an attempt', () => {
  const retrySeconds = [5, 300, 1800]
  const round = { failedBefore: 0, retrySeconds, random: 0.5, nowMs: Date.parse('2026-02-11T10:00:00Z') }

  it('2xx is delivered, everything else is not', () => {
    for (const status of [200, 201, 202, 204, 299])
      assert.equal(classify(answered(status), round).kind, 'delivered')
    for (const status of [301, 302, 307, 400, 401, 404, 429, 500, 503]) {
      assert.equal(classify(answered(status), round).kind, 'retry', String(status))
    }
    assert.equal(classify(unanswered, round).kind, 'retry')
  })

  it('410 is gone at once', () => {
    assert.deepEqual(classify(answered(410), round), { kind: 'gone' })
  })

  it('retries follow the schedule and end with it', () => {
    const delays = [0, 1, 2].map((failedBefore) => classify(answered(500), { ...round, failedBefore }))
    assert.deepEqual(delays, [
      { kind: 'retry', afterMs: 5_000 },
      { kind: 'retry', afterMs: 300_000 },
      { kind: 'retry', afterMs: 1_800_000 },
    ])
    assert.deepEqual(classify(answered(500), { ...round, failedBefore: 3 }), { kind: 'failed' })
  })

  it('jitter stays within 20 % either way', () => {
    const at = (random: number) => classify(answered(500), { ...round, failedBefore: 1, random })
    assert.deepEqual(at(0), { kind: 'retry', afterMs: 240_000 })
    assert.deepEqual(at(0.999999), { kind: 'retry', afterMs: 360_000 })
  })

  it('Retry-After puts a retry off, never forward, and at most a day', () => {
    assert.deepEqual(classify(answered(503, '60'), round), { kind: 'retry', afterMs: 60_000 })
    assert.deepEqual(classify(answered(503, '1'), round), { kind: 'retry', afterMs: 5_000 })
    assert.deepEqual(classify(answered(429, 'Wed, 11 Feb 2026 10:02:00 GMT'), round), {
      kind: 'retry',
      afterMs: 120_000,
    })
    assert.deepEqual(classify(answered(503, '999999999'), round), { kind: 'retry', afterMs: 86_400_000 })
    assert.equal(parseRetryAfter('soon', round.nowMs), undefined)
    assert.equal(parseRetryAfter('Wed, 11 Feb 2026 09:00:00 GMT', round.nowMs), 0)
  })
})

describe('room for attempts', () => {
  /** Enters many times at once; those that wait in memory are neither admitted nor put off. */
  async function enterMany(slots: EndpointSlots, webhookId: string, count: number) {
    const admitted: Slot[] = []
    let turnedAway = 0
    for (let index = 0; index < count; index += 1) {
      const found = slots.enter(webhookId)
      if (found instanceof Promise) void found.then((slot) => 'leave' in slot && admitted.push(slot))
      else if ('because' in found) turnedAway += 1
      else admitted.push(found)
    }
    for (const slot of admitted) slot.begin()
    return { admitted, turnedAway }
  }

  it('an endpoint that stops answering leaves room for the others', async () => {
    const clock = new TestClock()
    const slots = new EndpointSlots(clock)
    const first = await enterMany(slots, 'dead', 500)
    assert.equal(first.admitted.length, 20)
    assert.equal(first.turnedAway, 180, '300 wait in memory')
    assert.equal((await enterMany(slots, 'alive', 20)).admitted.length, 20)
    clock.advance(1001)
    // Noticed at the next delivery: all but 40 give their place to others.
    await enterMany(slots, 'dead', 1)
    const busy = await enterMany(slots, 'busy', 320)
    assert.equal(busy.turnedAway, 0)
  })

  it('many slow endpoints together leave room for the others', async () => {
    const clock = new TestClock()
    const slots = new EndpointSlots(clock)
    for (let index = 0; index < 100; index += 1) {
      const { admitted } = await enterMany(slots, `slow ${index}`, 1)
      clock.advance(10_000)
      for (const slot of admitted) slot.leave()
    }
    let running = 0
    let putOff = 0
    for (let index = 0; index < 100; index += 1) {
      const { admitted, turnedAway } = await enterMany(slots, `slow ${index}`, 10)
      running += admitted.length
      putOff += turnedAway
    }
    assert.equal(running, 100)
    assert.ok(1000 - putOff <= 200, 'running and waiting for slow endpoints')
    assert.equal((await enterMany(slots, 'alive', 20)).admitted.length, 20)
  })

  it('who waits follows as soon as the endpoint answers', async () => {
    const slots = new EndpointSlots(new TestClock())
    const { admitted } = await enterMany(slots, 'busy', 50)
    assert.equal(admitted.length, 20)
    for (const slot of admitted.slice(0, 5)) slot.leave()
    await Promise.resolve()
    assert.equal(admitted.length, 25)
  })

  it('who waits goes in the order of the events, whoever came first', async () => {
    const slots = new EndpointSlots(new TestClock())
    const { admitted } = await enterMany(slots, 'busy', 20)
    const order: string[] = []
    for (const place of ['d', 'e', 'f', 'a', 'b', 'c']) {
      const entered = slots.enter('busy', { place })
      assert.ok(entered instanceof Promise)
      void entered.then((slot) => 'leave' in slot && order.push(place))
    }
    for (const slot of admitted.slice(0, 6)) slot.leave()
    await Promise.resolve()
    assert.deepEqual(order, ['a', 'b', 'c', 'd', 'e', 'f'])
  })

  it('who waits goes when the process stops', async () => {
    const slots = new EndpointSlots(new TestClock())
    await enterMany(slots, 'busy', 20)
    const stopping = new AbortController()
    const waiting = slots.enter('busy', { signal: stopping.signal })
    stopping.abort()
    assert.deepEqual(await waiting, { because: 'stopping' })
  })

  it('what is new finds no room while older ones wait in the database, though there is room', async () => {
    const slots = new EndpointSlots(new TestClock())
    const { admitted } = await enterMany(slots, 'busy', 321)
    assert.deepEqual(await slots.enter('busy'), { because: 'full' }, 'the 321st was turned away before')
    while (admitted.length > 0) {
      for (const slot of admitted.splice(0)) slot.leave()
      await Promise.resolve()
    }
    assert.deepEqual(await slots.enter('busy'), { because: 'full' })
    assert.ok('leave' in (await slots.enter('busy', { isNew: false })), 'whose turn it is')
    assert.ok('leave' in (await slots.enter('another')))
  })

  it('those that wait are fetched when few are left in memory, and until there are none', async () => {
    const slots = new EndpointSlots(new TestClock())
    assert.equal(slots.roomFor('busy'), undefined, 'nothing waits')
    const { admitted } = await enterMany(slots, 'busy', 320)
    slots.park('busy')
    assert.equal(slots.roomFor('busy'), undefined, 'enough is in memory')
    while (admitted.length > 0) {
      for (const slot of admitted.splice(0)) slot.leave()
      await Promise.resolve()
    }
    const first = slots.roomFor('busy')
    assert.equal(first?.count, 170)
    assert.equal(slots.roomFor('busy'), undefined, 'they are on their way')
    first?.settle(0)
    const second = slots.roomFor('busy')
    assert.ok(second, 'one is not stored yet')
    second.settle(0)
    slots.noteParked('busy')
    const room = slots.roomFor('busy')
    slots.park('busy')
    slots.noteParked('busy')
    room?.settle(0)
    const last = slots.roomFor('busy')
    assert.ok(last, 'one came meanwhile')
    last.settle(0)
    assert.equal(slots.roomFor('busy'), undefined)
    assert.ok('leave' in (await slots.enter('busy')))
  })
})
