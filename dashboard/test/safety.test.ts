import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { submit } from '../../server/src/features/sending/outbox/submit.service.ts'
import { addWarmContact, type LinkedSession, linkSession } from '../../server/test/linked-session.ts'
import { untilAnswer } from '../../server/test/until.ts'
import { endOfDay, startOfDay } from '../src/areas/safety/days.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld } from './browser.ts'

let world: DashboardWorld
let owner: Owner
let session: LinkedSession
let phone: string

before(async () => {
  world = await openWorld()
  owner = await world.owner()
  session = await linkSession(world.app, owner.api)
  await owner.api.patch(200, '/tenant/settings', { require_approval: true, time_zone: 'Pacific/Auckland' })
  phone = await addWarmContact(world.app, session)
})
after(() => world.close())

/** An agent writes; nothing leaves before a person says so. */
async function hold(text: string): Promise<string> {
  const { tenant_id: tenantId } = await owner.api.get(200, '/users/me')
  const ctx = { ...world.app.app.ctx, caller: { kind: 'system' as const, tenantId } }
  const content = { kind: 'text' as const, text }
  const { message } = await submit(ctx, {
    sessionId: session.id,
    chatId: `${phone}@c.us`,
    content,
    origin: 'agent',
  })
  return message.id
}

async function showWell(page: Page): Promise<void> {
  assert.deepEqual(await findBarriers(page), [])
}

