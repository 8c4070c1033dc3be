import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { createSetupLink } from '../../server/src/features/account/setup/setup.service.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, openWorld } from './browser.ts'

const password = 'a long enough password'
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

suite('the first run', () => {
  test('leads from the link of the terminal to the first number, and the used link to signing in', async () => {
    const link = new URL((await createSetupLink(world.app.app.ctx)) ?? '')
    const page = await (await world.context({ width: 390 })).newPage()
    await page.goto(`${world.origin}/setup${link.hash}`)
    await page.getByRole('heading', { name: 'Set up your server' }).waitFor()
    assert.equal(new URL(page.url()).hash, '')
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.locator('[aria-invalid=true]').first().waitFor()
    await fill(page, { 'Your name': 'Ada', Workspace: 'Example', 'E-mail address': 'ada@example.com' })
    await page.getByLabel('Password').fill(password)
    await page.getByLabel('Time zone').fill('Lisbon')
    await page.getByRole('option', { name: 'Europe/Lisbon' }).click()
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/sessions')
    await page.locator('.app').waitFor()
    const again = await (await world.context()).newPage()
    await again.goto(`${world.origin}/setup${link.hash}`)
    await again.getByRole('link', { name: 'Sign in' }).click()
    await again.waitForURL('**/sign-in')
    const zones = await world.app.app.ctx.db.pool.query('SELECT time_zone FROM tenant_settings')
    assert.deepEqual(zones.rows, [{ time_zone: 'Europe/Lisbon' }])
    const others = world.takeProblems().filter((text) => !text.includes('422'))
    assert.deepEqual(others, [])
  })
})

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

  test('leads to places of the product alone, whatever a link says', async () => {
    const owner = await world.owner()
    const page = await world.signedIn(owner, '//elsewhere.example/')
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

  test('is prolonged once for all tabs, and both go on', async () => {
    const owner = await world.owner()
    const first = await world.signedIn(owner, '/webhooks')
    const context = first.context()
    let refreshes = 0
    context.on('request', (request) => {
      if (request.url().endsWith('/auth/refresh')) refreshes += 1
    })
    const second = await context.newPage()
    await second.goto(`${world.origin}/webhooks`)
    await second.getByRole('button', { name: 'New webhook' }).waitFor()
    assert.equal(refreshes, 1)
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
