import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { addWarmContact, type LinkedSession, linkSession } from '../../server/test/linked-session.ts'
import { until } from '../../server/test/until.ts'
import { addMonths, groupRuns, sheetOf, spanOf } from '../src/areas/schedules/calendar-days.ts'
import { momentOfWall, wallTime } from '../src/i18n/wall-time.ts'
import { readCron, toRuleBody } from '../src/kit/rule.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld } from './browser.ts'

let world: DashboardWorld
let owner: Owner
let session: LinkedSession
let phone: string

before(async () => {
  world = await openWorld()
  owner = await world.owner()
  await owner.api.patch(200, '/tenant/settings', { time_zone: 'Asia/Tokyo' })
  session = await linkSession(world.app, owner.api)
  phone = await addWarmContact(world.app, session)
})
after(() => world.close())

suite('a schedule', () => {
  test('is made in words, and its next run is shown in the zone of the tenant, the other one named', async () => {
    const page = await world.signedIn(owner, '/schedules/new')
    await page.getByLabel('Name').fill('Monday update')
    await page.getByRole('combobox', { name: 'From' }).selectOption({ label: 'Front desk' })
    await page.getByRole('button', { name: 'Person' }).click()
    await page.getByLabel('Phone number').fill(`+${phone}`)
    await page.getByRole('textbox', { name: 'Message' }).fill('Good morning')
    await page.getByRole('button', { name: 'Weekly' }).click()
    await page.getByRole('combobox', { name: 'Time zone' }).fill('New_York')
    await page.getByRole('option', { name: 'America/New_York' }).click()
    const next = page.locator('.next-box')
    await next.getByText('Every Monday at 09:00, New York time').waitFor()
    await next.getByText('Times in Tokyo').waitFor()
    await until('five runs', async () => (await next.locator('li').count()) === 5)
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('button', { name: 'Make the schedule' }).dblclick()
    await page.getByRole('heading', { level: 1, name: 'Monday update' }).waitFor()
    const { messages, total } = await owner.api.get(200, '/scheduled-messages')
    assert.equal(total, 1)
    const [{ next_run_at: at }] = messages
    const [day, time] = wallTime(at, 'Asia/Tokyo').split('T')
    const first = page.locator('.next-runs li').first()
    assert.match((await first.textContent()) ?? '', new RegExp(`${time}.*09:00 in New York`))
    await page.goto(`${world.origin}/schedules?view=month&at=${day}`)
    await page
      .locator(`[data-day="${day}"]`)
      .getByText(time ?? '')
      .waitFor()
    assert.deepEqual(await findBarriers(page), [])
    assert.deepEqual(world.takeProblems(), [])
  })

  test('rests, goes on, is changed, ended and deleted', async () => {
    const page = await world.signedIn(owner, '/schedules')
    await page.getByRole('link', { name: /Monday update/ }).click()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByLabel('Name').fill('Tuesday update')
    await page.getByRole('checkbox', { name: 'Monday' }).uncheck()
    await page.getByRole('checkbox', { name: 'Tuesday' }).check()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Every Tuesday at 09:00, New York time' }).waitFor()
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'End for good…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'End for good' }).click()
    await page.getByText('It was ended and does not run any more.').waitFor()
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
    await page.getByText('Nothing is planned yet').waitFor()
    assert.deepEqual(world.takeProblems(), [])
  })

  test('shows a run as it happens, with its figures', async () => {
    const scheduled_time = new Date(Date.now() + 4000).toISOString()
    const { id } = await owner.api.post(201, '/scheduled-messages', {
      ...{ name: 'Soon', session_id: session.id, chat_id: `${phone}@c.us`, message_content: 'Now' },
      ...{ schedule_type: 'one_time', scheduled_time, timezone: 'Asia/Tokyo' },
    })
    const page = await world.signedIn(owner, `/schedules/${id}`)

    const run = page.locator('.history tr[data-row]')
    await run.getByText('Sent').waitFor()
    assert.deepEqual(await run.locator('td.n').allTextContents(), ['1', '0', '0'])
    assert.deepEqual(world.takeProblems(), [])
  })
})

