import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { createSession } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import {
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { until, untilAnswer } from '../../../../test/until.ts'
import type { Context } from '../../../context.ts'
import { outsideTransaction } from '../../../platform/database/transaction.ts'
import { deliverRun } from './report-delivery.service.ts'
import { buildRun, startDueRun } from './report-runs.service.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
})
after(() => app.close())

const order = (body: Record<string, unknown> = {}) =>
  tenant.api.post(201, '/reports', {
    name: 'Sessions',
    template_id: 'session_health',
    schedule_type: 'one_time',
    delivery_method: 'whatsapp',
    timezone: 'Asia/Tokyo',
    ...body,
  })

/** The report once its run has come to its end: it arrived or did not. */
async function ended(id: string) {
  await app.runJobs()
  const report = await untilAnswer(
    () => tenant.api.get(200, `/reports/${id}`),
    ({ executions: [run] }) => run !== undefined && (run.delivered || run.error !== null),
  )
  return { report, run: report.executions[0] }
}

const shownToOwner = () => app.simulator.messages(session.phone).map((message) => message.text)

suite('reports to the own chat', () => {
  test('arrive as one text with the moments of their zone, from the first session that works', async () => {
    const made = await order()
    assert.equal(made.session_id, session.id)
    const { report, run } = await ended(made.id)
    assert.deepEqual([report.status, report.last_error], ['completed', null])
    assert.deepEqual(
      [run.status, run.delivered, run.error, run.delivery_method],
      ['completed', true, null, 'whatsapp'],
    )
    assert.deepEqual(shownToOwner(), [run.text])
    assert.match(
      run.text,
      /^\*Session Health Check\*\nSessions\n2026-02-04 19:\d\d to 2026-02-11 19:\d\d \(Asia\/Tokyo\)/,
    )
    const usage = await tenant.api.get(200, '/usage/current')
    assert.equal(usage.messages_sent, 1)
  })

  test('whoever brings it again, after a crash or at the same time, sends nothing twice (superset #22664)', async () => {
    const ctx: Context = { ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }
    const before = shownToOwner().length
    const { id } = await order()
    const { rows } = await ctx.db.sql.execute<{ at: string; execution: string }>(text`
      SELECT next_run_at::text AS at FROM reports WHERE id = ${id}`)
    const job = { id: 'test', attempt: 1, signal: new AbortController().signal }
    await startDueRun(ctx, id, new Date(rows[0]?.at ?? 0))
    const made = await ctx.db.sql.execute<{ id: string }>(text`
      SELECT id FROM report_executions WHERE report_id = ${id}`)
    const executionId = made.rows[0]?.id ?? ''
    await buildRun(ctx, executionId, job)
    await Promise.all([1, 2, 3].map(() => deliverRun(ctx, executionId, job)))
    const { run } = await ended(id)
    assert.equal(run.delivered, true)
    assert.equal(shownToOwner().length, before + 1)
    const { messages } = await tenant.api.get(200, `/messages/chat/${session.id}/${session.phone}@c.us`)
    assert.equal(messages.length, before + 1)
  })

  test('what WhatsApp does not take is kept with the run and told (lightdash #8023, #17987)', async () => {
    app.simulator.fault({ kind: 'ack_error', phone: session.phone, code: 479, count: 1 })
    const told = nextEvent(app, 'report.executed', (event) => event.error !== null)
    const { id } = await order()
    const { report, run } = await ended(id)
    assert.deepEqual([run.status, run.delivered], ['completed', false])
    assert.match(run.error, /479/)
    assert.equal(report.last_error, run.error)
    assert.ok(run.content !== null && run.text !== null, 'the report can be read all the same')
    assert.partialDeepStrictEqual(await told, { reportId: id, delivered: false, status: 'completed' })
  })

  // Only a server lets a run end between two reads of one answer and the test hold it there.
  test('who asks while a run ends reads all of the end or nothing of it', {
    skip: !isServerTest,
  }, async () => {
    const { id } = (await tenant.api.get(200, '/reports?limit=1')).reports[0]
    const { asking } = await app.app.ctx.db.transaction(async (sql) => {
      await sql.execute(text`LOCK TABLE report_executions IN ACCESS EXCLUSIVE MODE`)
      await sql.execute(text`UPDATE report_executions SET error = 'the end' WHERE report_id = ${id}`)
      await sql.execute(text`UPDATE reports SET last_error = 'the end' WHERE id = ${id}`)
      const asking = outsideTransaction(() => tenant.api.get(200, `/reports/${id}`))
      await until('the second read', async () => {
        const { rows } = await sql.execute(text`
          SELECT 1 FROM pg_locks WHERE relation = 'report_executions'::regclass AND NOT granted`)
        return rows.length > 0 || undefined
      })
      return { asking }
    })
    const report = await asking
    assert.equal(report.executions[0].error, report.last_error)
  })

  test('a session that connects anew is waited for, a quarter of an hour and no longer', async () => {
    const { sql } = app.app.ctx.db
    const become = (id: string, status: string) =>
      sql.execute(text`
        UPDATE sessions SET status = ${status}, desired_state = 'running', phone_number = coalesce(phone_number, '15550008888')
        WHERE id = ${id}`)
    const before = shownToOwner().length
    const away = await createSession(tenant.api)
    const [kept, given] = [await order({ session_id: session.id }), await order({ session_id: away.id })]
    for (const { id } of [session, away]) await become(id, 'starting')
    await app.runJobs()
    for (const { id } of [kept, given]) {
      const [run] = (await tenant.api.get(200, `/reports/${id}`)).executions
      assert.deepEqual([run.status, run.delivered, run.error], ['completed', false, null])
    }
    await sql.execute(text`
      UPDATE report_executions SET run_at = run_at - interval '16 minutes' WHERE report_id = ${given.id}`)
    await become(session.id, 'working')
    app.clock.jump(31_000)
    assert.match((await ended(given.id)).run.error, /not connected to WhatsApp/)
    assert.equal((await ended(kept.id)).run.delivered, true)
    await tenant.api.delete(200, `/sessions/${away.id}`)
    assert.equal(shownToOwner().length, before + 1)
  })

  test('what waits to be brought when its session is deleted does not go to another account', async () => {
    const ctx: Context = { ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } }
    const other = await linkSession(app, tenant.api)
    const before = shownToOwner().length
    const [made, begun] = [await order({ session_id: other.id }), await order({ session_id: other.id })]
    const job = { id: 'test', attempt: 1, signal: new AbortController().signal }
    for (const { id } of [made, begun]) {
      const due = await ctx.db.sql.execute<{ at: string }>(text`
        SELECT next_run_at::text AS at FROM reports WHERE id = ${id}`)
      await startDueRun(ctx, id, new Date(due.rows[0]?.at ?? 0))
    }
    const run = await ctx.db.sql.execute<{ id: string }>(text`
      SELECT id FROM report_executions WHERE report_id = ${made.id}`)
    await buildRun(ctx, run.rows[0]?.id ?? '', job)
    await tenant.api.delete(200, `/sessions/${other.id}`)
    for (const { id } of [made, begun]) {
      const { report, run: end } = await ended(id)
      assert.deepEqual([end.delivered, end.error], [false, 'The session was deleted'])
      assert.deepEqual([report.status, report.session_id, report.last_error], ['completed', null, end.error])
    }
    assert.equal(shownToOwner().length, before)
  })

  test('a session that is stopped does not send; the refusal is kept, and the report can be read', async () => {
    const weekly = await order({
      schedule_type: 'weekly',
      scheduled_time: new Date(app.clock.nowMs() + 3_600_000).toISOString(),
    })
    await tenant.api.post(200, `/sessions/${session.id}/stop`)
    const { id } = await order({ session_id: session.id })
    const { report, run } = await ended(id)
    assert.match(run.error, /not connected to WhatsApp/)
    assert.deepEqual([run.delivered, report.last_error], [false, run.error])
    assert.ok(run.content !== null)
    await tenant.api.delete(200, `/sessions/${session.id}`)
    const cancelled = await tenant.api.get(200, `/reports/${weekly.id}`)
    assert.deepEqual(
      [cancelled.status, cancelled.next_run_at, cancelled.session_id, cancelled.last_error],
      ['cancelled', null, null, 'The session was deleted'],
    )
    const revived = await tenant.api.patch(200, `/reports/${weekly.id}`, { delivery_method: 'dashboard' })
    assert.equal(revived.status, 'active')
    assert.notEqual(revived.next_run_at, null)
  })
})
