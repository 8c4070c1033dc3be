import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld } from './browser.ts'

let world: DashboardWorld
let owner: Owner

before(async () => {
  world = await openWorld()
})
beforeEach(async () => {
  owner = await world.owner()
})
after(() => world.close())

suite('webhooks', () => {
  test('are made with a secret that is shown once, and tell how they are', async () => {
    const page = await world.signedIn(owner, '/webhooks')
    await page.getByRole('button', { name: 'New webhook' }).click()
    await page.getByLabel('Webhook address').fill('not an address')
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.locator('[aria-invalid=true]').waitFor()
    await page.getByLabel('Webhook address').fill('http://127.0.0.1:9/hook')
    await page.getByRole('button', { name: 'Create webhook' }).click()
    await page.getByText(/^whsec_/).waitFor()
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('heading', { level: 1, name: '127.0.0.1' }).waitFor()
    const [webhook] = await owner.api.get(200, '/webhooks')
    assert.deepEqual([webhook.events, webhook.has_secret], [['message.received'], true])
    assert.deepEqual(await findBarriers(page), [])
    const unexpected = world.takeProblems().filter((text) => !text.includes('422'))
    assert.deepEqual(unexpected, [])
  })
})
