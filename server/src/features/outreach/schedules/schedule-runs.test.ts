import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import sharp from 'sharp'
import type { ApiClient } from '../../../../test/api-client.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  recordEvents,
} from '../../../../test/linked-session.ts'
import { type MediaHost, openMediaHost } from '../../../../test/media-host.ts'
import { until, untilAnswer } from '../../../../test/until.ts'
import { sweepSchedules } from './run.service.ts'

const minuteMs = 60_000

let app: LinkedApp
let host: MediaHost
let tenant: TestTenant
let session: LinkedSession
let person: string
/** A key: an access token would expire while time is moved on. */
let api: ApiClient

before(async () => {
  app = await createLinkedApp()
  const create = { width: 60, height: 40, channels: 3, background: 'teal' } as const
  host = await openMediaHost({ 'menu.png': await sharp({ create }).png().toBuffer() })
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
  person = await addWarmContact(app, session)
  api = await tenant.apiWith(['*'])
})
after(async () => {
  await app.close()
  await host[Symbol.asyncDispose]()
})

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
type Any = any

/** Every five minutes to a person who has written, unless a test says otherwise. */
async function schedule(fields: Record<string, unknown> = {}): Promise<Any> {
  return api.post(201, '/scheduled-messages', {
    name: 'Reminder',
    session_id: session.id,
    chat_id: `${person}@c.us`,
    message_content: 'Hello {{name|there}}',
    schedule_type: 'cron',
    cron_expression: '*/5 * * * *',
    ...fields,
  })
}

const read = (id: string): Promise<Any> => api.get(200, `/scheduled-messages/${id}`)

/** Moves time to so many milliseconds after the next run of a schedule, and runs what is due. */
async function passRun({ id }: { id: string }, lateMs = 1000): Promise<void> {
  const { next_run_at: next } = await read(id)
  app.clock.jump(Date.parse(next) + lateMs - app.clock.nowMs())
  await app.runJobs()
}

/** Waits until the newest run has ended, and answers it. */
function untilEnded(id: string): Promise<Any> {
  return until(`the end of a run of ${id}`, async () => {
    await app.runJobs()
    const [run] = (await read(id)).executions
    return run === undefined || run.status === 'running' ? undefined : run
  })
}

const end = (id: string): Promise<Any> => api.post(200, `/scheduled-messages/${id}/cancel`, {})

