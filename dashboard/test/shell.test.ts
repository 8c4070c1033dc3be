import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { untilAnswer } from '../../server/test/until.ts'
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

  test('tabs share one stream, and another one listens when the tab that did goes', async () => {
    const person = await world.owner()
    const first = await world.signedIn(person, '/webhooks')
    const streams: Page[] = []
    first.context().on('request', (request) => {
      if (request.url().endsWith('/api/v2/events')) streams.push(request.frame().page())
    })
    await live(first)
    const second = await first.context().newPage()
    await second.goto(`${world.origin}/webhooks`)
    await live(second)
    await person.api.post(201, '/custom-groups', { name: 'Told by the other tab' })
    await person.api.post(201, '/labels', { name: 'New', color: '#FF6B35' })
    assert.equal(streams.filter((page) => page === second).length, 0)
    await first.close()
    // It fetches again with its own stream, and is told what happens from then on.
    await person.api.patch(200, '/tenant', { name: 'Renamed while one tab was left' })
    await second.goto(`${world.origin}/settings/workspace`)
    await live(second)
    const name = second.getByLabel('Name', { exact: true })
    await name.waitFor()
    await person.api.patch(200, '/tenant', { name: 'Renamed once more' })
    await untilAnswer(
      () => name.inputValue(),
      (value) => value === 'Renamed once more',
    )
    world.takeProblems()
  })

  test('without a place for a stream it says how often it asks, and asks', async () => {
    const person = await world.owner()
    const page = await (await world.context()).newPage()
    await page.route('**/api/v2/events', (route) =>
      route.fulfill({
        status: 429,
        contentType: 'application/json',
        headers: { 'retry-after': '30' },
        body: '{"detail":"This tenant has 100 streams open","code":"too_many_streams"}',
      }),
    )
    await page.goto(`${world.origin}/sign-in`)
    await page.locator('input[type=email]').fill(person.email)
    await page.locator('input[type=password]').fill(person.password)
    await page.locator('button[type=submit]').click()
    await page.getByText(/^Every 20 seconds, /).waitFor()
    await page.unroute('**/api/v2/events')
    // A return of the line is a reason to try at once.
    await page.evaluate("dispatchEvent(new Event('online'))")
    await live(page)
    world.takeProblems()
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