suite('a channel', () => {
  test('is made, gets a post once, and shows what the plan has room for', async () => {
    const page = await world.signedIn(owner, '/channels')
    await page.getByRole('button', { name: 'Add a channel' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('Harbour news')
    await page.getByRole('button', { name: 'Make the channel' }).click()
    await page.getByLabel('Post', { exact: true }).fill('The ferry leaves at nine')
    await page.reload()
    await page.getByRole('button', { name: 'Publish', exact: true }).dblclick()
    await page.locator('.posts tr[data-row]').getByText('The ferry leaves at nine').waitFor()
    const [channel] = (await owner.api.get(200, '/channels')).channels
    assert.equal((await owner.api.get(200, `/channels/${channel.id}/posts`)).total, 1)
    assert.equal(await page.getByLabel('Post', { exact: true }).inputValue(), '')
    assert.deepEqual(await findBarriers(page), [])
    assert.deepEqual(world.takeProblems(), [])
  })

  test('and schedules have no barrier in Hebrew and in the dark', async () => {
    const page = await world.signedIn(owner, '/channels', { language: 'he', theme: 'dark' })
    await page.locator('tr[data-row] a').first().click()
    await page.locator('.posts tr[data-row]').first().waitFor()
    assert.deepEqual(await findBarriers(page), [])
    for (const path of ['/schedules', '/schedules?view=week', '/schedules/new']) {
      await page.goto(`${world.origin}${path}`)
      await page.locator('.calendar, .empty, table, textarea').first().waitFor()
      assert.deepEqual(await findBarriers(page), [], path)
    }
    assert.deepEqual(world.takeProblems(), [])
  })
})

suite('rules in words', () => {
  test('are read from cron expressions and written as the same', () => {
    for (const expression of ['0 9 * * *', '30 8 * * MON,WED', '5 0 31 * *', '0 9 L * *']) {
      const read = readCron(expression)
      assert.ok(read)
      const body = toRuleBody({ date: '', cron: '', timezone: 'UTC', ...read })
      assert.equal(body.cron_expression, expression)
    }
    assert.deepEqual(readCron('0 9 * * MON-FRI')?.weekdays, [1, 2, 3, 4, 5])
    assert.deepEqual(readCron('0 9 * * FRI-MON')?.weekdays, [0, 1, 5, 6])
    assert.deepEqual(readCron('0 9 * * 7')?.weekdays, [0])
  })

  test('stay expressions where words would say something else', () => {
    for (const expression of [
      '*/15 * * * *',
      '0 9 1 * MON',
      '0 9 * JAN *',
      '0 9,17 * * *',
      '0 9 * * MON#1',
      '',
    ])
      assert.equal(readCron(expression), undefined, expression)
  })
})

suite('the calendar', () => {
  test('has whole weeks, and a day begins where the tenant is, whatever the clocks do', () => {
    const days = sheetOf('month', '2026-03-15', 1)
    assert.deepEqual([days[0], days.at(-1), days.length], ['2026-02-23', '2026-04-05', 42])
    assert.deepEqual(sheetOf('week', '2026-03-01', 0)[0], '2026-03-01')
    assert.deepEqual(spanOf(['2026-03-29'], 'Europe/Lisbon'), {
      from: '2026-03-29T00:00:00.000Z',
      to: '2026-03-29T23:00:00.000Z',
    })
    assert.equal(addMonths('2026-01-31', 1), '2026-02-28')
    assert.equal(addMonths('2026-03-31', -13), '2025-02-28')
  })

  test('tells many runs of one schedule on a day in one line', () => {
    const run = (id: string, at: string) =>
      ({ kind: 'message', id, name: 'x', at, status: 'planned', execution_id: null }) as const
    const runs = [
      run('a', '2026-03-01T23:30:00Z'),
      run('b', '2026-03-02T00:10:00Z'),
      run('a', '2026-03-02T00:30:00Z'),
    ]
    const days = groupRuns(runs, (at) => wallTime(at, 'Europe/Berlin').slice(0, 10))
    assert.deepEqual(
      days.get('2026-03-02')?.map(({ id, more }) => [id, more]),
      [
        ['a', 1],
        ['b', 0],
      ],
    )
  })

  test('finds the moment of a time on the wall, also where the clocks are set', () => {
    assert.equal(momentOfWall('2026-06-01T09:00', 'Asia/Tokyo').toISOString(), '2026-06-01T00:00:00.000Z')
    // Twice there: the first. Not there at all: the next that is.
    assert.equal(momentOfWall('2026-10-25T02:30', 'Europe/Berlin').toISOString(), '2026-10-25T00:30:00.000Z')
    assert.equal(
      wallTime(momentOfWall('2026-03-29T02:30', 'Europe/Berlin'), 'Europe/Berlin'),
      '2026-03-29T03:30',
    )
  })
})
