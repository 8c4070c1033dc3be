import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld, type View } from './browser.ts'

let world: DashboardWorld
let owner: Owner

before(async () => {
  world = await openWorld()
  owner = await world.owner()
})
after(() => world.close())

const webhook = (name: string) => ({ name, url: 'http://127.0.0.1:9/hook', events: ['message.received'] })
const live = (page: Page) => page.getByText(/^Live, /).waitFor()

suite('the shell', () => {
  test('fetches again what is shown once the line is back, and says since when it was not', async () => {
    const page = await world.signedIn(owner, '/webhooks')
    await live(page)
    await page.context().setOffline(true)
    await page.getByText(/^You are offline since \d\d:\d\d$/).waitFor()
    await owner.api.post(201, '/webhooks', webhook('Made meanwhile'))
    await page.context().setOffline(false)
    await page.getByRole('link', { name: 'Made meanwhile' }).waitFor()
    await live(page)
    const others = world.takeProblems().filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED'))
    assert.deepEqual(others, [])
  })

  test('is walked by keys alone: go, palette, help, and what single keys do can be switched off', async () => {
    const page = await world.signedIn(owner, '/')
    await page.keyboard.press('g')
    await page.keyboard.press('w')
    await page.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.type('saf')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Approvals' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('switch', { name: 'Single keys' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('w')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    assert.equal(await page.locator('h1').textContent(), 'Approvals')
    assert.deepEqual(world.takeProblems(), [])
  })

  test('speaks the language that was chosen, from right to left where it runs so, also after a reload', async () => {
    const page = await world.signedIn(owner, '/webhooks')
    await page.getByRole('button', { name: 'Theme and language' }).click()
    await page.getByRole('menuitem', { name: 'עברית' }).click()
    await page.getByRole('link', { name: 'תיבת דואר' }).waitFor()
    await page.reload()
    await page.getByRole('link', { name: 'תיבת דואר' }).waitFor()
    const html = page.locator('html')
    assert.deepEqual([await html.getAttribute('dir'), await html.getAttribute('lang')], ['rtl', 'he'])
    assert.deepEqual(world.takeProblems(), [])
  })

  const views: readonly View[] = [
    { theme: 'light' },
    { theme: 'dark', width: 390 },
    { theme: 'dark', language: 'he' },
    { theme: 'light', width: 1024, language: 'zh' },
  ]
  for (const view of views) {
    test(`has no barrier in ${view.theme} at ${view.width ?? 1440} in ${view.language ?? 'en'}`, async () => {
      const page = await world.signedIn(owner, '/webhooks', view)
      await page.getByRole('link', { name: 'Made meanwhile' }).waitFor()
      assert.deepEqual(await findBarriers(page), [])
      assert.deepEqual(world.takeProblems(), [])
    })
  }
})
