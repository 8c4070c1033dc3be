import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { until } from '../../server/test/until.ts'
import { type DashboardWorld, openWorld, plainHost } from './browser.ts'

const halfAnHourMs = 30 * 60_000
let world: DashboardWorld

before(async () => {
  world = await openWorld()
})
after(() => world.close())

/** Refusals are what these tests are about; browsers tell them as errors. */
const takeOtherProblems = () => world.takeProblems().filter((text) => !/status of (?:401|403)/.test(text))

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value)
}

/** A tab that hears what others tell it later than their locks are free, as on a machine that is busy. */
const hearLate = `{
  const { addEventListener } = BroadcastChannel.prototype
  const later = setTimeout
  BroadcastChannel.prototype.addEventListener = function (type, listen, options) {
    addEventListener.call(this, type, (event) => later(() => listen(event), 80), options)
  }
}`

const isAwaited = 'navigator.locks.query().then(({ pending }) => pending.length > 0)'

suite('signing in', () => {
  test('says what is wrong, leads to where one wanted to go, and signing out ends it in every tab', async () => {
    const owner = await world.owner()
    const context = await world.context()
    const page = await context.newPage()
    await page.goto(`${world.origin}/webhooks`)
    await fill(page, { 'E-mail address': owner.email, Password: 'not the password' })
    await page.keyboard.press('Enter')
    await page.getByText('Wrong e-mail address or password').waitFor()
    await fill(page, { Password: owner.password })
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor()
    const second = await context.newPage()
    await second.goto(`${world.origin}/leads`)
    await second.getByRole('heading', { level: 1, name: 'Leads' }).waitFor()
    assert.deepEqual(await second.evaluate('[document.cookie, JSON.stringify({...sessionStorage})]'), [
      '',
      '{}',
    ])
    const kept = String(await second.evaluate('JSON.stringify({...localStorage})'))
    assert.doesNotMatch(kept, /rt_|eyJ/)
    await page.getByRole('button', { name: 'Theme and language' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await second.getByText('Your login has ended').waitFor()
    await page.goto(`${world.origin}/inbox`)
    await page.waitForURL('**/sign-in?to=%2Finbox')
    assert.deepEqual(takeOtherProblems(), [])
  })

  test('works on an address without https, where browsers lack locks, keys and a clipboard', async () => {
    const owner = await world.owner()
    const { port } = new URL(world.origin)
    const page = await (await world.context()).newPage()
    await page.goto(`http://${plainHost}:${port}/inbox`)
    await fill(page, { 'E-mail address': owner.email, Password: owner.password })
    await page.keyboard.press('Enter')
    await page.locator('.app').waitFor()
    assert.equal(await page.evaluate('isSecureContext'), false)
    await page.goto(`http://${plainHost}:${port}/leads`)
    await page.getByRole('heading', { level: 1, name: 'Leads' }).waitFor()
    await page.locator('[data-curl]').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Copy' }).first().click()
    await dialog.getByRole('button', { name: 'Copied' }).first().waitFor()
    await page.goto(`http://${plainHost}:${port}/campaigns/new`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    assert.deepEqual(takeOtherProblems(), [])
  })

  test('leads to places of the product alone, whatever a link says', async () => {
    const owner = await world.owner()
    const page = await (await world.context()).newPage()
    await page.goto(`${world.origin}/sign-in?to=${encodeURIComponent('//elsewhere.example/')}`)
    await fill(page, { 'E-mail address': owner.email, Password: owner.password })
    await page.keyboard.press('Enter')
    await page.locator('.app').waitFor()
    assert.equal(new URL(page.url()).origin, world.origin)
  })

  test('is asked for again over the page when the login ends, and what was typed is still there', async () => {
    const owner = await world.owner()
    const page = await world.signedIn(owner, '/webhooks')
    await page.getByRole('button', { name: 'New webhook' }).click()
    await page.getByLabel('Webhook address').fill('http://127.0.0.1:9/typed')
    const next = 'another long password'
    await owner.api.patch(200, '/users/me', { current_password: owner.password, new_password: next })
    await page.getByRole('button', { name: 'Create webhook' }).click()
    const dialog = page.getByRole('dialog', { name: 'Your login has ended' })
    await dialog.getByLabel('Password').fill(next)
    await dialog.getByRole('button', { name: 'Sign in' }).click()
    await dialog.waitFor({ state: 'detached' })
    assert.equal(await page.getByLabel('Webhook address').inputValue(), 'http://127.0.0.1:9/typed')
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByText(/^whsec_/).waitFor()
    assert.deepEqual(takeOtherProblems(), [])
  })

  // The last one: it stops the clock of its pages.
  test('is prolonged once for all tabs, and both go on', async (t) => {
    const owner = await world.owner()
    const first = await world.signedIn(owner, '/webhooks')
    const context = first.context()
    // What is said to it here would be heard by those who use it next.
    t.after(() => context.close())
    await context.addInitScript(hearLate)
    await first.reload()
    await first.getByRole('button', { name: 'New webhook' }).waitFor()
    let refreshes = 0
    context.on('request', (request) => {
      if (request.url().endsWith('/auth/refresh')) refreshes += 1
    })
    const second = await context.newPage()
    await second.goto(`${world.origin}/webhooks`)
    await second.getByRole('button', { name: 'New webhook' }).waitFor()
    assert.equal(refreshes, 1)
    // Answered once the other tab waits for its turn.
    await context.route('**/auth/refresh', async (route) => {
      await until('a tab that waits', () => second.evaluate<boolean>(isAwaited).then((is) => is || undefined))
      await route.continue()
    })
    const later = Date.now() + halfAnHourMs
    for (const page of [first, second]) await page.clock.setSystemTime(later)
    await Promise.all(
      [first, second].map(async (page) => {
        await page.keyboard.press('g')
        await page.keyboard.press('s')
        await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor()
        await page.keyboard.press('g')
        await page.keyboard.press('w')
        await page.getByRole('button', { name: 'New webhook' }).waitFor()
      }),
    )
    assert.equal(refreshes, 2)
    assert.deepEqual(world.takeProblems(), [])
  })
})
