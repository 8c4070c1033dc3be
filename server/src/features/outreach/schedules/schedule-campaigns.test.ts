import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eq, sql as text } from 'drizzle-orm'
import type { ApiClient } from '../../../../test/api-client.ts'
import { createList, textsOn, untilJob } from '../../../../test/bulk-world.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
  recordEvents,
} from '../../../../test/linked-session.ts'
import { until } from '../../../../test/until.ts'
import type { Context } from '../../../context.ts'
import { outsideTransaction } from '../../../platform/database/transaction.ts'
import { publishChange } from '../../account/tenants/changes.service.ts'
import { tenants } from '../../account/tenants/tenants.tables.ts'
import { segmentFilterSchema } from '../segments/segments.schema.ts'
import { setFilter } from '../segments/set-filter.service.ts'
import { runDue } from './run.service.ts'
import { refuseDeletion } from './schedules.service.ts'

let app: LinkedApp
let tenant: TestTenant
let api: ApiClient
let session: LinkedSession
let ada: string
let bia: string

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  api = await tenant.apiWith(['*'])
  session = await linkSession(app, tenant.api)
  ada = await addWarmContact(app, session)
  bia = await addWarmContact(app, session)
})
after(() => app.close())

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
type Any = any

const schedule = (fields: Record<string, unknown>): Promise<Any> =>
  api.post(201, '/scheduled-messages', {
    name: 'News',
    session_id: session.id,
    schedule_type: 'cron',
    cron_expression: '*/10 * * * *',
    ...fields,
  })

const read = (id: string): Promise<Any> => api.get(200, `/scheduled-messages/${id}`)

/** Passes the next run of a schedule and answers it when it is as expected. */
async function passRun(id: string, isExpected = isEnded): Promise<Any> {
  const { next_run_at: next, executions } = await read(id)
  app.clock.jump(Date.parse(next) + 1000 - app.clock.nowMs())
  await app.runJobs()
  return untilRun(id, executions.length, isExpected)
}

const isEnded = ({ status }: Any): boolean => status !== 'running'

/** The newest run when there are more than so many and it is as expected. */
function untilRun(id: string, count: number, isExpected = isEnded): Promise<Any> {
  return until(`a run of ${id}`, async () => {
    await app.runJobs()
    const { executions } = await read(id)
    return executions.length > count && isExpected(executions[0]) ? executions[0] : undefined
  })
}

/** A group whose people a filter finds. */
async function createSegment(filter: unknown): Promise<string> {
  const id = await createList(app, tenant, [])
  const ctx: Context = { ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }
  await ctx.db.transaction((sql) => setFilter(ctx, sql, tenant.id, id, segmentFilterSchema.parse(filter)))
  return id
}

const end = (id: string): Promise<Any> => api.post(200, `/scheduled-messages/${id}/cancel`, {})

