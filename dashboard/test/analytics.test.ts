import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { storeInbound } from '../../server/src/features/conversations/inbound/store-inbound.service.ts'
import { flushNotedChanges } from '../../server/src/features/insight/rollups/noted-changes.ts'
import { buildInboundMessage, buildPhone, createSession } from '../../server/test/builders.ts'
import { untilAnswer } from '../../server/test/until.ts'
import { changeOf, periodBefore, periodOf, readSearch } from '../src/areas/analytics/period.ts'
import { withoutNeighbours } from '../src/kit/chart-data.ts'
import { toCsv } from '../src/kit/csv.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld } from './browser.ts'

suite('periods', () => {
  test('are days of the tenant; the one before has as many and ends the day before', () => {
    assert.deepEqual(periodOf({}, '2026-03-01'), { from: '2026-01-31', to: '2026-03-01' })
    assert.deepEqual(periodOf({ days: 7 }, '2026-03-01'), { from: '2026-02-23', to: '2026-03-01' })
    assert.deepEqual(periodBefore({ from: '2026-02-23', to: '2026-03-01' }), {
      from: '2026-02-16',
      to: '2026-02-22',
    })
    // Days of 23 and 25 hours are days.
    assert.deepEqual(periodBefore({ from: '2026-03-25', to: '2026-03-31' }), {
      from: '2026-03-18',
      to: '2026-03-24',
    })
    assert.deepEqual(periodOf({ from: '2026-03-09', to: '2026-03-02' }, '2026-03-10'), {
      from: '2026-03-02',
      to: '2026-03-09',
    })
  })

  test('an address says only what it can', () => {
    const read = readSearch({
      view: 'nothing',
      days: 31,
      from: '2026-02-30x',
      to: '2026-03-01',
      compare: true,
    })
    assert.deepEqual(JSON.parse(JSON.stringify(read)), { compare: true })
  })

  test('a value without neighbours is a dot, since no line leads to it', () => {
    assert.deepEqual(withoutNeighbours([5, null, 4, 3, undefined, 0, null, 2]), [0, 5, 7])
    assert.deepEqual(withoutNeighbours([1, 2, null]), [])
  })

  test('a change of nothing, or of what nobody knows, is no share', () => {
    assert.equal(changeOf(12, 10), 0.2)
    assert.equal(changeOf(0, 10), -1)
    for (const [now, before] of [
      [5, 0],
      [5, null],
      [null, 5],
      [5, undefined],
    ] as const)
      assert.equal(changeOf(now, before), undefined)
  })
})

suite('files of figures', () => {
  test('are CSV that no spreadsheet runs, and keep numbers and phones as they are', () => {
    const text = toCsv(
      ['Name', 'Value'],
      [
        ['=1+1', 1.5],
        ['  @SUM(A1)', -2],
        ['＝1', null],
        ['+351912345678', 3],
        ['+1-2', 4],
        ['-', 5],
        ['a "b", c\nd', 0],
        ['שלום', 6],
      ],
    )
    assert.equal(
      text,
      `\ufeff${[
        'Name,Value',
        "'=1+1,1.5",
        "'  @SUM(A1),-2",
        "'＝1,",
        '+351912345678,3',
        "'+1-2,4",
        "'-,5",
        '"a ""b"", c\nd",0',
        'שלום,6',
        '',
      ].join('\r\n')}`,
    )
  })
})

let world: DashboardWorld
let owner: Owner

before(async () => {
  world = await openWorld()
  owner = await world.owner()
})
after(() => world.close())

const dayMs = 86_400_000
const dayAt = (ago: number) => new Date(Date.now() - ago * dayMs).toISOString().slice(0, 10)
const [day, nextDay] = [dayAt(4), dayAt(3)]
const period = `from=${dayAt(6)}&to=${dayAt(2)}`
const shortDay = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' })

/** Somebody writes late in the evening of Lisbon; both zones of the test disagree on the day. */
async function talk(zone: string): Promise<void> {
  await owner.api.patch(200, '/tenant/settings', { time_zone: zone })
  const session = await createSession(owner.api, { name: 'Front desk' })
  const { tenant_id: tenantId } = await owner.api.get(200, '/auth/me')
  const { ctx } = world.app.app
  for (const [index, name] of ['=HYPERLINK("http://example.com")', 'דנה', 'Ana'].entries()) {
    const phone = buildPhone()
    const tell = (isFromMe: boolean, at: string) =>
      buildInboundMessage(
        { tenantId, sessionId: session.id },
        {
          chatId: `${phone}@c.us`,
          sender: { phone, lid: null, pushName: isFromMe ? null : name },
          isFromMe,
          waTimestamp: new Date(at),
        },
      )
    const ins = Array.from({ length: index + 1 }, (_, minute) => tell(false, `${day}T23:3${minute}:00Z`))
    await storeInbound(ctx, [...ins, tell(true, `${day}T23:50:00Z`)])
  }
  await flushNotedChanges(ctx)
  await untilAnswer(
    () => owner.api.get(200, `/analytics/messages?${period}`),
    ({ totals }) => totals.received === 6 && totals.sent === 3,
  )
  await untilAnswer(
    () => owner.api.get(200, '/analytics/contacts'),
    ({ total }) => total === 3,
  )
}

async function keep(page: Page, section: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('region', { name: section }).getByRole('button', { name: /CSV/ }).click(),
  ])
  return readFileSync(await download.path(), 'utf8')
}

suite('analytics', () => {
  test('days are those of the tenant, whose zone is named; tables are kept as they are shown; the score is explained', async () => {
    // In Tokyo it is the next day already: a chart by the browser's or by UTC days shows the wrong one.
    await talk('Asia/Tokyo')
    const page = await world.signedIn(owner, `/analytics?${period}`)
    await page.getByText('Asia/Tokyo', { exact: false }).waitFor()
    const received = page.locator('.fig', { hasText: 'Received' }).first()
    await received.getByText('6', { exact: true }).waitFor()
    const file = await keep(page, 'Over time')
    assert.match(file, /^\ufeffBegins,Received,Sent,/)
    assert.ok(file.includes(`\r\n${day},0,0,`))
    assert.ok(file.includes(`\r\n${nextDay},6,3,`))
    await page.getByText('As a table').click()
    await page.getByRole('row', { name: `${shortDay.format(new Date(nextDay))} 6 3`, exact: true }).waitFor()
    assert.deepEqual(await findBarriers(page), [])

    await page.getByLabel('Compare with the period before').check()
    await page.getByText('before 0').first().waitFor()
    await page.getByRole('button', { name: 'Response times' }).click()
    await page.getByRole('heading', { name: 'By number' }).waitFor()
    const waits = await keep(page, 'By number')
    assert.match(waits, /First reply, median \(s\)/)
    assert.match(waits, /\r\nFront desk,3,1200,/)

    await page.getByRole('button', { name: 'Send times' }).click()
    await page.getByRole('cell', { name: '0% of 3 sent' }).waitFor()
    assert.deepEqual(await findBarriers(page), [])

    await page.getByRole('button', { name: 'People' }).click()
    const people = await keep(page, '3 people')
    assert.match(people, /\r\n"'=HYPERLINK\(""http:\/\/example\.com""\)",\+\d+,/)
    await page.getByRole('button', { name: 'Ana', exact: true }).click()
    await page.getByText('3 messages came from this person.', { exact: false }).waitFor()
    assert.deepEqual(await findBarriers(page), [])
    assert.deepEqual(world.takeProblems(), [])
  })
})
