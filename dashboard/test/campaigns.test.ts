import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { textsOn } from '../../server/test/bulk-world.ts'
import {
  addContact,
  addWarmContact,
  type LinkedSession,
  linkSession,
} from '../../server/test/linked-session.ts'
import { until } from '../../server/test/until.ts'
import { estimateEnd } from '../src/areas/campaigns/compose/estimate.ts'
import { barOrder, paceLine, reasonsOf, stageCounts } from '../src/areas/campaigns/parts.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openOwnWorld } from './browser.ts'

let world: DashboardWorld
let owner: Owner
let session: LinkedSession
let people: { ada: string; ben: string }

before(async () => {
  // A hundredth of the usual pause between two messages.
  world = await openOwnWorld({ pace: 0.01 })
  owner = await world.owner()
  await owner.api.patch(200, '/tenant/settings', { time_zone: 'Europe/Lisbon' })
  session = await linkSession(world.app, owner.api)
  people = { ada: await addWarmContact(world.app, session), ben: addContact(world.app, 'Ben') }
})
after(() => world.close())

/** The numbers of the legend by stage, as they are shown. */
async function readLegend(page: Page): Promise<Record<string, number>> {
  const shown: Record<string, number> = {}
  for (const stage of barOrder)
    shown[stage] = Number(await page.locator(`[data-stage=${stage}] dd`).textContent())
  return shown
}

const idOf = (page: Page) => new URL(page.url()).pathname.split('/')[2] ?? ''

/** What listing each stage gives. */
async function countStages(id: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const stage of barOrder)
    counts[stage] = (await owner.api.get(200, `/bulk-send/${id}/recipients?stage=${stage}&limit=1`)).total
  return counts
}

async function compose(page: Page): Promise<void> {
  const csv = `Name,Phone,City\nAda,+${people.ada},Porto\nBen,+${people.ben},\nNobody,+15550199999,\nBad,nobody knows,\n`
  await page.getByRole('combobox', { name: 'From' }).selectOption({ label: 'Front desk' })
  await page.getByRole('button', { name: 'New list from a file…' }).click()
  const file = { name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }
  await page.locator('input[type=file]').setInputFiles(file)
  await page.getByRole('button', { name: 'Make the list' }).click()
  await page.getByText('3 people are on the list.').waitFor()
  await page.getByText('1 line was refused').waitFor()
  await page.getByRole('button', { name: 'Use this list' }).click()
  await page.getByRole('textbox', { name: 'Message' }).fill('Hi *{{name|there}}*, from {{city|town}}')
}

suite('a campaign', () => {
  test('goes from a CSV file to the funnel, once, and shows the numbers that its recipients have', async () => {
    const page = await world.signedIn(owner, '/campaigns/new')
    await compose(page)
    // The preview goes through the first people; each press shows another one.
    const reads = (text: string) =>
      until(`somebody reads ${text}`, async () => {
        if (await page.locator('.bubble', { hasText: text }).isVisible()) return true
        await page.getByRole('button', { name: 'Next person' }).click()
        return undefined
      })
    await reads('Hi Ada, from Porto')
    assert.equal(await page.locator('.bubble b').textContent(), 'Ada')
    await reads('Hi Ben, from town')
    const audience = page.locator('[data-audience]')
    await audience.getByText('3 people').waitFor()
    await audience.getByText(/^2 never wrote to this number/).waitFor()
    // What is typed survives a reload, and quiet hours are offered as on.
    await page.reload()
    await reads('Hi Ada, from Porto')
    const quiet = page.getByRole('switch', { name: 'Quiet hours' })
    assert.equal(await quiet.isChecked(), true)
    await quiet.uncheck()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('Sent to the number').waitFor()
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('button', { name: 'Send to 3 people…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send to 3 people' }).dblclick()
    await page.getByRole('heading', { name: 'Done: sent to 2 of 3.' }).waitFor()
    assert.equal((await owner.api.get(200, '/bulk-send')).total, 1)
    assert.deepEqual(textsOn(world.app, people.ben), ['Hi *Ben*, from town'])
    await world.app.simulator.sendMessage(people.ada, { to: session.phone, text: 'Yes' })
    const id = idOf(page)
    const counted = await until('the legend has the answer', async () => {
      const [shown, listed] = [await readLegend(page), await countStages(id)]
      return shown['replied'] === 1 && JSON.stringify(shown) === JSON.stringify(listed) ? shown : undefined
    })
    assert.equal(counted['left_out'], 1)
    assert.equal(
      Object.values(counted).reduce((sum, count) => sum + count),
      3,
    )
    for (const stage of ['replied', 'left_out']) {
      const label = stage === 'replied' ? 'Replied' : 'Left out'
      await page
        .locator('.recipients')
        .getByRole('button', { name: `${label} 1` })
        .click()
      await until(
        `one row of ${stage}`,
        async () => (await page.locator('.recipients tr[data-row]').count()) === 1,
      )
    }
    await page.getByRole('link', { name: /Not on WhatsApp/ }).click()
    await page.locator('.recipients .filter.on').waitFor()
    assert.equal(await page.locator('[data-step=sent] b').textContent(), '2')
    assert.deepEqual(await findBarriers(page), [])
    assert.deepEqual(world.takeProblems(), [])
  })

  test('is cloned, changed while it rests, and goes on with the new text', async () => {
    const page = await world.signedIn(owner, '/campaigns')
    await page.locator('tr[data-row] a').first().click()
    await page.getByRole('button', { name: 'Clone' }).click()
    await page.getByRole('textbox', { name: 'Message' }).fill('Second, {{name|there}}')
    await page.getByRole('button', { name: 'Save and resume' }).click()
    await page.getByRole('heading', { name: 'Done: sent to 2 of 3.' }).waitFor()
    assert.equal(textsOn(world.app, people.ben).at(-1), 'Second, Ben')
    await page.getByRole('link', { name: 'Campaigns' }).first().click()
    await until('both are listed', async () => (await page.locator('tr[data-row]').count()) === 2)
    assert.deepEqual(world.takeProblems(), [])
  })

  test('says why it is not started, and keeps the reason where it happened', async () => {
    const page = await world.signedIn(owner, '/campaigns/new')
    const start = page.getByRole('button', { name: 'Start…' })
    assert.equal(await start.getAttribute('aria-disabled'), 'true')
    await compose(page)
    await page.getByRole('textbox', { name: 'Message' }).fill('Hi {{nonsense}}')
    await page.getByText(/None of the first people has nonsense/).waitFor()
    await page.getByRole('button', { name: 'Send to 3 people…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Send to 3 people' }).click()
    await dialog.getByRole('alert').waitFor()
    assert.match((await dialog.getByRole('alert').textContent()) ?? '', /nonsense/)
    assert.equal((await owner.api.get(200, '/bulk-send')).total, 2)
    // Open, it asks for its preview now and then, and is refused each time.
    await page.close()
    world.takeProblems()
  })

  test('has no barrier in Hebrew and in the dark', async () => {
    const page = await world.signedIn(owner, '/campaigns', { language: 'he', theme: 'dark' })
    await page.locator('tr[data-row] a').first().waitFor()
    assert.deepEqual(await findBarriers(page), [])
    await page.locator('tr[data-row] a').first().click()
    await page.locator('.recipients tr[data-row]').first().waitFor()
    assert.deepEqual(await findBarriers(page), [])
    await page.goto(`${world.origin}/campaigns/new`)
    await page.locator('textarea').waitFor()
    assert.deepEqual(await findBarriers(page), [])
    assert.deepEqual(world.takeProblems(), [])
  })
})