suite('runs to lists and segments', () => {
  test('a run is a bulk job of its own, and ends with its figures', async () => {
    const out = await addWarmContact(app, session)
    await tenant.api.put(200, `/opt-outs/${out}`, {})
    const people = [{ phone: ada, name: 'Ada' }, { phone: bia, name: '{{phone}} $&' }, { phone: out }]
    const list = await createList(app, tenant, people)
    const events = recordEvents(app, ['scheduled_message.executed'])
    const made = await schedule({
      custom_group_id: list,
      message: 'News for {{name|you}}',
      send_within_minutes: 60,
    })
    const run = await passRun(made.id)
    await events.close()
    assert.partialDeepStrictEqual(run, {
      status: 'completed',
      total_recipients: 3,
      sent_count: 2,
      failed_count: 0,
      skipped_count: 1,
      error: null,
      message_id: null,
    })
    assert.deepEqual(
      [ada, bia].map((phone) => textsOn(app, phone).at(-1)),
      ['News for Ada', 'News for {{phone}} $&'],
    )
    const job = await api.get(200, `/bulk-send/${run.bulk_job_id}`)
    assert.partialDeepStrictEqual(job, { status: 'completed', custom_group_id: list, quota_reserved: 0 })
    assert.equal(Date.parse(job.send_before), Date.parse(run.scheduled_for) + 60 * 60_000)
    assert.deepEqual(
      events.received.map(({ payload }) => (payload as Any).status),
      ['completed'],
    )
    await end(made.id)
  })

  test('a segment is asked anew at each run, and once_per_contact writes to each once', async () => {
    const list = await createList(app, tenant, [ada])
    const segment = await createSegment({ in_group_id: list })
    const again = await schedule({ custom_group_id: segment, message: 'Every time' })
    const once = await schedule({ custom_group_id: segment, message: 'Only once', once_per_contact: true })
    const passBoth = async () => {
      const count = (await read(once.id)).executions.length
      const first = await passRun(again.id)
      const second = await untilRun(once.id, count)
      return [first, second].map(({ status, total_recipients: total }) => [status, total])
    }
    assert.deepEqual(await passBoth(), [
      ['completed', 1],
      ['completed', 1],
    ])
    await api.post(200, `/custom-groups/${list}/members/add`, { contacts: [{ phone: bia }] })
    assert.deepEqual(await passBoth(), [
      ['completed', 2],
      ['completed', 1],
    ])
    assert.deepEqual(await passBoth(), [
      ['completed', 2],
      ['skipped', 0],
    ])
    const heard = (text: string) =>
      [ada, bia].map((phone) => textsOn(app, phone).filter((one) => one === text).length)
    assert.deepEqual(
      [heard('Every time'), heard('Only once')],
      [
        [3, 2],
        [1, 1],
      ],
    )
    await end(again.id)
    await end(once.id)
  })

  test('who has not answered is followed up until they do; whoever answers and falls silent again comes back', async () => {
    const [carl, dora] = [await addWarmContact(app, session), await addWarmContact(app, session)]
    const write = (chat_id: string) =>
      api.post(201, '/messages/send', { session_id: session.id, chat_id, message: 'Our offer' })
    // The simulated WhatsApp dates messages by the clock on the wall, not by that of the test.
    const dateAnswer = (phone: string) =>
      app.app.ctx.db.pool.query(
        `UPDATE chats h SET last_inbound_at = $1 FROM contacts c
         WHERE c.id = h.contact_id AND c.phone = $2 AND h.tenant_id = $3`,
        [app.clock.now(), phone, tenant.id],
      )
    for (const phone of [carl, dora]) {
      await dateAnswer(phone)
      app.clock.jump(1000)
      await write(phone)
    }
    app.clock.jump(3 * 24 * 3_600_000 + 1000)
    const list = await createList(app, tenant, [carl, dora])
    const segment = await createSegment({ in_group_id: list, no_answer_days: 3 })
    const weekly = { custom_group_id: segment, cron_expression: '0 9 * * MON' }
    const made = await schedule({ ...weekly, message: 'Still interested?' })
    const once = await schedule({ ...weekly, message: 'Last call', once_per_contact: true })
    const passBoth = async (): Promise<number[]> => {
      const count = (await read(once.id)).executions.length
      const first = await passRun(made.id)
      const second = await untilRun(once.id, count)
      return [first, second].map(({ total_recipients: total }) => total)
    }
    assert.deepEqual(await passBoth(), [2, 2])
    const heard = nextEvent(app, 'message.received', ({ chatId }) => chatId === `${carl}@c.us`)
    await app.simulator.sendMessage(carl, { to: session.phone, text: 'Yes, call me' })
    await heard
    await dateAnswer(carl)
    assert.deepEqual(await passBoth(), [1, 0])
    await write(carl)
    assert.deepEqual(await passBoth(), [2, 0])
    const counts = (phone: string) =>
      ['Still interested?', 'Last call'].map(
        (text) => textsOn(app, phone).filter((one) => one === text).length,
      )
    assert.deepEqual(
      [counts(carl), counts(dora)],
      [
        [2, 1],
        [3, 1],
      ],
    )
    await end(made.id)
    await end(once.id)
  })

  test('a run that is still under way keeps the next from beginning; when it ends the schedule goes on', async () => {
    const list = await createList(app, tenant, [ada, bia])
    const quiet = { start: '00:00', end: '23:59' }
    const made = await schedule({ custom_group_id: list, message: 'Slow', quiet_hours: quiet })
    const first = await passRun(made.id, ({ status }) => status === 'running')
    const second = await passRun(made.id)
    assert.partialDeepStrictEqual(second, {
      status: 'skipped',
      error: 'previous_run_unfinished',
      total_recipients: 0,
    })
    await api.post(200, `/bulk-send/${first.bulk_job_id}/cancel`, {})
    const [, ended] = (await read(made.id)).executions
    assert.partialDeepStrictEqual(ended, {
      id: first.id,
      status: 'skipped',
      skipped_count: 2,
      error: 'bulk_cancelled',
    })
    await api.patch(200, `/scheduled-messages/${made.id}`, { quiet_hours: null })
    assert.equal((await passRun(made.id)).status, 'completed')
    await end(made.id)
  })

  test('an empty list skips the run and names the reason', async () => {
    const list = await createList(app, tenant, [])
    const made = await schedule({ custom_group_id: list, message: 'Nobody' })
    assert.partialDeepStrictEqual(await passRun(made.id), {
      status: 'skipped',
      total_recipients: 0,
      bulk_job_id: null,
      error: 'empty_recipients',
    })
    await end(made.id)
  })

  test('a list or segment stays while a schedule or a job sends to it; a paused schedule does not go on without it', async () => {
    const kinds = { list: await createList(app, tenant, [ada, bia]), segment: '' }
    kinds.segment = await createSegment({ in_group_id: await createList(app, tenant, [ada, bia]) })
    for (const [kind, group] of Object.entries(kinds)) {
      const path = `/custom-groups/${group}`
      const refused = async () => {
        assert.equal((await api.delete(400, path)).code, 'custom_group_in_use', kind)
        assert.equal((await api.get(200, `${path}/preview`)).total, 2, kind)
      }
      const made = await schedule({
        custom_group_id: group,
        message: 'Held',
        quiet_hours: { start: '00:00', end: '23:59' },
      })
      await refused()
      const run = await passRun(made.id, ({ status }) => status === 'running')
      await api.post(200, `/scheduled-messages/${made.id}/pause`, {})
      await refused()
      await api.post(200, `/bulk-send/${run.bulk_job_id}/pause`, {})
      await refused()
      await api.post(200, `/bulk-send/${run.bulk_job_id}/cancel`, {})
      await api.delete(200, path)
      await app.runJobs()
      const job = await api.get(200, `/bulk-send/${run.bulk_job_id}`)
      assert.deepEqual([job.status, job.recipients_total, job.custom_group_id], ['cancelled', 2, group])
      assert.match((await api.post(404, `/scheduled-messages/${made.id}/resume`, {})).detail, /list/)
      assert.equal((await read(made.id)).status, 'paused')
      const copy = await api.post(201, `/bulk-send/${job.id}/clone`, {})
      assert.equal(copy.total_recipients, 2)
      await api.post(200, `/bulk-send/${copy.id}/cancel`, {})
      await end(made.id)
    }
  })

  test('after a downgrade nothing is sent to a list that can only be read: no run, no resumption, no copy', async () => {
    await createList(app, tenant, [bia])
    const list = await createList(app, tenant, [ada])
    const made = await schedule({ custom_group_id: list, message: 'Over the limit' })
    const first = await passRun(made.id)
    assert.equal(first.status, 'completed')
    await setPlan('unlimited', { max_custom_groups: 1 })
    assert.partialDeepStrictEqual(await passRun(made.id), { status: 'failed', error: 'plan_limit_reached' })
    await api.post(200, `/scheduled-messages/${made.id}/pause`, {})
    assert.equal(
      (await api.post(403, `/scheduled-messages/${made.id}/resume`, {})).code,
      'plan_limit_reached',
    )
    const copied = await api.post(403, `/bulk-send/${first.bulk_job_id}/clone`, {})
    assert.equal(copied.code, 'plan_limit_reached')
    await setPlan('unlimited')
    await api.post(200, `/scheduled-messages/${made.id}/resume`, {})
    assert.equal((await passRun(made.id)).status, 'completed')
    assert.equal(textsOn(app, ada).filter((one) => one === 'Over the limit').length, 2)
    await end(made.id)
  })

  test('the text of one to a list is changed, with values of its members', async () => {
    const { id: list } = await api.post(201, '/custom-groups', {
      name: 'With cities',
      members: [{ phone: ada, variables: { city: 'Berlin' } }],
    })
    const made = await schedule({ custom_group_id: list, message: 'Hello' })
    const path = `/scheduled-messages/${made.id}`
    await api.patch(200, path, { message_content: 'Hello {{city}}' })
    await api.patch(422, path, { message_content: 'Hello {{street}}' })
    await passRun(made.id)
    assert.equal(textsOn(app, ada).at(-1), 'Hello Berlin')
    await end(made.id)
  })

  test('whoever sends to a segment may name the values of the lists behind it', async () => {
    const { id: list } = await api.post(201, '/custom-groups', {
      name: 'With streets',
      members: [{ phone: ada, variables: { street: 'Elm Street' } }],
    })
    const segment = await createSegment({ in_group_id: list })
    const body = { session_id: session.id, custom_group_id: segment }
    await api.post(422, '/bulk-send', { ...body, message_content: 'You live in {{city}}' })
    const job = await api.post(201, '/bulk-send', { ...body, message_content: 'You live in {{street}}' })
    await untilJob(api, job.id, ({ status }) => status === 'completed')
    const made = await schedule({ custom_group_id: segment, message: 'Still in {{street}}' })
    await api.patch(200, `/scheduled-messages/${made.id}`, { message_content: 'Always in {{street}}' })
    await passRun(made.id)
    assert.deepEqual(textsOn(app, ada).slice(-2), ['You live in Elm Street', 'Always in Elm Street'])
    await end(made.id)
  })

  test('a run waits for who is deleting its list, who then finds the schedule or the job', {
    skip: !isServerTest,
  }, async () => {
    const { ctx } = app.app
    const list = await createList(app, tenant, [ada])
    const made = await schedule({ custom_group_id: list, message: 'Not yet' })
    app.clock.jump(Date.parse(made.next_run_at) + 1000 - app.clock.nowMs())
    const system: Context = { ...ctx, caller: { kind: 'system', tenantId: tenant.id } }
    const payload = {
      tenantId: tenant.id,
      scheduleId: made.id,
      dueAt: new Date(made.next_run_at).toISOString(),
    }
    let run: Promise<unknown> | undefined
    await ctx.db.transaction(async (sql) => {
      await sql.execute(text`SELECT FROM custom_groups WHERE id = ${list} FOR UPDATE`)
      run = outsideTransaction(() => runDue(system, payload, { attempt: 1 }))
      const question = `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE '%for key share%'`
      const probe = async () => {
        const { rowCount } = await outsideTransaction(() => ctx.db.pool.query(question))
        return rowCount === 1 || undefined
      }
      await until('the run that waits', probe, { timeoutMs: 5000 })
      await assert.rejects(refuseDeletion(sql, tenant.id, list), { code: 'custom_group_in_use' })
    })
    await run
    assert.equal((await untilRun(made.id, 0)).status, 'completed')
    await end(made.id)
  })

  test('a plan without schedules makes runs fail until it has them again', async () => {
    const list = await createList(app, tenant, [ada])
    const made = await schedule({ custom_group_id: list, message: 'Paid' })
    await setPlan('free')
    assert.partialDeepStrictEqual(await passRun(made.id), { status: 'failed', error: 'plan_feature_missing' })
    await setPlan('unlimited')
    assert.equal((await passRun(made.id)).status, 'completed')
    await end(made.id)
  })
})

async function setPlan(planId: string, limitOverrides = {}): Promise<void> {
  const { ctx } = app.app
  await ctx.db.transaction(async (sql) => {
    await sql.update(tenants).set({ planId, limitOverrides }).where(eq(tenants.id, tenant.id))
    await publishChange(ctx, sql, [`tenant:${tenant.id}`])
  })
}