suite('runs of schedules', () => {
  test('a person gets the text filled in, the run is told with its figures, and the next one is there', async () => {
    const events = recordEvents(app, ['scheduled_message.executed', 'message.sent'])
    const text = `At ${app.clock.nowMs()} {{name|there}}`
    const made = await schedule({ message_content: text })
    await passRun(made)
    const run = await untilEnded(made.id)
    const now = await read(made.id)
    await events.close()
    assert.partialDeepStrictEqual(run, {
      status: 'completed',
      total_recipients: 1,
      sent_count: 1,
      failed_count: 0,
      skipped_count: 0,
      error: null,
    })
    assert.equal(Date.parse(run.scheduled_for), Date.parse(made.next_run_at))
    assert.ok(Date.parse(run.started_at) - Date.parse(run.scheduled_for) <= 2000, 'begins within two seconds')
    const expected = text.replace('{{name|there}}', 'Sample Contact')
    const got = () => app.simulator.messages(person).filter((message) => message.text === expected)
    await until('the message on the phone', () => got()[0])
    assert.equal(got().length, 1)
    assert.deepEqual([now.next_run_at, now.run_count], [made.next_runs[1], 1])
    assert.equal(Date.parse(now.last_run_at), Date.parse(run.started_at))
    const sent = events.received.find(({ name }) => name === 'message.sent')?.payload as Any
    assert.deepEqual(sent.metadata, { schedule_id: made.id, schedule_execution_id: run.id })
    const told = events.received.filter(({ name }) => name === 'scheduled_message.executed')
    assert.deepEqual(
      told.map(({ payload }) => payload),
      [
        {
          tenantId: tenant.id,
          scheduleId: made.id,
          executionId: run.id,
          status: 'completed',
          totalRecipients: 1,
          sentCount: 1,
          failedCount: 0,
          skippedCount: 0,
          error: null,
          nextRunAt: now.next_run_at,
        },
      ],
    )
    const history = await api.get(200, `/scheduled-messages/${made.id}/history`)
    assert.deepEqual(history, { executions: [run], total: 1, limit: 50, offset: 0 })
    assert.equal((await tenant.api.get(200, `/messages/${run.message_id}`)).direction, 'outbound')
    await end(made.id)
  })

  test('a one_time schedule is completed by its run, and then can be deleted', async () => {
    const at = new Date(app.clock.nowMs() + 90_000).toISOString()
    const made = await schedule({ schedule_type: 'one_time', cron_expression: undefined, scheduled_time: at })
    await passRun(made)
    assert.equal((await untilEnded(made.id)).status, 'completed')
    const now = await read(made.id)
    assert.partialDeepStrictEqual(now, {
      status: 'completed',
      next_run_at: null,
      next_runs: [],
      run_count: 1,
    })
    await api.delete(200, `/scheduled-messages/${made.id}`)
  })

  test('a file goes with the text below it', async () => {
    const made = await schedule({ media_url: host.url('menu.png'), message_content: 'The menu' })
    assert.equal(made.message_type, 'media')
    await passRun(made)
    assert.equal((await untilEnded(made.id)).status, 'completed')
    const found = await until('the picture', () =>
      app.simulator.messages(person).find((message) => message.kind === 'image'),
    )
    assert.equal(found.text, 'The menu')
    await end(made.id)
    const gone = await schedule({ media_url: host.url('gone.png') })
    await passRun(gone)
    assert.partialDeepStrictEqual(await untilEnded(gone.id), {
      status: 'failed',
      failed_count: 1,
      error: 'media_not_found',
    })
    await end(gone.id)
  })

  test('a group gets it as it stands', async () => {
    const member = addContact(app)
    const group = app.simulator.createGroup({ subject: 'Club', owner: member, members: [session.phone] })
    const made = await schedule({ chat_id: group.id, message_content: 'Training {{name|everybody}}, at six' })
    await passRun(made)
    assert.equal((await untilEnded(made.id)).status, 'completed')
    await until('the post', () =>
      app.simulator.messages(member).find((message) => message.text === 'Training everybody, at six'),
    )
    await end(made.id)
  })

  test('a channel gets a post, and the post names the schedule', async () => {
    const channel = await api.post(201, '/channels', { session_id: session.id, name: 'News' })
    const made = await schedule({ chat_id: undefined, channel_id: channel.id, message_content: 'New today' })
    await passRun(made)
    const run = await untilEnded(made.id)
    assert.partialDeepStrictEqual(run, { status: 'completed', sent_count: 1, message_id: null })
    const { posts } = await api.get(200, `/channels/${channel.id}/posts`)
    assert.partialDeepStrictEqual(posts[0], {
      id: run.post_id,
      text: 'New today',
      source: 'schedule',
      schedule_id: made.id,
    })
    await end(made.id)
  })

  test('WhatsApp slow and quick again: a post to a channel keeps no other run waiting, and goes out once', async () => {
    const channel = await api.post(201, '/channels', { session_id: session.id, name: 'Slow news' })
    const made = await schedule({ chat_id: undefined, channel_id: channel.id, message_content: 'Slowly' })
    app.simulator.fault({ kind: 'slow', phone: session.phone, delayMs: 60_000 })
    const begunMs = performance.now()
    await passRun(made)
    const tookMs = performance.now() - begunMs
    assert.ok(tookMs < 15_000, `the answer was waited for: ${tookMs} ms, in one of few places`)
    const [waiting] = (await read(made.id)).executions
    assert.partialDeepStrictEqual(waiting, { status: 'running', total_recipients: 1, sent_count: 0 })
    const pending = await api.get(200, `/channels/${channel.id}/posts?status=pending`)
    assert.deepEqual([pending.total, pending.posts[0].id], [1, waiting.post_id])
    app.simulator.fault({ kind: 'slow', phone: session.phone, clear: true })
    app.simulator.fault({ kind: 'drop', phone: session.phone })
    assert.partialDeepStrictEqual(await untilEnded(made.id), { status: 'completed', sent_count: 1 })
    assert.equal(app.simulator.channels.posts(channel.wa_channel_id).length, 1)
    await end(made.id)
  })

  test('whoever opted out is skipped; a number without WhatsApp is a failure', async () => {
    const out = await addWarmContact(app, session)
    await api.put(200, `/opt-outs/${out}`, {})
    const toOut = await schedule({ chat_id: `${out}@c.us` })
    const toNobody = await schedule({ chat_id: '15559998877@c.us' })
    await passRun(toOut)
    assert.partialDeepStrictEqual(await untilEnded(toOut.id), {
      status: 'skipped',
      sent_count: 0,
      skipped_count: 1,
      error: 'recipient_opted_out',
    })
    assert.partialDeepStrictEqual(await untilEnded(toNobody.id), {
      status: 'failed',
      failed_count: 1,
      error: 'recipient_not_on_whatsapp',
    })
    for (const { id } of [toOut, toNobody]) await end(id)
  })

  test('a session that does not work makes the run fail, not the schedule; the next run goes', async () => {
    const other = await app.tenant()
    const line = await linkSession(app, other.api)
    const friend = await addWarmContact(app, line)
    const their = await other.apiWith(['*'])
    const made = await their.post(201, '/scheduled-messages', {
      name: 'Reminder',
      session_id: line.id,
      chat_id: friend,
      message: 'Hello',
      schedule_type: 'cron',
      cron_expression: '*/5 * * * *',
    })
    await their.post(200, `/sessions/${line.id}/stop`, {})
    app.clock.jump(Date.parse(made.next_run_at) + 500 - app.clock.nowMs())
    await app.runJobs()
    const seen = await their.get(200, `/scheduled-messages/${made.id}`)
    assert.partialDeepStrictEqual(seen, { status: 'active', run_count: 1 })
    assert.partialDeepStrictEqual(seen.executions[0], {
      status: 'failed',
      total_recipients: 1,
      failed_count: 1,
      error: 'session_not_working',
    })
    await their.post(200, `/sessions/${line.id}/start`, {})
    await untilAnswer(
      () => their.get(200, `/sessions/${line.id}`),
      ({ status }) => status === 'working',
    )
    app.clock.jump(Date.parse(seen.next_run_at) + 500 - app.clock.nowMs())
    await untilAnswer(
      async () => {
        await app.runJobs()
        return their.get(200, `/scheduled-messages/${made.id}`)
      },
      ({ executions }) => executions[0].status === 'completed',
    )
    await their.post(200, `/scheduled-messages/${made.id}/cancel`, {})
  })
})