const progress = {
  ...{
    status: 'running' as const,
    total: 10,
    sent: 5,
    delivered: 4,
    read: 3,
    replied: 1,
    failed: 1,
    skipped: 2,
    pending: 2,
  },
  ...{ ignored: 1, opted_out: 1, read_unknown: 0, next_send_at: null, waits_for: null, error: null },
  expected_end_at: '2026-03-01T10:10:00Z',
} as const

suite('figures of a campaign', () => {
  test('add up to everybody, whoever opted out afterwards among those who were reached', () => {
    const counts = stageCounts(progress)
    assert.equal(
      Object.values(counts).reduce((sum, count) => sum + count),
      progress.total,
    )
    assert.deepEqual(counts, {
      replied: 1,
      read: 2,
      delivered: 1,
      sent: 1,
      failed: 1,
      left_out: 2,
      waiting: 2,
    })
  })

  test('name those who had opted out, whom no reason names', () => {
    const reasons = reasonsOf({ skips: [{ reason: 'expired', count: 1 }], failures: [] }, progress)
    assert.deepEqual(
      reasons.map(({ code, count }) => [code, count]),
      [
        ['expired', 1],
        ['opted_out', 1],
      ],
    )
  })

  test('draw a line that only rises and ends where it is expected to', () => {
    const timing = [
      { minute: '2026-03-01T10:00:00Z', sent: 2 },
      { minute: '2026-03-01T10:03:00Z', sent: 4 },
    ]
    const line = paceLine(timing, progress, '2026-03-01T09:59:00Z', Date.parse('2026-03-01T10:05:00Z'))
    assert.deepEqual(line.sent, [0, 2, 6, 6, null])
    assert.deepEqual(line.expected, [null, null, null, 6, 8])
    assert.deepEqual(
      line.at,
      line.at.toSorted((a, b) => a - b),
    )
  })
})

suite('the estimated end', () => {
  const from = Date.parse('2026-03-02T20:30:00Z')
  const quiet = { start: '21:00', end: '09:00' }

  test('lies behind the quiet hours when the messages do not fit before them', () => {
    assert.equal(estimateEnd(11, from, quiet, 'UTC').toISOString(), '2026-03-02T20:43:00.000Z')
    assert.equal(estimateEnd(41, from, quiet, 'UTC').toISOString(), '2026-03-03T09:22:00.000Z')
    assert.equal(estimateEnd(41, from, null, 'UTC').toISOString(), '2026-03-02T21:22:00.000Z')
  })

  test('goes by the clock of the zone, and begins after the quiet hours it is made in', () => {
    assert.equal(estimateEnd(1, from, quiet, 'Europe/Berlin').toISOString(), '2026-03-03T08:00:00.000Z')
    assert.equal(estimateEnd(2, from, quiet, 'America/New_York').toISOString(), '2026-03-02T20:31:18.000Z')
  })

  test('ends even when nothing may ever leave', () => {
    assert.ok(estimateEnd(1_000_000, from, { start: '09:01', end: '09:00' }, 'UTC').getTime() > from)
  })
})
