import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { LeadsWorld } from '../../server/test/leads-world.ts'
import { addContact, type LinkedSession, linkSession } from '../../server/test/linked-session.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld } from './browser.ts'

let world: DashboardWorld
let owner: Owner
let session: LinkedSession
let leads: LeadsWorld

before(async () => {
  world = await openWorld()
  owner = await world.owner()
  session = await linkSession(world.app, owner.api)
  const { tenant_id: id } = await owner.api.get(200, '/auth/me')
  leads = new LeadsWorld(world.app, { id, api: owner.api } as LeadsWorld['tenant'])
})
after(() => world.close())

/** Refusals of the API that a test brings about are errors of the console, too. */
const unexpected = (...statuses: number[]) =>
  world.takeProblems().filter((line) => !statuses.some((status) => line.includes(`status of ${status}`)))

const column = (page: Page, name: string) => page.locator(`#col-${name}`)
const countOf = async (status: string) =>
  (await owner.api.get(200, `/leads?limit=1&status=${status}`)).total as number

/** Scrolls down the first column until the second half is there, and in how many steps. */
const scrollBoard = `(async () => {
  const cards = document.querySelector('#col-new .cards')
  let steps = 0
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
  for (; steps < 600 && !cards.textContent.includes('Many 250'); steps += 1) {
    cards.scrollTop += 600
    await drawn()
  }
  return steps
})()`

