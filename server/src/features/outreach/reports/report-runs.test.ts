import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import type { ApiClient } from '../../../../test/api-client.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { isServerTest } from '../../../../test/harness-database.ts'
import { startSecondProcess } from '../../../../test/second-process.ts'
import { until } from '../../../../test/until.ts'
import { openWebhookReceiver } from '../../../../test/webhook-receiver.ts'
import type { Context } from '../../../context.ts'
import { buildRun, endRun, startDueRun } from './report-runs.service.ts'
import { deleteBeyond, lockReport } from './reports.store.ts'

const minute = 60_000
const hour = 60 * minute

let app: TestApp
let tenant: TestTenant
/** With a key: the clock is moved past the life of an access token. */
let api: ApiClient

before(async () => {
  app = await createTestApp()
  tenant = await app.tenant()
  api = await tenant.apiWith(['*'])
})
after(() => app.close())

const everyFive = {
  name: 'Sessions',
  template_id: 'session_health',
  schedule_type: 'cron',
  cron_expression: '*/5 * * * *',
}
const once = { ...everyFive, schedule_type: 'one_time', cron_expression: undefined }
const order = (body: Record<string, unknown>) => api.post(201, '/reports', body)

/** Lets time pass and everything that is due happen. */
async function pass(ms = 0): Promise<void> {
  app.clock.jump(ms)
  await app.runJobs()
}

const ownContext = (): Context => ({ ...app.app.ctx, caller: { kind: 'system', tenantId: tenant.id } })

/** The moment of the next run, with all its digits. */
async function dueAtOf(id: string): Promise<Date> {
  const { rows } = await ownContext().db.sql.execute<{ at: string }>(
    text`SELECT next_run_at::text AS at FROM reports WHERE id = ${id}`,
  )
  return new Date(rows[0]?.at ?? 0)
}

async function executionsOf(id: string) {
  return (await api.get(200, `/reports/${id}`)).executions
}

