import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import sharp from 'sharp'
import { byPhone, createList, textsOn, untilJob } from '../../../../test/bulk-world.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import { liftRequestRate } from '../../../../test/lift-limits.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
} from '../../../../test/linked-session.ts'
import { until } from '../../../../test/until.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession
let files: Server
let fileUrl: string
let isFileThere = true

before(async () => {
  // A pause between two messages that no test waits for: what was begun stays where it is.
  app = await createLinkedApp({ config: { pace: 1 } })
  tenant = await app.tenant()
  await liftRequestRate(app.database.db)
  await tenant.api.patch(200, '/tenant/settings', { cold_contacts: 'warn' })
  session = await linkSession(app, tenant.api)
  // A token would expire while pauses pass.
  tenant = { ...tenant, api: await tenant.apiWith(['bulk-send:read', 'bulk-send:manage']) }
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
  files = createServer((_request, response) => {
    if (isFileThere) response.writeHead(200, { 'content-type': 'image/png' }).end(picture)
    else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await until('the file server', () => files.listening || undefined)
  fileUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}/menu.png`
})
after(async () => {
  files.close()
  await app.close()
})

const people = (count: number): string[] => Array.from({ length: count }, () => addContact(app))

async function start(phones: readonly string[], more: Record<string, unknown> = {}) {
  // The job before keeps its distance.
  await passPause()
  const custom_group_id = await createList(app, tenant, phones)
  const content = 'variants' in more || 'media_url' in more ? {} : { message_content: 'Hello {{name|there}}' }
  return tenant.api.post(201, '/bulk-send', { session_id: session.id, custom_group_id, ...content, ...more })
}

const act = (id: string, action: string, status = 200) =>
  tenant.api.post(status, `/bulk-send/${id}/${action}`, {})
/** Lets time pass in steps between which the connection answers, as it does when time passes by itself. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10_000) {
    app.clock.advance(Math.min(left, 10_000))
    await tenant.api.get(200, '/bulk-send?limit=1')
    await until('the connection', () => app.app.ctx.engine.isWorking(session.id) || undefined)
  }
}

/** The longest pause between two messages is over. */
const passPause = () => pass(121_000)

/** Waits for a job. A pause that began only after the time had passed takes some more of it. */
async function untilPassed(
  id: string,
  isExpected: Parameters<typeof untilJob>[2],
): ReturnType<typeof untilJob> {
  for (let round = 0; ; round += 1) {
    try {
      return await untilJob(tenant.api, id, isExpected, 3_000)
    } catch (error) {
      if (round === 15) throw error
    }
    await pass(10_000)
  }
}
const untilSent = (id: string, count: number) => untilPassed(id, (job) => job.sent_count >= count)
const untilStatus = (id: string, status: string) => untilPassed(id, (job) => job.status === status)

suite('steering a bulk job', () => {
  test('between two messages 30 to 120 seconds pass, and the job says when the next one goes', async () => {
    const made = await start(people(3))
    const job = await untilSent(made.id, 1)
    const left = Date.parse(job.next_send_at) - app.clock.nowMs()
    assert.ok(left > 25_000 && left <= 121_000, `${left} ms`)
    assert.deepEqual([job.status, job.waits_for], ['running', null])
    await pass(left - 5_000)
    assert.equal((await tenant.api.get(200, `/bulk-send/${made.id}`)).sent_count, 1)
    await passPause()
    await untilSent(made.id, 2)
    await act(made.id, 'cancel')
  })

  test('paused, changed and resumed: who had it keeps it, the others get what it says now', async () => {
    const phones = people(4)
    const made = await start(phones)
    await untilSent(made.id, 1)
    await tenant.api.patch(400, `/bulk-send/${made.id}`, { message_content: 'Too late' })
    assert.equal((await act(made.id, 'pause')).status, 'paused')
    await act(made.id, 'pause', 400)
    await passPause()
    const edited = await tenant.api.patch(200, `/bulk-send/${made.id}`, {
      variants: ['One', 'Two'],
      name: 'Sale',
    })
    assert.partialDeepStrictEqual(edited, { message_content: null, variants: ['One', 'Two'], name: 'Sale' })
    const refused = await tenant.api.patch(422, `/bulk-send/${made.id}`, { message: 'Hello {{firstname}}' })
    assert.match(refused.detail, /^message_content: .*\{\{firstname\}\}/)
    assert.equal((await act(made.id, 'resume')).status, 'running')
    await act(made.id, 'resume', 400)
    for (const sent of [2, 3]) {
      await untilSent(made.id, sent)
      await passPause()
    }
    await untilStatus(made.id, 'completed')
    const texts = phones.map((phone) => textsOn(app, phone))
    assert.deepEqual(texts[0], ['Hello there'])
    assert.deepEqual(texts.slice(2).flat().toSorted(), ['One', 'Two'], 'the variants are used evenly')
  })

  test('cancelled: nobody else gets it, the quota of those who wait is given back', async () => {
    const made = await start(people(4))
    await untilSent(made.id, 1)
    const cancelled = await act(made.id, 'cancel')
    assert.partialDeepStrictEqual(cancelled, {
      status: 'cancelled',
      quota_released: 3,
      quota_reserved: 0,
      skipped_count: 3,
    })
    assert.notEqual(cancelled.completed_at, null)
    for (const action of ['cancel', 'pause', 'resume']) await act(made.id, action, 400)
    const job = await tenant.api.get(200, `/bulk-send/${made.id}`)
    assert.deepEqual(
      job.recipients.map((one: { skip_reason: string | null }) => one.skip_reason),
      [null, 'cancelled', 'cancelled', 'cancelled'],
    )
  })

  test('of one session one job runs; the next begins when it is paused or ends, and keeps its distance', async () => {
    const a = await start(people(3))
    await untilSent(a.id, 1)
    const b = await start(people(1))
    assert.deepEqual([a.status, b.status], ['running', 'pending'])
    await untilSent(a.id, 2)
    await act(a.id, 'pause')
    const running = await untilStatus(b.id, 'running')
    assert.equal(running.sent_count, 0)
    assert.equal((await act(a.id, 'resume')).status, 'pending')
    await passPause()
    await untilStatus(b.id, 'completed')
    await untilStatus(a.id, 'running')
    await passPause()
    await untilStatus(a.id, 'completed')
  })

  test('send_before: whoever was not reached is skipped as expired, also of a job that is paused', async () => {
    await passPause()
    const send_before = new Date(app.clock.nowMs() + 300_000).toISOString()
    const running = await start(people(14), { send_before })
    await untilSent(running.id, 1)
    const paused = await start(people(2), { send_before })
    await act(paused.id, 'pause')
    await pass(200_000)
    await app.runJobs()
    const job = await untilStatus(running.id, 'completed')
    const reasons = job.recipients.map((one: { skip_reason: string | null }) => one.skip_reason)
    assert.equal(reasons.at(-1), 'expired')
    assert.equal(job.sent_count + job.skipped_count + job.failed_count, 14)
    const other = await tenant.api.get(200, `/bulk-send/${paused.id}`)
    assert.partialDeepStrictEqual(other, { status: 'completed', skipped_count: 2, quota_reserved: 0 })
  })

  test('quiet hours: nothing leaves, and the job says until when', async () => {
    const now = new Date(app.clock.nowMs())
    const clockTime = (ms: number) => new Date(now.getTime() + ms).toISOString().slice(11, 16)
    const quiet_hours = { start: clockTime(-3_600_000), end: clockTime(300_000) }
    const [phone = ''] = people(1)
    const made = await start([phone], { quiet_hours, time_zone: 'UTC' })
    const waiting = await untilJob(tenant.api, made.id, (job) => job.waits_for === 'quiet_hours')
    assert.equal(waiting.next_send_at.slice(11, 16), quiet_hours.end)
    assert.deepEqual(textsOn(app, phone), [])
    await pass(300_000)
    await untilStatus(made.id, 'completed')
    assert.equal(textsOn(app, phone).length, 1)
  })

  test('a file goes to everybody with its caption; one that is gone pauses the job and fails nobody', async () => {
    const phones = people(2)
    const made = await start(phones, { media_url: fileUrl, message_content: 'Menu for {{name|you}}' })
    assert.equal(made.message_type, 'media')
    await passPause()
    await untilSent(made.id, 1)
    const [first = '', second = ''] = phones
    const [message] = app.simulator.messages(first)
    assert.deepEqual([message?.kind, message?.text], ['image', 'Menu for you'])
    isFileThere = false
    const paused = await until('a paused job', async () => {
      await passPause()
      const job = await tenant.api.get(200, `/bulk-send/${made.id}`)
      return job.status === 'paused' ? job : undefined
    })
    assert.match(
      paused.error,
      /^Paused after 5 failures in a row\. The last one: media_url: the server answered 404/,
    )
    assert.partialDeepStrictEqual(paused, { failed_count: 0, sent_count: 1, quota_reserved: 1 })
    isFileThere = true
    await act(made.id, 'resume')
    await passPause()
    const job = await untilStatus(made.id, 'completed')
    assert.equal(byPhone(job).get(second).skip_reason, null)
    assert.equal(app.simulator.messages(second).length, 1)
  })
})