suite('runs whose message or post goes before it has left', () => {
  // The line is renewed when time jumps while WhatsApp is slow.
  const works = async (): Promise<void> => {
    app.simulator.fault({ kind: 'slow', phone: session.phone, clear: true })
    await untilAnswer(
      () => api.get(200, `/sessions/${session.id}`),
      ({ status }) => status === 'working' && app.app.ctx.engine.isWorking(session.id),
    )
  }
  beforeEach(works)
  afterEach(works)

  /** A run that waits for WhatsApp, which is slow. */
  async function underWay(fields: Record<string, unknown>): Promise<Any> {
    const made = await schedule(fields)
    app.simulator.fault({ kind: 'slow', phone: session.phone, delayMs: 60_000 })
    await passRun(made)
    await until('a run under way', async () => {
      await app.runJobs()
      const [run] = (await read(made.id)).executions
      return (run?.message_id ?? run?.post_id) || undefined
    })
    return made
  }
  /** WhatsApp is quick again, and a little later it is looked for what nobody heard of. */
  async function sweep(): Promise<void> {
    app.simulator.fault({ kind: 'slow', phone: session.phone, clear: true })
    app.clock.jump(2 * minuteMs)
    await sweepSchedules(app.app.ctx)
  }

  test('a channel that is removed: the schedule is cancelled, and its run has failed', async () => {
    const channel = await api.post(201, '/channels', { session_id: session.id, name: 'Short-lived' })
    const made = await underWay({ chat_id: undefined, channel_id: channel.id, message_content: 'Too late' })
    await api.delete(200, `/channels/${channel.id}`)
    await sweep()
    const { status, executions } = await read(made.id)
    assert.equal(status, 'cancelled')
    assert.partialDeepStrictEqual(executions, [{ status: 'failed', failed_count: 1, error: 'post_gone' }])
  })

  test('a message that is gone, as when its person is erased: a one_time schedule is completed all the same', async () => {
    const at = new Date(app.clock.nowMs() + 90_000).toISOString()
    const once = { schedule_type: 'one_time', cron_expression: undefined, scheduled_time: at }
    const made = await underWay(once)
    const [{ message_id: messageId }] = (await read(made.id)).executions
    await app.database.db.pool.query('DELETE FROM messages WHERE id = $1', [messageId])
    await sweep()
    const { status, executions } = await read(made.id)
    assert.equal(status, 'completed')
    assert.partialDeepStrictEqual(executions, [{ status: 'failed', failed_count: 1, error: 'message_gone' }])
  })
})