suite('runs of reports', () => {
  test('one_time without a time runs at once and is completed; the run is there as tables, text and a page', async () => {
    const { id, next_run_at } = await order(once)
    assert.notEqual(next_run_at, null)
    await pass()
    const report = await api.get(200, `/reports/${id}`)
    assert.deepEqual([report.status, report.next_run_at, report.last_error], ['completed', null, null])
    const [execution, ...others] = report.executions
    assert.deepEqual(others, [])
    const ended = { status: 'completed', delivered: true, error: null, delivery_method: 'dashboard' }
    assert.partialDeepStrictEqual(execution, ended)
    assert.equal(execution.content.template_id, 'session_health')
    assert.match(execution.text, /^\*Session Health Check\*\nSessions\n/)
    const path = `/reports/${id}/executions/${execution.id}/file`
    const page = await api.call('GET', path)
    assert.deepEqual([page.status, page.headers['x-content-type-options']], [200, 'nosniff'])
    assert.match(page.headers['content-type'] ?? '', /^text\/html/)
    assert.match(
      page.headers['content-disposition'] ?? '',
      /^attachment; filename="session_health-[\d-]+\.html"$/,
    )
    assert.match(page.headers['content-security-policy'] ?? '', /default-src 'none'.*sandbox/)
    assert.match(page.text, /^<!doctype html>/)
    await (await app.tenant()).api.get(404, path)
  })

  test('what came due while nothing ran is made up for by one run, then it goes on in its rhythm', async () => {
    const { id } = await order(everyFive)
    await pass(3 * hour + minute)
    assert.equal((await executionsOf(id)).length, 1)
    const { next_run_at } = await api.get(200, `/reports/${id}`)
    assert.ok(Date.parse(next_run_at) > app.clock.nowMs())
    await pass(5 * minute)
    await pass(5 * minute)
    const moments = (await executionsOf(id)).map((each: { scheduled_for: string }) => each.scheduled_for)
    assert.equal(new Set(moments).size, 3)
    await api.delete(200, `/reports/${id}`)
  })

  test('a one_time report that is more than a day late is not made, and says so', async () => {
    const at = new Date(app.clock.nowMs() + hour).toISOString()
    const [late, later] = [
      await order({ ...once, scheduled_time: at }),
      await order({ ...once, scheduled_time: at }),
    ]
    await api.post(200, `/reports/${later.id}/pause`)
    await pass(26 * hour)
    const report = await api.get(200, `/reports/${late.id}`)
    assert.deepEqual([report.status, report.executions[0].status], ['completed', 'failed'])
    assert.match(report.last_error, /24 hours/)
    assert.equal(report.executions[0].content, null)
    assert.match((await api.post(400, `/reports/${later.id}/resume`)).detail, /time .* has passed/)
    const again = await api.patch(200, `/reports/${late.id}`, {
      scheduled_time: new Date(app.clock.nowMs() + hour).toISOString(),
    })
    assert.equal(again.status, 'active')
    await pass(hour)
    assert.equal((await executionsOf(late.id)).length, 2)
  })

  test('paused, changed and deleted reports do not run at the moments they had', async () => {
    const [paused, changed, deleted] = [
      await order(everyFive),
      await order(everyFive),
      await order(everyFive),
    ]
    await api.post(200, `/reports/${paused.id}/pause`)
    await api.patch(200, `/reports/${changed.id}`, { cron_expression: '0 0 1 1 *' })
    await api.delete(200, `/reports/${deleted.id}`)
    await pass(hour)
    assert.deepEqual(await executionsOf(paused.id), [])
    assert.deepEqual(await executionsOf(changed.id), [])
    await api.post(200, `/reports/${paused.id}/resume`)
    assert.deepEqual(await executionsOf(paused.id), [])
    await pass(5 * minute)
    assert.equal((await executionsOf(paused.id)).length, 1)
    await api.delete(200, `/reports/${paused.id}`)
  })

  test('whoever asks twice, also at once, makes one run, and one content of it', async () => {
    const { id } = await order({ ...once, scheduled_time: new Date(app.clock.nowMs() + hour).toISOString() })
    const ctx = ownContext()
    const stored = await dueAtOf(id)
    await Promise.all(Array.from({ length: 5 }, () => startDueRun(ctx, id, stored)))
    const made = await ctx.db.sql.execute<{ id: string }>(
      text`SELECT id FROM report_executions WHERE report_id = ${id}`,
    )
    assert.equal(made.rows.length, 1)
    const job = { id: 'test', attempt: 1, signal: new AbortController().signal }
    await Promise.all([1, 2, 3].map(() => buildRun(ctx, made.rows[0]?.id ?? '', job)))
    await pass()
    assert.equal((await executionsOf(id)).length, 1)
  })

  test('two processes on one database make one run of each report', { skip: !isServerTest }, async () => {
    const second = await startSecondProcess(app)
    try {
      const made = await Promise.all(Array.from({ length: 10 }, () => order(everyFive)))
      const contexts = [ownContext(), { ...ownContext(), ...second.app.ctx, caller: ownContext().caller }]
      for (let round = 1; round <= 3; round += 1) {
        app.clock.jump(5 * minute)
        const due = await Promise.all(made.map(async ({ id }) => ({ id, at: await dueAtOf(id) })))
        // Both take every report at the same moment, and then share what that made necessary.
        await Promise.all(due.flatMap(({ id, at }) => contexts.map((ctx) => startDueRun(ctx, id, at))))
        await second.app.jobs.drain()
        await app.runJobs()
        for (const { id } of made) assert.equal((await executionsOf(id)).length, round)
      }
      for (const { id } of made) await api.delete(200, `/reports/${id}`)
    } finally {
      await second.close()
    }
  })

  test('a report whose job was tidied away while nothing ran gets another', async () => {
    const { id } = await order(everyFive)
    await app.database.db.pool.query("DELETE FROM pgboss.job WHERE name = 'reports.due'")
    app.clock.jump(10 * minute)
    await until('the sweep', async () => {
      app.clock.advance(minute)
      await app.runJobs()
      return (await executionsOf(id))[0]
    })
    await api.delete(200, `/reports/${id}`)
  })

  test('a run that never came to its end, since its process died again and again, is ended (superset #40047)', async () => {
    const { id } = await order({ ...once, scheduled_time: new Date(app.clock.nowMs() + hour).toISOString() })
    await startDueRun(ownContext(), id, await dueAtOf(id))
    await app.database.db.pool.query("DELETE FROM pgboss.job WHERE name = 'reports.build'")
    await pass(4 * hour)
    assert.deepEqual(await executionsOf(id), [])
    app.clock.jump(hour)
    const run = await until('the sweep', async () => {
      app.clock.advance(minute)
      await app.runJobs()
      return (await executionsOf(id))[0]
    })
    assert.deepEqual([run.status, run.error], ['failed', 'The report was interrupted'])
    assert.equal((await api.get(200, `/reports/${id}`)).last_error, run.error)
    await api.delete(200, `/reports/${id}`)
  })

  test('a report has one job that waits, however often it is paused or moved, and none once it is gone', async () => {
    const { id } = await order(everyFive)
    const waiting = async (): Promise<number> => {
      const { rows } = await app.database.db.pool.query(
        `SELECT count(*)::int AS jobs FROM pgboss.job
         WHERE name = 'reports.due' AND state < 'active' AND data::text LIKE $1`,
        [`%${id}%`],
      )
      return rows[0].jobs
    }
    for (const expression of ['0 9 * * *', '0 10 * * *', '*/5 * * * *']) {
      await api.post(200, `/reports/${id}/pause`)
      assert.equal(await waiting(), 0)
      await api.post(200, `/reports/${id}/resume`)
      await api.patch(200, `/reports/${id}`, { cron_expression: expression })
      assert.equal(await waiting(), 1)
    }
    await pass(5 * minute)
    assert.deepEqual([(await executionsOf(id)).length, await waiting()], [1, 1])
    await api.delete(200, `/reports/${id}`)
    assert.equal(await waiting(), 0)
  })

  test('what an older run comes to is not told as what the newest did', async () => {
    const { id } = await order(everyFive)
    const ctx = ownContext()
    await startDueRun(ctx, id, await dueAtOf(id))
    const { rows } = await ctx.db.sql.execute<{ id: string }>(text`
      SELECT id FROM report_executions WHERE report_id = ${id}`)
    app.clock.jump(5 * minute)
    await startDueRun(ctx, id, await dueAtOf(id))
    const end = { status: 'failed' as const, error: 'Late' }
    await ctx.db.transaction((sql) => endRun(ctx, sql, rows[0]?.id ?? '', 'running', end))
    assert.equal((await executionsOf(id))[0].error, 'Late')
    assert.equal((await api.get(200, `/reports/${id}`)).last_error, null)
    await api.delete(200, `/reports/${id}`)
  })

  test('a run ends while the next one begins and tidies up: neither waits for the other in a ring', {
    skip: !isServerTest,
  }, async () => {
    const { id } = await order(everyFive)
    const ctx = ownContext()
    await startDueRun(ctx, id, await dueAtOf(id))
    const { rows } = await ctx.db.sql.execute<{ id: string }>(text`
      SELECT id FROM report_executions WHERE report_id = ${id}`)
    const run = rows[0]?.id ?? ''
    const [held, awaited] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const beginning = ctx.db.transaction(async (sql) => {
      await lockReport(sql, tenant.id, id)
      held.resolve()
      await awaited.promise
      await deleteBeyond(sql, tenant.id, id, 0)
    })
    await held.promise
    const end = { status: 'completed' as const, delivered: true }
    const ending = ctx.db.transaction((sql) => endRun(ctx, sql, run, 'running', end))
    await until('somebody who waits for the report', async () => {
      const locks = await app.database.db.pool.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      )
      return locks.rows[0]
    })
    awaited.resolve()
    await Promise.all([beginning, ending])
    assert.deepEqual(await executionsOf(id), [])
    await api.delete(200, `/reports/${id}`)
  })

  test('a run that cannot be made ends as failed after its tries, and the next one is made all the same', async () => {
    const { id } = await order(everyFive)
    await app.database.db.pool.query('ALTER TABLE session_states RENAME TO hidden_states')
    await pass(5 * minute)
    // Each try is put off a little longer than the one before.
    for (const seconds of [5, 10, 20]) {
      assert.deepEqual(await executionsOf(id), [])
      await pass(seconds * 1000)
    }
    await app.database.db.pool.query('ALTER TABLE hidden_states RENAME TO session_states')
    const [failed] = await executionsOf(id)
    assert.deepEqual([failed.status, failed.delivered, failed.content], ['failed', false, null])
    assert.match(failed.error, /could not be made/)
    assert.match((await api.get(200, `/reports/${id}`)).last_error, /could not be made/)
    await api.get(404, `/reports/${id}/executions/${failed.id}/file`)
    await pass(5 * minute)
    const report = await api.get(200, `/reports/${id}`)
    assert.deepEqual([report.executions[0].status, report.last_error], ['completed', null])
    await api.delete(200, `/reports/${id}`)
  })

  test('20 runs are kept, newest first, and none for longer than the tenant keeps texts', async () => {
    const { id } = await order(everyFive)
    const { sql } = ownContext().db
    const runAt = app.clock.now().toISOString()
    await sql.execute(text`
      INSERT INTO report_executions (id, tenant_id, report_id, scheduled_for, run_at, status, delivery_method, delivered)
      SELECT gen_random_uuid(), ${tenant.id}, ${id}, at, at, 'completed', 'dashboard', true
      FROM generate_series(1, 22) AS n, LATERAL (SELECT ${runAt}::timestamptz - n * interval '6 hours' AS at) AS moments`)
    await pass(5 * minute)
    const executions = await executionsOf(id)
    assert.equal(executions.length, 20)
    const moments = executions.map((each: { run_at: string }) => each.run_at)
    assert.deepEqual(moments, moments.toSorted().reverse())
    await api.post(200, `/reports/${id}/pause`)
    await pass(100 * 24 * hour)
    assert.deepEqual(await executionsOf(id), [])
    await api.delete(200, `/reports/${id}`)
  })

  test('over the plan the newest reports stop, and come back by themselves', async () => {
    const made = [await order(everyFive), await order(everyFive), await order(everyFive)]
    const older = (await api.get(200, '/reports')).total - made.length
    const limit = older + 1
    const setLimit = (value: number | null) =>
      app.database.db.pool.query(`UPDATE tenants SET limit_overrides = $1 WHERE id = $2`, [
        JSON.stringify(value === null ? {} : { max_reports: value }),
        tenant.id,
      ])
    await setLimit(limit)
    await pass(5 * minute)
    const outcomes = await Promise.all(made.map(async ({ id }) => (await executionsOf(id))[0].status))
    assert.deepEqual(outcomes, ['completed', 'failed', 'failed'])
    assert.match((await executionsOf(made[2].id))[0].error, /max_reports/)
    await setLimit(null)
    await pass(5 * minute)
    for (const { id } of made) {
      assert.equal((await executionsOf(id))[0].status, 'completed')
      await api.delete(200, `/reports/${id}`)
    }
  })

  test('webhooks are told of each run once it is known how it ended', async () => {
    await using receiver = await openWebhookReceiver()
    await api.post(201, '/webhooks', { name: 'Reports', url: receiver.url, events: ['report.executed'] })
    const { id } = await order(once)
    await pass()
    await pass()
    const { body } = await receiver.next()
    assert.equal(body.event, 'report.executed')
    const { execution_id: executionId, ...data } = body.data
    assert.deepEqual(data, {
      report_id: id,
      name: 'Sessions',
      template_id: 'session_health',
      delivery_method: 'dashboard',
      status: 'completed',
      delivered: true,
      error: null,
    })
    assert.equal(executionId, (await executionsOf(id))[0].id)
    assert.equal(receiver.received.length, 1)
  })
})
