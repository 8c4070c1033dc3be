import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { CampaignWorld } from '../../../../test/campaign-world.ts'
import { createTestApp, type TestApp } from '../../../../test/harness.ts'
import { startSecondProcess } from '../../../../test/second-process.ts'
import { until } from '../../../../test/until.ts'
import { estimateEnd, type ProgressJob } from './progress.ts'

let app: TestApp
let world: CampaignWorld
let origin: string
const readers: Frames[] = []

before(async () => {
  app = await createTestApp()
  world = await CampaignWorld.create(app)
  origin = await app.app.http.listen({ port: 0 })
})
after(() => closed(app))
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.cancel()
})

/** Closes a server: what readers left open is cut when its grace is over, on the test's clock. */
async function closed(server: { close(): Promise<void> }): Promise<void> {
  const closing = server.close().then(() => true)
  const soon = () => new Promise<undefined>((resolve) => setImmediate(() => resolve(undefined)))
  await until('the server is closed', () => {
    app.clock.advance(1000)
    return Promise.race([closing, soon()])
  })
}

/** The frames of an open stream. */
class Frames {
  readonly response: Response
  text = ''
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>

  constructor(response: Response) {
    this.response = response
    if (response.body === null) throw new Error('no body')
    this.#reader = response.body.getReader()
    readers.push(this)
  }

  static async open(jobId: string, at = origin, headers: Record<string, string> = {}): Promise<Frames> {
    const authorization = `Bearer ${world.tenant.token}`
    return new Frames(
      await fetch(`${at}/api/v2/bulk-send/${jobId}/progress`, {
        headers: { authorization, ...headers },
        signal: AbortSignal.timeout(19_000),
      }),
    )
  }

  /** The first frame from now on that says this. */
  async until(expected: Record<string, unknown>): Promise<Record<string, unknown>> {
    for (;;) {
      for (let end = this.text.indexOf('\n\n'); end >= 0; end = this.text.indexOf('\n\n')) {
        const block = this.text.slice(0, end)
        this.text = this.text.slice(end + 2)
        assert.doesNotMatch(block, /^event:/m)
        const [, data] = /^data: (.*)$/m.exec(block) ?? []
        if (data === undefined) continue
        const frame = JSON.parse(data)
        if (Object.entries(expected).every(([key, value]) => frame[key] === value)) return frame
      }
      const { done, value } = await this.#reader.read()
      if (done) assert.fail(`the stream ended before ${JSON.stringify(expected)}`)
      this.text += Buffer.from(value).toString('utf8')
    }
  }

  /** Resolves with the rest when the server ends the stream. */
  async end(): Promise<string> {
    for (;;) {
      const { done, value } = await this.#reader.read()
      if (done) return this.text
      this.text += Buffer.from(value).toString('utf8')
    }
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel().catch(() => {})
  }
}