suite('safety', () => {
  test('a held message appears by itself, is worded anew, survives a reload, and leaves once', async () => {
    const page = await world.signedIn(owner, '/safety')
    await page.getByText('Nothing waits for you').waitFor()
    await showWell(page)
    const id = await hold('We open at eight.')
    await page.getByRole('button', { name: 'We open at eight.' }).click()
    await page.getByRole('textbox', { name: 'Text' }).fill('We open at nine.')
    await page.reload()
    await page.getByRole('button', { name: 'We open at eight.' }).click()
    const typed = page.getByRole('textbox', { name: 'Text' })
    await typed.waitFor()
    assert.equal(await typed.inputValue(), 'We open at nine.')
    await showWell(page)

    // On a weak network a second press does nothing, and the first is what counts.
    let decisions = 0
    const pressed = Promise.withResolvers<void>()
    await page.route('**/approve', async (route) => {
      decisions += 1
      await pressed.promise
      await route.continue()
    })
    await page.getByRole('button', { name: 'Send as changed' }).dblclick()
    pressed.resolve()
    await page.getByText('Nothing waits for you').waitFor()
    assert.equal(decisions, 1)
    const sent = await untilAnswer(
      () => owner.api.get(200, `/messages/${id}`),
      ({ status }) => status !== 'pending_approval',
    )
    assert.equal(sent.content_preview, 'We open at nine.')
    assert.deepEqual(world.takeProblems(), [])
  })

  test('several are decided at once, exactly those selected; what is refused stays with its reason and is tried again alone', async () => {
    for (const text of ['First', 'Second', 'Third']) await hold(text)
    const page = await world.signedIn(owner, '/safety')
    await page.getByRole('checkbox', { name: 'Select First' }).check()
    await page.getByRole('checkbox', { name: 'Select Second' }).check()
    await page.getByRole('group', { name: 'Selected' }).getByRole('button', { name: 'Reject…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Reject 2 messages?' })
    await dialog.getByLabel('Reason').fill('Too salesy')
    let asked = 0
    await page.route('**/reject', async (route) => {
      asked += 1
      if (asked === 1)
        return route.fulfill({
          status: 409,
          contentType: 'application/json',
          body: JSON.stringify({ detail: 'The line was cut', code: 'conflict' }),
        })
      return route.continue()
    })
    await dialog.getByRole('button', { name: 'Reject 2' }).click()
    const rest = page.getByRole('dialog', { name: 'Reject 1 message?' })
    await rest.getByText('The line was cut').waitFor()
    await rest.getByRole('button', { name: 'Reject 1' }).click()
    await rest.waitFor({ state: 'detached' })
    assert.equal(asked, 3)
    const { approvals } = await owner.api.get(200, '/approvals?status=rejected')
    assert.deepEqual(
      approvals.map((one: { content_preview: string; reason: string }) => [one.content_preview, one.reason]),
      [
        ['Second', 'Too salesy'],
        ['First', 'Too salesy'],
      ],
    )
    await page.getByRole('button', { name: 'Third' }).waitFor()
    assert.equal(await page.getByRole('button', { name: 'First' }).count(), 0)
    const unexpected = world.takeProblems().filter((text) => !text.includes('409'))
    assert.deepEqual(unexpected, [])
  })

  test('a rule of the content policy blocks the text in the test field at once; anti-spam shows its rules', async () => {
    const page = await world.signedIn(owner, '/safety/content')
    await page.getByLabel('Text to try').fill('Win at the casino')
    await page.getByText('It may leave').waitFor()
    await page.getByRole('button', { name: 'New rule' }).click()
    await page.getByRole('textbox', { name: 'Pattern' }).fill('(')
    await page.getByRole('button', { name: 'Create rule' }).click()
    await page.locator('[aria-invalid=true]').waitFor()
    await page.getByRole('textbox', { name: 'Pattern' }).fill('casino')
    await page.getByRole('textbox', { name: 'Name' }).fill('No games')
    await page.getByRole('button', { name: 'Create rule' }).click()
    await page.getByText('It is refused').waitFor()
    await showWell(page)
    await page.getByRole('switch', { name: 'Rule No games' }).uncheck()
    await page.getByText('It may leave').waitFor()

    await page.getByRole('link', { name: 'Anti-spam' }).click()
    await page.getByText('Nobody is blocked').waitFor()
    await page.getByLabel('Messages within the window').fill('0')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('[aria-invalid=true]').waitFor()
    await page.getByLabel('Messages within the window').fill('30')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    const settings = await owner.api.get(200, '/antispam/settings')
    assert.deepEqual([settings.rate_limit, settings.rate_limit_window], [30, 60])
    await showWell(page)
    const unexpected = world.takeProblems().filter((text) => !text.includes('422'))
    assert.deepEqual(unexpected, [])
  })

  test('an opt-out is entered, found by its number and taken back; words are the tenant’s own; the log says who', async () => {
    const page = await world.signedIn(owner, '/safety/opt-outs')
    await page.getByText('Nobody opted out').waitFor()
    await page.getByRole('button', { name: 'Add opt-out' }).first().click()
    await page.getByLabel('Number', { exact: true }).fill('+1 (555) 010-0199')
    await page.getByRole('button', { name: 'Enter opt-out' }).click()
    const person = page.getByRole('button', { name: '+155 501 001 99' })
    await person.waitFor()
    await page.getByRole('searchbox', { name: 'Search a number' }).fill('+1 44')
    await page.getByText('No such number here').waitFor()
    await page.getByRole('searchbox', { name: 'Search a number' }).fill('+1 555')
    await person.click()
    await page.getByText(`Entered by ${owner.fullName}`).waitFor()
    await page.getByRole('button', { name: 'Take back…' }).click()
    await page.getByRole('button', { name: 'Take it back' }).click()
    await page.getByText('Came back').waitFor()
    assert.equal((await owner.api.get(200, '/opt-outs/15550100199')).opted_out, false)

    await page.goto(`${world.origin}/safety/words`)
    await page.getByRole('group', { name: 'Words that stop' }).getByLabel('Own words').check()
    await page.getByLabel('One on each line').fill('ENOUGH\n\nno more')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    const words = await owner.api.get(200, '/tenant/settings')
    assert.deepEqual([words.opt_out_words, words.opt_in_words], [['ENOUGH', 'no more'], null])

    await page.goto(`${world.origin}/safety/audit?area=opt_outs`)
    await page.getByText('opt_outs.delete').waitFor()
    assert.equal(await page.getByText('tenant_settings.update').count(), 0)
    await showWell(page)
    assert.deepEqual(world.takeProblems(), [])
  })

  test('days of the log are those of the tenant’s zone, also where the clocks change', () => {
    assert.equal(startOfDay('2026-02-11', 'Pacific/Auckland').toISOString(), '2026-02-10T11:00:00.000Z')
    assert.equal(startOfDay('2026-03-29', 'Europe/Lisbon').toISOString(), '2026-03-29T00:00:00.000Z')
    assert.equal(endOfDay('2026-03-29', 'Europe/Lisbon').toISOString(), '2026-03-29T23:00:00.000Z')
    assert.equal(endOfDay('2026-10-25', 'America/Bogota').toISOString(), '2026-10-26T05:00:00.000Z')
  })
})
