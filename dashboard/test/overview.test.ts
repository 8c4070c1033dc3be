import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildPhone } from '../../server/test/builders.ts'
import { linkSession } from '../../server/test/linked-session.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld } from './browser.ts'

let world: DashboardWorld
let owner: Owner

before(async () => {
  world = await openWorld()
  owner = await world.owner()
})
after(() => world.close())

suite('overview', () => {
  test('before the first number it leads to connecting one; then a message counts at once, a removed phone needs you', async () => {
    const page = await world.signedIn(owner, '/')
    await page.getByRole('link', { name: 'Connect a number' }).waitFor()
    assert.deepEqual(await findBarriers(page), [])

    const session = await linkSession(world.app, owner.api)
    await page.getByText('Nothing needs you').waitFor()
    assert.deepEqual(await findBarriers(page), [])
    const writer = buildPhone()
    world.app.simulator.createAccount({ phone: writer, name: 'Writer' })
    await world.app.simulator.sendMessage(writer, { to: `${session.phone}@c.us`, text: 'Is anybody there?' })
    const waiting = page.getByRole('link', { name: /Is anybody there\?/ })
    await waiting.waitFor()
    assert.ok((await waiting.getAttribute('href'))?.startsWith(`/inbox/${session.id}/`))
    const inbox = page
      .getByRole('navigation', { name: 'Main', exact: true })
      .getByRole('link', { name: /Inbox/ })
    await inbox.filter({ hasText: '1' }).waitFor()

    world.app.simulator.fault({ kind: 'logout', phone: session.phone })
    await page.getByText('One thing needs you').waitFor()
    await page.getByRole('link', { name: 'Link again' }).click()
    await page.getByRole('heading', { level: 1, name: 'Front desk' }).waitFor()
    await page.goto(`${world.origin}/sessions`)
    await page.getByText('no longer linked').waitFor()
    assert.deepEqual(world.takeProblems(), [])
  })
})