suite('runs that were missed', () => {
  test('one run makes up for them all, and names the newest', async () => {
    const made = await schedule()
    await passRun(made, 62 * minuteMs)
    const run = await untilEnded(made.id)
    const { executions, next_run_at: next } = await read(made.id)
    assert.equal(executions.length, 1)
    assert.equal(run.status, 'completed')
    assert.equal(Date.parse(run.scheduled_for), Date.parse(made.next_run_at) + 60 * minuteMs)
    assert.equal(Date.parse(next), Date.parse(made.next_run_at) + 65 * minuteMs)
    await end(made.id)
  })

  test('none does where the schedule says so, or when the next run is near', async () => {
    const skipping = await schedule({ missed_runs: 'skip', cron_expression: '0 * * * *' })
    const near = await schedule({ cron_expression: '0 * * * *' })
    const windowed = await schedule({ send_within_minutes: 30, cron_expression: '0 * * * *' })
    await passRun(skipping, 57 * minuteMs)
    for (const { id } of [skipping, near, windowed]) {
      assert.partialDeepStrictEqual(await untilEnded(id), {
        status: 'skipped',
        total_recipients: 0,
        error: 'missed',
      })
      const now = await read(id)
      assert.deepEqual([now.status, now.run_count, now.last_run_at], ['active', 0, null])
      assert.ok(Date.parse(now.next_run_at) > app.clock.nowMs())
      await end(id)
    }
  })

  test('a one_time run is made up for within 24 hours, later it is skipped', async () => {
    const once = () =>
      schedule({
        schedule_type: 'one_time',
        cron_expression: undefined,
        scheduled_time: new Date(app.clock.nowMs() + 5000).toISOString(),
      })
    const late = await once()
    await passRun(late, 23 * 60 * minuteMs)
    assert.equal((await untilEnded(late.id)).status, 'completed')
    const tooLate = await once()
    await passRun(tooLate, 24 * 60 * minuteMs + 2000)
    assert.partialDeepStrictEqual(await untilEnded(tooLate.id), { status: 'skipped', error: 'missed' })
    assert.equal((await read(tooLate.id)).status, 'completed')
  })

  test('a schedule whose job was tidied away while nothing ran gets another', async () => {
    const made = await schedule({ cron_expression: '0 9 * * *' })
    await app.database.db.pool.query("DELETE FROM pgboss.job WHERE name = 'schedules.run'")
    await passRun(made, 30 * minuteMs)
    await until('the sweep', async () => {
      app.clock.advance(minuteMs)
      await app.runJobs()
      return (await read(made.id)).executions[0]
    })
    assert.equal((await untilEnded(made.id)).status, 'completed')
    await end(made.id)
  })

  test('paused schedules miss nothing: they go on from now', async () => {
    const made = await schedule()
    await api.post(200, `/scheduled-messages/${made.id}/pause`, {})
    app.clock.jump(20 * minuteMs)
    await app.runJobs()
    const resumed = await api.post(200, `/scheduled-messages/${made.id}/resume`, {})
    assert.deepEqual((await read(made.id)).executions, [])
    const waitMs = Date.parse(resumed.next_run_at) - app.clock.nowMs()
    assert.ok(waitMs > 0 && waitMs <= 5 * minuteMs)
    await end(made.id)
  })
})