suite('progress', () => {
  test('is a frame now and one for each change, of what was sent, read and answered, and ends with the job', async () => {
    const people = [world.person(), world.person(), world.person()] as const
    const job = await world.job(people)
    const frames = await Frames.open(job)
    assert.match(frames.response.headers.get('content-type') ?? '', /^text\/event-stream/)
    assert.equal(frames.response.headers.get('cache-control'), 'no-store')
    const first = await frames.until({})
    assert.deepEqual(Object.keys(first).slice(0, 6), [
      'sent',
      'total',
      'failed',
      'status',
      'pending',
      'skipped',
    ])
    assert.partialDeepStrictEqual(first, {
      sent: 0,
      total: 3,
      failed: 0,
      status: 'running',
      pending: 3,
      skipped: 0,
    })
    const sent = await world.send(job, people[0])
    await frames.until({ sent: 1, pending: 2 })
    await world.progress([sent], 'delivered')
    await frames.until({ delivered: 1, read: 0, read_unknown: 1 })
    await world.hear(people[0])
    await frames.until({ replied: 1, read: 1, read_unknown: 0 })
    app.clock.advance(20_000)
    await world.tenant.api.post(200, `/bulk-send/${job}/cancel`, {})
    const last = await frames.until({ status: 'cancelled' })
    assert.partialDeepStrictEqual(last, {
      sent: 1,
      skipped: 2,
      pending: 0,
      next_send_at: null,
      expected_end_at: null,
    })
    assert.equal(await frames.end(), '')
    const again = await Frames.open(job)
    await again.until({ status: 'cancelled' })
    assert.equal(await again.end(), '')
  })

  test('keeps the connection alive with comments', async () => {
    const job = await world.job([world.person()])
    const frames = await Frames.open(job)
    await frames.until({})
    app.clock.advance(20_000)
    await world.tenant.api.post(200, `/bulk-send/${job}/cancel`, {})
    assert.match(await frames.end(), /^: /m)
  })

  test('is JSON once for whoever asks for that, and a stream for whoever takes anything', async () => {
    const job = await world.job([world.person()])
    const url = `/bulk-send/${job}/progress`
    const { api } = world.tenant
    const json = await api.get(200, url, { accept: 'application/json' })
    assert.partialDeepStrictEqual(json, {
      sent: 0,
      total: 1,
      failed: 0,
      status: json.status,
      pending: 1,
      skipped: 0,
    })
    for (const query of ['stream=false', 'stream=False', 'stream=0']) {
      const reply = await api.call('GET', `${url}?${query}`)
      assert.match(reply.headers['content-type'] ?? '', /^application\/json/)
      assert.equal(reply.body.total, 1)
    }
    const axios = await api.call('GET', url, { headers: { accept: 'application/json, text/plain, */*' } })
    assert.equal(axios.body.total, 1)
    assert.match((await api.get(422, `${url}?stream=maybe`)).detail, /^stream/)
    const any = await Frames.open(job, origin, { accept: '*/*' })
    await any.until({ total: 1 })
    const own = await Frames.open(job, origin, { accept: 'text/event-stream' })
    await own.until({ total: 1 })
    const key = await world.tenant.apiWith(['leads:read'])
    const refused = await key.call('GET', url, { headers: { accept: 'application/json' } })
    assert.deepEqual([refused.status, refused.headers['x-required-scopes']], [403, 'bulk-send:read'])
    assert.equal((await fetch(`${origin}/api/v2${url}`)).status, 401)
  })

  test('comes from whichever process runs the job', async (t) => {
    if (app.app.ctx.db.kind === 'embedded') return t.skip('an embedded database belongs to one process')
    const second = await startSecondProcess(app)
    try {
      const elsewhere = await second.app.http.listen({ port: 0 })
      const ann = world.person()
      const job = await world.job([ann])
      const frames = await Frames.open(job, elsewhere)
      await frames.until({ sent: 0 })
      const sent = await world.send(job, ann)
      await frames.until({ sent: 1 })
      await world.progress([sent], 'read')
      await frames.until({ read: 1 })
      await world.tenant.api.post(200, `/bulk-send/${job}/cancel`, {})
      await frames.until({ status: 'cancelled' })
      await frames.end()
    } finally {
      await closed(second)
    }
  })
})

suite('the expected end', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  const job: ProgressJob = {
    status: 'running',
    totalRecipients: 11,
    sentCount: 0,
    failedCount: 0,
    skippedCount: 0,
    nextSendAt: new Date('2026-03-01T12:01:00Z'),
    waitsFor: null,
    quietHours: null,
    sendBefore: null,
  }
  const minutesTo = (end: Date | null) => (end === null ? null : (end.getTime() - now.getTime()) / 60_000)

  test('counts the usual pause from the next message on, more for quiet hours, and no later than send_before', () => {
    assert.equal(minutesTo(estimateEnd(job, now, 1)), 14)
    assert.equal(minutesTo(estimateEnd({ ...job, sentCount: 10 }, now, 1)), 1)
    const many = { ...job, totalRecipients: 1001 }
    const quietHours = { start: '20:00', end: '08:00' }
    const [open, quiet] = [estimateEnd(many, now, 1), estimateEnd({ ...many, quietHours }, now, 1)]
    assert.deepEqual([minutesTo(open), minutesTo(quiet)], [1301, 2601])
    const sendBefore = new Date('2026-03-01T13:00:00Z')
    assert.deepEqual(estimateEnd({ ...many, sendBefore }, now, 1), sendBefore)
  })

  test('is unknown for a job that does not run or waits for what nobody can foresee', () => {
    for (const status of ['pending', 'paused', 'completed', 'cancelled', 'failed'] as const)
      assert.equal(estimateEnd({ ...job, status }, now, 1), null)
    assert.equal(estimateEnd({ ...job, nextSendAt: null, waitsFor: 'session' }, now, 1), null)
  })
})