suite('leads', () => {
  test('from a message in a group to converted: the card comes by itself, M and a figure move it, refusals say why', async () => {
    const person = addContact(world.app, 'Greta Wolff')
    const subject = 'Roof terrace club'
    const { id: waGroupId } = world.app.simulator.groups.create({
      subject,
      owner: person,
      members: [session.phone],
    })
    const page = await world.signedIn(owner, '/groups?view=available')
    await page.getByRole('row', { name: subject }).getByRole('button', { name: 'Listen' }).click()
    await page.getByLabel('Keywords', { exact: true }).last().fill('looking for\nlemon tree')
    await page.getByRole('dialog').getByRole('button', { name: 'Listen' }).click()
    await page.getByRole('heading', { level: 1, name: subject }).waitFor()
    await page.goto(`${world.origin}/leads`)
    await page.getByText('No lead yet').waitFor()
    await world.app.simulator.sendMessage(person, { to: waGroupId, text: 'I am looking for a lemon tree' })
    const card = column(page, 'new').locator('.lead', { hasText: 'Greta Wolff' })
    await card.waitFor()
    assert.equal(await card.locator('mark').textContent(), 'looking for')
    await card.getByRole('link', { name: 'Greta Wolff' }).focus()
    await page.keyboard.press('m')
    await page.getByRole('menu').waitFor()
    let letThrough = () => {}
    const isOpen = new Promise<void>((resolve) => {
      letThrough = resolve
    })
    await page.route('**/leads/*/status', (route) => isOpen.then(() => route.continue()))
    await page.keyboard.press('3')
    // It never jumps back while the server has not answered.
    const moved = column(page, 'qualified').locator('.lead', { hasText: 'Greta Wolff' })
    await moved.and(page.locator('[aria-busy=true]')).waitFor()
    assert.equal(await card.count(), 0)
    letThrough()
    await moved.and(page.locator(':not([aria-busy])')).waitFor()
    await column(page, 'qualified').getByRole('link', { name: 'Greta Wolff' }).focus()
    await page.keyboard.press('m')
    const refused = page.getByRole('menuitem', { name: /^Contacted/ })
    assert.match((await refused.textContent()) ?? '', /Only a lost lead can be opened again/)
    await page.keyboard.press('2')
    await page.keyboard.press('4')
    await page.getByRole('button', { name: 'Mark as converted' }).click()
    await column(page, 'converted').locator('.lead', { hasText: 'Greta Wolff' }).waitFor()
    assert.deepEqual([await countOf('qualified'), await countOf('converted')], [0, 1])
    await page.getByRole('link', { name: 'Greta Wolff' }).click()
    await page.getByText('Qualified became Converted').waitFor()
    await page.getByText('One of your words was said').waitFor()
    assert.deepEqual(await findBarriers(page), [])
    assert.deepEqual(unexpected(), [])
  })

  test('a card is dragged where it may go; a column that refuses says why, and what the server refuses stays to be read', async () => {
    const anna = await leads.person('Anna Berg')
    const id = await leads.lead(anna, { sessionId: session.id })
    await owner.api.patch(200, `/leads/${id}/status`, { status: 'lost' })
    const page = await world.signedIn(owner, '/leads')
    const card = column(page, 'lost').locator('.lead', { hasText: 'Anna Berg' })
    const grip = (await card.boundingBox()) ?? assert.fail('the card is not in sight')
    const target = (await column(page, 'new').boundingBox()) ?? assert.fail('the column is not in sight')
    await page.mouse.move(grip.x + 40, grip.y + 50)
    await page.mouse.down()
    await page.mouse.move(grip.x - 40, grip.y + 60, { steps: 4 })
    await column(page, 'qualified').getByText('A lost lead is opened again as New first').waitFor()
    // Meanwhile the person became a lead anew: only the server knows.
    await leads.lead(anna, { sessionId: session.id })
    await page.mouse.move(target.x + 60, target.y + 200, { steps: 6 })
    await column(page, 'new').getByText('Drop to open again').waitFor()
    await page.mouse.up()
    const refusal = page.getByRole('alert')
    await refusal.waitFor()
    assert.match((await refusal.textContent()) ?? '', /Anna Berg was not moved.*another lead that is open/)
    const open = await countOf('new')
    await owner.api.patch(200, `/leads/${await newest()}/status`, { status: 'converted' })
    await column(page, 'new')
      .locator('header .n', { hasText: new RegExp(`^${open - 1}$`) })
      .waitFor()
    assert.deepEqual(unexpected(400), [])
  })

  test('"select all that match" acts on the leads that were counted: one that comes later stays where it is', async () => {
    const signals = []
    for (let index = 0; index < 110; index += 1)
      signals.push(leads.signal(await leads.person(`Crowd ${index}`), { sessionId: session.id }))
    await leads.detect(...signals)
    await leads.lead(await leads.person('Somebody else'), { sessionId: session.id })
    const page = await world.signedIn(owner, '/leads?view=table&search=crowd')
    await page.getByText('110 of ').waitFor()
    await page.getByRole('checkbox', { name: 'Select Crowd 109' }).check()
    await page.getByRole('button', { name: 'Select all 110 that match' }).click()
    const bar = page.getByRole('group', { name: 'Selected' })
    await bar.getByText('110 selected').waitFor()
    await leads.lead(await leads.person('Crowd latecomer'), { sessionId: session.id })
    await page.getByText('111 of ').waitFor()
    await bar.getByText('110 selected').waitFor()
    await bar.getByRole('button', { name: 'Move to…' }).click()
    await page.getByRole('radio', { name: 'Qualified' }).check()
    await page.getByRole('button', { name: 'Move 110' }).dblclick()
    await page.getByText('110 leads moved.').waitFor()
    assert.equal(await countOf('qualified'), 110)
    const { leads: left } = await owner.api.get(200, '/leads?status=new&search=crowd')
    assert.deepEqual(
      left.map((lead: { contact_name: string }) => lead.contact_name),
      ['Crowd latecomer'],
    )
    assert.deepEqual(unexpected(), [])
  })

  test('a board of 500 leads draws a few cards, scrolls on to the next page and does not lag', async () => {
    await insertMany(480)
    const page = await world.signedIn(owner, '/leads')
    await column(page, 'new').locator('.lead').first().waitFor()
    assert.ok((await page.locator('.lead').count()) < 80)
    // What the page itself computes, so that a busy machine is no lag of the board.
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
    const worked = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics')
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN)
    }
    const before = await worked()
    const steps: number = await page.evaluate(scrollBoard)
    const typical = ((await worked()) - before) / steps
    await column(page, 'new').getByText('Many 250').waitFor()
    assert.ok(typical < 100, `a step took ${Math.round(typical)} ms`)
    assert.ok((await page.locator('.lead').count()) < 80)
  })

  test('after a lost connection the board shows what happened meanwhile', async () => {
    const page = await world.signedIn(owner, '/leads?search=offline')
    await page.getByText('0 of ').waitFor()
    await page.context().setOffline(true)
    await leads.lead(await leads.person('Offline Person'), { sessionId: session.id })
    await page.context().setOffline(false)
    await column(page, 'new').getByText('Offline Person').waitFor()
  })
})

/** Many leads at once, the last one the newest. */
async function insertMany(count: number): Promise<void> {
  await world.app.app.ctx.db.pool.query(
    `
    INSERT INTO leads (id, tenant_id, contact_phone, contact_name, status, signal_score, score_signals, facts,
      group_id, wa_group_id, group_name, session_id, monitor_mode, last_group_id, last_group_name,
      last_monitor_mode, last_signal_at, detected_at, updated_at)
    SELECT gen_random_uuid(), $1::uuid, '1666' || lpad(n::text, 7, '0'), 'Many ' || n, 'new', 3,
      '[]', '{}', $2::uuid, '1@g.us', 'Many', $3::uuid, 'all', $2::uuid, 'Many', 'all', now(),
      timestamptz '2025-01-01' + n * interval '1 minute', now() FROM generate_series(1, $4::int) AS n`,
    [leads.tenant.id, leads.groupId, session.id, count],
  )
}

async function newest(): Promise<string> {
  const answer = await owner.api.get(200, '/leads?limit=1&status=new')
  return answer.leads[0].id
}
