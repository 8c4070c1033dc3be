import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import { buildPhone, createWebhook } from '../../server/test/builders.ts'
import { linkSession } from '../../server/test/linked-session.ts'
import { untilAnswer } from '../../server/test/until.ts'
import { openWebhookReceiver } from '../../server/test/webhook-receiver.ts'
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
  test('are failing in words and bars; filters narrow the log, and what is selected is sent again', async () => {
    await using endpoint = await openWebhookReceiver()
    const session = await linkSession(world.app, owner.api)
    const webhook = await createWebhook(owner.api, {
      url: endpoint.url,
      name: 'Orders',
      events: ['message.received', 'lead.detected'],
    })
    endpoint.answer({ status: 500 })
    const writer = buildPhone()
    world.app.simulator.createAccount({ phone: writer, name: 'Writer' })
    for (const text of ['one', 'two', 'three'])
      await world.app.simulator.sendMessage(writer, { to: `${session.phone}@c.us`, text })
    const page = await world.signedIn(owner, `/webhooks/${webhook.id}`)
    const rows = page.locator('[data-row]')
    await rows.nth(2).waitFor()
    await page.locator('.hours-chart rect[fill="var(--bad)"]').waitFor()

    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByRole('alert').getByText(/500/).waitFor()
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Event', exact: true }).click()
    await page.getByRole('menuitem', { name: 'lead.detected' }).click()
    await page.getByText('No delivery here').waitFor()
    await page.getByRole('button', { name: 'lead.detected' }).click()
    await page.getByRole('button', { name: 'Since' }).click()
    await page.getByRole('menuitem', { name: /24/ }).click()
    await rows.nth(2).waitFor()
    assert.deepEqual(await findBarriers(page), [])

    endpoint.answer({ status: 204 })
    await rows.first().getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Select all 3 that match' }).click()
    await page.getByText('3 selected').waitFor()
    await page.getByRole('button', { name: 'Send again…', exact: true }).click()
    await page.getByRole('button', { name: 'Send 3 again', exact: true }).click()
    const path = `/webhooks/deliveries?webhook_id=${webhook.id}`
    await untilAnswer(
      () => owner.api.get(200, path),
      ({ counts }) => counts.delivered === 3,
    )
    await page.getByText('Delivered').nth(2).waitFor()
    await page.getByText('3 deliveries are sent again').waitFor()
    assert.deepEqual(world.takeProblems(), [])
  })
})
