import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import { untilAnswer } from '../../server/test/until.ts'
import { freshRule, isPast, isWhole, ruleOf, toRuleBody } from '../src/kit/rule.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld } from './browser.ts'

const now = Date.parse('2026-02-11T23:30:00Z')
const fresh = freshRule(now, 'Asia/Tokyo')

suite('the rule of a report', () => {
  test('is sent by the clock of its zone, and reads back as it was chosen', () => {
    // In Tokyo it is the 12th already: tomorrow is the 13th.
    assert.equal(fresh.date, '2026-02-13')
    for (const [rule, cron] of [
      [{ ...fresh, kind: 'daily', time: '08:05', weekdays: [] }, '5 8 * * *'],
      [{ ...fresh, kind: 'weekly', time: '00:00', weekdays: [0] }, '0 0 * * SUN'],
      [{ ...fresh, kind: 'monthly', time: '23:59', day: 'L', weekdays: [] }, '59 23 L * *'],
      [{ ...fresh, kind: 'cron', cron: '0 9 1 1 *' }, '0 9 1 1 *'],
    ] as const) {
      const timing = toRuleBody(rule)
      assert.deepEqual(
        [timing.schedule_type, timing.cron_expression, timing.timezone],
        [rule.kind, cron, 'Asia/Tokyo'],
      )
      const read = ruleOf(
        { schedule_type: rule.kind, cron_expression: cron, scheduled_time: null, timezone: 'Asia/Tokyo' },
        now,
      )
      assert.deepEqual({ ...read, cron: '' }, { ...rule, cron: '' })
    }
    assert.deepEqual(toRuleBody({ ...fresh, kind: 'once', date: '2026-03-01', time: '07:30' }), {
      schedule_type: 'one_time',
      scheduled_time: '2026-03-01T07:30',
      timezone: 'Asia/Tokyo',
    })
    const once = ruleOf(
      {
        schedule_type: 'one_time',
        cron_expression: null,
        scheduled_time: '2026-02-28T22:30:00Z',
        timezone: 'Asia/Tokyo',
      },
      now,
    )
    assert.deepEqual([once.kind, once.date, once.time], ['once', '2026-03-01', '07:30'])
  })

  test('is asked about only when it says something', () => {
    assert.equal(isWhole({ ...fresh, kind: 'cron', cron: ' ' }), false)
    assert.equal(isWhole({ ...fresh, kind: 'once', date: '' }), false)
    assert.equal(isWhole({ ...fresh, kind: 'weekly', weekdays: [] }), false)
    assert.equal(isWhole({ ...fresh, kind: 'now', time: '' }), true)
    // In Tokyo it is half past eight of the 12th.
    const past = (time: string) => isPast({ ...fresh, kind: 'once', date: '2026-02-12', time }, now)
    assert.deepEqual([past('08:29'), past('08:31')], [true, false])
  })
})

let world: DashboardWorld
let owner: Owner

before(async () => {
  world = await openWorld()
  owner = await world.owner()
  await owner.api.patch(200, '/tenant/settings', { time_zone: 'America/Sao_Paulo' })
  await owner.api.post(201, '/sessions', { name: 'Front desk' })
})
after(() => world.close())

suite('reports', () => {
  test('a kind is chosen, seen before it is ordered, ordered once, and its run shows by itself', async () => {
    const page = await world.signedIn(owner, '/reports')
    await page.getByText('Nothing is reported yet').waitFor()
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('link', { name: /Health of the numbers/ }).click()
    const preview = page.getByRole('region', { name: 'As it would be now' })
    await preview.getByText('Next 5 runs').waitFor()
    assert.equal(await preview.locator('.coming-runs li').count(), 5)
    await preview.getByText('Times are those of America/Sao_Paulo', { exact: false }).waitFor()
    assert.deepEqual(await findBarriers(page), [])

    // A rule that cannot be is refused at its field, and nothing is ordered.
    await page.getByLabel('How often').selectOption('cron')
    await page.getByLabel('Cron expression').fill('0 9 30 2 *')
    await page.getByRole('button', { name: 'Order report' }).click()
    await page.locator('[aria-invalid=true]').waitFor()
    assert.equal((await owner.api.get(200, '/reports')).total, 0)

    await page.getByLabel('How often').selectOption('now')
    await page.getByRole('button', { name: 'Order report' }).dblclick()
    await page.getByRole('heading', { level: 1, name: 'Health of the numbers' }).waitFor()
    await page.getByText('Kept', { exact: true }).waitFor()
    assert.equal((await owner.api.get(200, '/reports')).total, 1)
    const table = page.locator('.figure-table').first()
    await table.getByText('Front desk').waitFor()
    await page.getByRole('button', { name: 'WhatsApp text' }).click()
    await page.getByText('Session Health Check', { exact: false }).waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as a page' }).click(),
    ])
    assert.match(readFileSync(await download.path(), 'utf8'), /<!doctype html>[\s\S]*Front desk/)
    assert.deepEqual(await findBarriers(page), [])
    const unexpected = world.takeProblems().filter((text) => !text.includes('422'))
    assert.deepEqual(unexpected, [])
  })

  test('a rule of another zone says both clocks; what happened while the line was gone is shown after it', async () => {
    const { id } = await owner.api.post(201, '/reports', {
      name: 'Tokyo office',
      template_id: 'daily_activity',
      schedule_type: 'daily',
      cron_expression: '0 9 * * *',
      timezone: 'Asia/Tokyo',
    })
    const page = await world.signedIn(owner, `/reports/${id}`)
    await page.getByText('Every day at 09:00, Tokyo time').waitFor()
    // Nine in Tokyo is the evening before in São Paulo.
    assert.match(
      (await page.locator('.coming-runs li').first().textContent()) ?? '',
      /21:00.*09:00 in Asia\/Tokyo/,
    )

    await page.context().setOffline(true)
    await page.getByText(/You are offline since/).waitFor()
    await owner.api.post(200, `/reports/${id}/pause`)
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    assert.equal((await owner.api.get(200, `/reports/${id}`)).status, 'active')

    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await page.getByRole('button', { name: 'Delete report' }).click()
    await page.getByRole('heading', { level: 1, name: 'Reports' }).waitFor()
    await untilAnswer(
      () => owner.api.get(200, '/reports'),
      ({ reports }) => !reports.some((report: { id: string }) => report.id === id),
    )
    world.takeProblems()
  })
})
