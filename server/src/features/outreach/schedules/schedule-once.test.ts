import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ApiClient } from '../../../../test/api-client.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import {
  addWarmContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
} from '../../../../test/linked-session.ts'
import { type SecondProcess, startSecondProcess } from '../../../../test/second-process.ts'
import { until } from '../../../../test/until.ts'
import type { Context } from '../../../context.ts'
import { runDue } from './run.service.ts'
import { sendExecution } from './send.service.ts'

let app: LinkedApp
let tenant: TestTenant
let api: ApiClient
let session: LinkedSession
let person: string

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  api = await tenant.apiWith(['*'])
  session = await linkSession(app, tenant.api)
  person = await addWarmContact(app, session)
})
after(() => app.close())

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape
type Any = any

const system = (): Context => ({ ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } })
const read = (id: string): Promise<Any> => api.get(200, `/scheduled-messages/${id}`)
const heard = (text: string) =>
  app.simulator.messages(person).filter((message) => message.text === text).length

/** A schedule whose next run is due now. */
async function dueNow(text: string): Promise<Any> {
  const made = await api.post(201, '/scheduled-messages', {
    name: text,
    session_id: session.id,
    chat_id: person,
    message: text,
    schedule_type: 'cron',
    cron_expression: '*/5 * * * *',
  })
  app.clock.jump(Date.parse(made.next_run_at) + 100 - app.clock.nowMs())
  return made
}

/** The text is on the phone once, and stays alone when everything that is due has been done. */
async function assertOnce(id: string, text: string, runJobs: () => Promise<unknown>): Promise<void> {
  await until(text, async () => {
    await runJobs()
    return heard(text) > 0 && (await read(id)).executions[0].status === 'completed' ? true : undefined
  })
  await runJobs()
  assert.deepEqual([heard(text), (await read(id)).executions.length], [1, 1])
  await api.post(200, `/scheduled-messages/${id}/cancel`, {})
}

suite('a run happens once', () => {
  test('however many begin it at the same time', async () => {
    const made = await dueNow('Begun at once')
    const payload = {
      tenantId: tenant.id,
      scheduleId: made.id,
      dueAt: new Date(made.next_run_at).toISOString(),
    }
    await Promise.all(Array.from({ length: 8 }, () => runDue(system(), payload, { attempt: 1 })))
    await assertOnce(made.id, 'Begun at once', () => app.runJobs())
  })

  test('however often the job that sends is tried, as after a kill -9', async () => {
    const made = await dueNow('Sent twice')
    const dueAt = new Date(made.next_run_at).toISOString()
    await runDue(system(), { tenantId: tenant.id, scheduleId: made.id, dueAt }, { attempt: 1 })
    const [{ id: executionId }] = (await read(made.id)).executions
    const send = () => sendExecution(system(), { tenantId: tenant.id, executionId }, { attempt: 1 })
    await Promise.all([send(), send(), send()])
    await send()
    await assertOnce(made.id, 'Sent twice', () => app.runJobs())
  })

  test('a job of a time that was changed meanwhile does nothing', async () => {
    const made = await dueNow('Changed')
    await api.patch(200, `/scheduled-messages/${made.id}`, { cron_expression: '0 9 * * *' })
    const dueAt = new Date(made.next_run_at).toISOString()
    await runDue(system(), { tenantId: tenant.id, scheduleId: made.id, dueAt }, { attempt: 1 })
    await app.runJobs()
    assert.deepEqual([heard('Changed'), (await read(made.id)).executions], [0, []])
    await api.post(200, `/scheduled-messages/${made.id}/cancel`, {})
  })
})

// An embedded database belongs to one process.
suite('two processes on one database', { skip: !isServerTest }, () => {
  let second: SecondProcess
  let overdue: Any
  before(async () => {
    overdue = await dueNow('Overdue at a start')
    app.clock.jump(2 * 60_000)
    second = await startSecondProcess(app)
  })
  after(() => second.close())

  test('start while a schedule is overdue, and make up for it once', async () => {
    await assertOnce(overdue.id, 'Overdue at a start', async () => {
      await second.app.jobs.drain()
      await app.runJobs()
    })
  })

  test('run each schedule once, and go on when one of them is gone', async () => {
    // One after the other: with a clock in a test's hands both would set the database's at once.
    const both = async () => {
      await second.app.jobs.drain()
      await app.runJobs()
    }
    const ofSecond: Context = { ...second.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }
    for (const text of ['Both 1', 'Both 2', 'Both 3']) {
      const made = await dueNow(text)
      const dueAt = new Date(made.next_run_at).toISOString()
      const payload = { tenantId: tenant.id, scheduleId: made.id, dueAt }
      await Promise.all(
        [system(), ofSecond, system(), ofSecond].map((ctx) => runDue(ctx, payload, { attempt: 1 })),
      )
      await assertOnce(made.id, text, both)
    }
    const made = await dueNow('The other one')
    // Only the process without the session looks for work: it begins the run, the other sends.
    await second.app.jobs.drain()
    assert.equal((await read(made.id)).executions.length, 1)
    await assertOnce(made.id, 'The other one', both)
  })
})
