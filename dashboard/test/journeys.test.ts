import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { createSetupLink } from '../../server/src/features/account/setup/setup.service.ts'
import { ApiClient, fetchDoor } from '../../server/test/api-client.ts'
import { buildPhone } from '../../server/test/builders.ts'
import { untilAnswer } from '../../server/test/until.ts'
import { openWebhookReceiver } from '../../server/test/webhook-receiver.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, openOwnWorld } from './browser.ts'
import { openInbox } from './inbox-world.ts'

const email = 'ada@example.com'
const password = 'a long enough password'
let world: DashboardWorld

before(async () => {
  // One more try, at once: what fails is given up within the test.
  world = await openOwnWorld({ webhookRetrySeconds: [1] })
})
after(() => world.close())

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value)
}

/** The API as the owner whom the first run made. */
async function apiOfOwner(): Promise<ApiClient> {
  const open = new ApiClient(fetchDoor(world.origin))
  const { access_token: token } = await open.post(200, '/auth/login', { email, password })
  return new ApiClient(fetchDoor(world.origin), { authorization: `Bearer ${token}` })
}

suite('from the set-up link', () => {
  let page: Page
  let link: URL

  test('a phone gets to an account in its own time zone; the used link leads to signing in', async () => {
    link = new URL((await createSetupLink(world.app.app.ctx)) ?? '')
    page = await (await world.context({ width: 390, timeZone: 'UTC' })).newPage()
    await page.goto(`${world.origin}/setup${link.hash}`)
    await page.getByRole('heading', { name: 'Set up your server' }).waitFor()
    assert.equal(new URL(page.url()).hash, '')
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.locator('[aria-invalid=true]').first().waitFor()
    await fill(page, {
      'Your name': 'Ada',
      Workspace: 'Example',
      'E-mail address': email,
      Password: password,
    })
    // A browser's own zone is chosen already, also the one that browsers leave out of their list.
    assert.equal(await page.getByLabel('Time zone').inputValue(), 'UTC')
    await page.getByLabel('Time zone').fill('Lisbon')
    await page.getByRole('option', { name: 'Europe/Lisbon' }).click()
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/sessions')
    await page.locator('.app').waitFor()
    const again = await (await world.context()).newPage()
    await again.goto(`${world.origin}/setup${link.hash}`)
    await again.getByRole('link', { name: 'Sign in' }).click()
    await again.waitForURL('**/sign-in')
    await again.close()
    const zones = await world.app.app.ctx.db.pool.query('SELECT time_zone FROM tenant_settings')
    assert.deepEqual(zones.rows, [{ time_zone: 'Europe/Lisbon' }])
    assert.deepEqual(
      world.takeProblems().filter((text) => !text.includes('422')),
      [],
    )
  })

  test('it connects the first number, gets the first message and answers it', async () => {
    const api = await apiOfOwner()
    await page.getByRole('button', { name: 'Connect a number' }).first().click()
    await page.getByLabel('Name').fill('Shop counter')
    await page.getByRole('button', { name: 'Show the code' }).click()
    await page.getByRole('img', { name: /QR code to scan/ }).waitFor()
    const [session] = await api.get(200, '/sessions')
    const { code } = await api.get(200, `/sessions/${session.id}/qr`, { accept: 'application/json' })
    const { simulator } = world.app
    const [shop, friend] = [buildPhone(), buildPhone()]
    simulator.createAccount({ phone: shop, name: 'Shop' })
    simulator.createAccount({ phone: friend, name: 'Bo Sample' })
    simulator.scan(shop, code)
    await page.getByText('Messages flow both ways', { exact: false }).waitFor()
    await simulator.sendMessage(friend, { to: shop, text: 'Are you open today?' })
    await page.getByRole('link', { name: /^Inbox/ }).click()
    await page.locator('.conv', { hasText: 'Are you open today?' }).click()
    await page.locator('.m', { hasText: 'Are you open today?' }).waitFor()
    const answered = simulator.nextMessage(friend)
    await page.locator('.composer textarea').fill('Until six.')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    assert.equal((await answered).text, 'Until six.')
    await page.locator('.m.out', { hasText: 'Until six.' }).waitFor()
    assert.deepEqual(world.takeProblems(), [])
  })
})

suite('a delivery that failed', () => {
  test('is found from the overview, says what was answered, and arrives when it is sent again', async () => {
    await using receiver = await openWebhookReceiver()
    const { owner, person } = await openInbox(world)
    receiver.answer({ status: 500, body: 'The shop is closed' })
    const { id } = await owner.api.post(201, '/webhooks', {
      url: `${receiver.url}/hook`,
      name: 'Shop system',
      events: ['message.received'],
    })
    await person('Cleo Sample')
    const failed = () => owner.api.get(200, `/webhooks/${id}/deliveries?status=failed`)
    await untilAnswer(failed, ({ total }) => total === 1)
    const [first] = receiver.received
    const page = await world.signedIn(owner)
    await page.locator('.need li', { hasText: 'Shop system' }).getByRole('link').click()
    await page.getByRole('button', { name: /^Failed/ }).click()
    await page.getByRole('button', { name: 'message.received' }).click()
    const pane = page.getByRole('complementary', { name: 'Delivery' })
    await pane.getByText('The shop is closed').waitFor()
    await pane.getByText('Cleo Sample').waitFor()
    receiver.answer({ status: 200 })
    await pane.getByRole('button', { name: 'Send again' }).click()
    await pane.getByText('Taken with 200').waitFor()
    const last = receiver.received.at(-1)
    assert.equal(last?.headers['webhook-id'], first?.headers['webhook-id'])
    assert.equal((await failed()).total, 0)
    await page.getByRole('link', { name: 'Overview' }).click()
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await page.locator('.need li', { hasText: 'Shop system' }).waitFor({ state: 'detached' })
    assert.deepEqual(world.takeProblems(), [])
  })
})
