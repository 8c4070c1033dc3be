import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ApiClient, fetchDoor } from '../../server/test/api-client.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld } from './browser.ts'

let world: DashboardWorld
let owner: Owner

before(async () => {
  world = await openWorld()
  owner = await world.owner()
})
after(() => world.close())

suite('settings', () => {
  test('a key is made once for two clicks, shown until it is kept, works, and ends when revoked', async () => {
    const page = await world.signedIn(owner, '/settings/keys')
    await page.getByText('No program has a key yet').waitFor()
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.locator('[aria-invalid=true]').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('n8n')
    await page.getByRole('radio', { name: 'Own choice of scopes' }).check()
    await page.getByRole('checkbox', { name: 'sessions:read' }).uncheck()
    await page.getByRole('checkbox', { name: 'usage:read' }).check()
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('button', { name: 'Create key' }).dblclick()
    const dialog = page.getByRole('dialog', { name: 'Keep this key' })
    await dialog.waitFor()
    // What nobody can read again does not go by a stray key or click.
    await page.keyboard.press('Escape')
    await page.mouse.click(5, 5)
    const secret = (await dialog.locator('pre').textContent()) ?? ''
    assert.deepEqual(await findBarriers(page), [])
    await dialog.getByRole('button', { name: 'I have kept it' }).click()
    assert.equal(await page.getByText(secret).count(), 0)
    const keys = await owner.api.get(200, '/api-keys')
    assert.deepEqual(
      keys.map((key: { name: string }) => key.name),
      ['n8n'],
    )
    assert.ok(keys[0].scopes.includes('usage:read') && !keys[0].scopes.includes('sessions:read'))

    const program = new ApiClient(fetchDoor(world.origin), { 'x-api-key': secret })
    await program.get(200, '/usage/current')
    await page.getByRole('button', { name: 'More for n8n' }).click()
    await page.getByRole('menuitem', { name: 'Revoke…' }).click()
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await page.getByText('Revoked', { exact: true }).waitFor()
    await program.get(401, '/usage/current')
    const unexpected = world.takeProblems().filter((text) => !text.includes('422'))
    assert.deepEqual(unexpected, [])
  })

  test('what is typed outlives a reload, only what was touched is saved, and a refusal stays beside what it is about', async () => {
    const page = await world.signedIn(owner, '/settings/workspace')
    await page.getByLabel('Messages, days').fill('0')
    await page.reload()
    const days = page.getByLabel('Messages, days')
    await days.waitFor()
    assert.equal(await days.inputValue(), '0')
    // UTC is the zone of whoever chose none, and no name that browsers list.
    assert.equal(await page.getByLabel('Time zone').inputValue(), 'UTC')
    // Meanwhile somebody else changes another number of the same form.
    await owner.api.patch(200, '/tenant/settings', { media_retention_days: 12 })
    const save = page.getByRole('button', { name: 'Save', exact: true })
    await save.click()
    await page.locator('[aria-invalid=true]').waitFor()
    await days.fill('45')
    await save.click()
    await page.getByText('Saved').waitFor()
    const saved = await owner.api.get(200, '/tenant/settings')
    assert.deepEqual([saved.message_retention_days, saved.media_retention_days], [45, 12])

    const isOpen = page.getByRole('switch', { name: 'Let API keys and tools read chats' })
    await isOpen.check()
    const isStill = isOpen.and(page.locator(':not([aria-busy])'))
    await isStill.waitFor()
    await page.route('**/tenant/settings', (route) =>
      route.request().method() === 'PATCH' ? route.abort() : route.continue(),
    )
    await isOpen.click()
    await page.getByText('The server could not be reached').waitFor()
    await isStill.waitFor()
    assert.equal(await isOpen.isChecked(), true)
    await page.unroute('**/tenant/settings')
    assert.equal((await owner.api.get(200, '/tenant/settings')).chat_history_access_enabled, true)
    assert.deepEqual(await findBarriers(page), [])
    world.takeProblems()
  })

  test('the own password and language change; a wrong password says so', async () => {
    const page = await world.signedIn(owner, '/settings')
    await page.getByLabel('Current password').fill('not the one')
    await page.getByLabel('New password').fill('another long password')
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByText('The current password is wrong').waitFor()
    await page.getByLabel('Current password').fill(owner.password)
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByText('All other logins ended').waitFor()
    const open = new ApiClient(fetchDoor(world.origin))
    await open.post(401, '/auth/login', { email: owner.email, password: owner.password })
    await open.post(200, '/auth/login', { email: owner.email, password: 'another long password' })

    await page.getByLabel('Language', { exact: true }).selectOption('he')
    await page.getByRole('heading', { level: 1, name: 'פרופיל' }).waitFor()
    assert.deepEqual(await findBarriers(page), [])
    world.takeProblems()
  })

  test('a person is invited by a link, joins, gets another role, and is removed while they look', async () => {
    const host = await world.owner()
    const page = await world.signedIn(host, '/settings/people')
    await page.getByRole('button', { name: 'Invite' }).click()
    await page.getByLabel('E-mail address').fill('grace@example.com')
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('button', { name: 'Make the link' }).dblclick()
    const dialog = page.getByRole('dialog', { name: 'Hand over this link' })
    const link = new URL((await dialog.locator('pre').textContent()) ?? '')
    await dialog.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('heading', { name: 'Invitations' }).waitFor()
    assert.deepEqual(await findBarriers(page), [])

    const guest = await (await world.context()).newPage()
    await guest.goto(world.origin + link.pathname + link.hash)
    await guest.getByText('You were invited as member').waitFor()
    // The token is gone from the address, and a reload keeps it.
    assert.equal(new URL(guest.url()).hash, '')
    await guest.reload()
    await guest.getByLabel('Your name').fill('Grace')
    await guest.getByLabel('Password').fill('a long enough password')
    assert.deepEqual(await findBarriers(guest), [])
    await guest.getByRole('button', { name: 'Join' }).click()
    await guest.locator('.app').waitFor()
    await guest.goto(`${world.origin}/settings/people`)
    await guest.getByRole('button', { name: 'More for Grace' }).waitFor()

    // It is live: the page of whoever invited shows them without a reload.
    await page.getByRole('button', { name: 'More for Grace' }).click()
    await page.getByRole('menuitem', { name: 'Change the role…' }).click()
    await page.getByRole('radio', { name: /^Admin/ }).check()
    await page.getByRole('button', { name: 'Change the role' }).click()
    await page.getByText('The role is changed').waitFor()
    await guest.getByText('Admin', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'More for Grace' }).click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByRole('button', { name: 'More for Grace' }).waitFor({ state: 'detached' })
    await guest.reload()
    await guest.getByRole('heading', { name: 'Sign in' }).waitFor()

    const again = await (await world.context()).newPage()
    await again.goto(world.origin + link.pathname + link.hash)
    await again.getByText('This invitation does not work any more').waitFor()
    assert.deepEqual(await findBarriers(again), [])
    world.takeProblems()
  })

  test('a member sees what is refused, and why', async () => {
    const other = await world.owner()
    const { id } = await other.api.get(200, '/users/me')
    await world.app.database.db.pool.query(`UPDATE users SET role = 'member' WHERE id = $1`, [id])
    const page = await world.signedIn(other, '/settings/keys')
    await page.getByText('Keys are made and ended by an owner or admin').waitFor()
    assert.equal(await page.getByRole('button', { name: 'New key' }).count(), 0)
    await page.getByRole('link', { name: 'Outreach' }).last().click()
    const hold = page.getByRole('switch', { name: /Hold what models/ })
    await hold.click({ force: true })
    assert.equal(await hold.isChecked(), false)
    await page.getByText('Only an owner or admin may change this').first().waitFor()
    await page.getByRole('link', { name: 'Plan and usage' }).click()
    await page.getByRole('heading', { name: 'Plans' }).waitFor()
    assert.deepEqual(await findBarriers(page), [])
    // Pages of the tests before are signed out since their password changed.
    const unexpected = world.takeProblems().filter((text) => !text.includes('/auth/refresh'))
    assert.deepEqual(unexpected, [])
  })
})
