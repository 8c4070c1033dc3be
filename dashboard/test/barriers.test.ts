import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { createWebhook } from '../../server/test/builders.ts'
import { buildLead } from '../../server/test/leads-world.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld, type View } from './browser.ts'
import { type InboxWorld, openInbox } from './inbox-world.ts'
import { findPlaces, type Place } from './screenshot-places.ts'

let world: DashboardWorld
let empty: Owner
let inbox: InboxWorld

before(async () => {
  world = await openWorld()
  empty = await world.owner()
  inbox = await openInbox(world)
  await fill(inbox)
})
after(() => world.close())

/** Something of each kind, so that every page has what it is for. */
async function fill({ owner: { api }, session, person }: InboxWorld): Promise<void> {
  const { phone } = await person('Ada Brook')
  const group = world.app.simulator.groups.create({
    subject: 'Roof club',
    owner: phone,
    members: [session.phone],
  })
  await api.post(201, '/groups', { session_id: session.id, wa_group_id: group.id, keywords: ['lemon'] })
  const { contacts } = await api.get(200, '/contacts')
  const { tenant_id: tenantId } = await api.get(200, '/users/me')
  await buildLead(world.app.app.ctx, { tenantId, sessionId: session.id, contactId: contacts[0].id })
  await createWebhook(api, { url: 'http://127.0.0.1:9/hook', name: 'Orders' })
  const members = [{ phone: '+15550100117', name: 'Noor Haddad' }]
  const list = await api.post(201, '/custom-groups', { name: 'Newsletter', members })
  await api.post(201, '/custom-groups', { name: 'Spanish', filter: { language: 'es' } })
  const plan = { session_id: session.id, custom_group_id: list.id, message_content: 'Half price on Saturday' }
  await api.post(201, '/bulk-send', { ...plan, name: 'Autumn' })
  const rule = { schedule_type: 'daily', cron_expression: '0 9 * * *', timezone: 'Europe/Lisbon' }
  await api.post(201, '/scheduled-messages', { ...plan, name: 'Hours', ...rule })
  await api.post(201, '/reports', { name: 'Each day', template_id: 'daily_activity', ...rule })
}

/** The addresses of all pages of a world that are there to be looked at. */
async function placesOf(page: Page, owner: Owner): Promise<Place[]> {
  return findPlaces(page, (path) => owner.api.get(200, path))
}

/** Goes through all pages as links do, and says what stands in the way of people on each; contrast by theme. */
async function walk(owner: Owner, view: View, themes: readonly ('light' | 'dark')[]): Promise<string[]> {
  const page = await world.signedIn(owner, '/', view)
  const found: string[] = []
  for (const { name, path } of await placesOf(page, owner)) {
    await page.evaluate(`history.pushState({}, '', ${JSON.stringify(path)})`)
    await page.locator('h1').first().waitFor({ state: 'attached' })
    await page.locator('.skel, [aria-busy=true]').first().waitFor({ state: 'detached' })
    const contrast = themes.length === 0 ? 'not' : undefined
    const note = (theme: string, barriers: readonly string[]) =>
      found.push(...barriers.map((barrier) => `${name} ${theme}: ${barrier}`))
    note(themes[0] ?? 'any', await findBarriers(page, contrast))
    const beyond = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )
    if (beyond > 0) found.push(`${name}: ${beyond} pixels wider than the screen`)
    for (const theme of themes.slice(1)) {
      await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`)
      note(theme, await findBarriers(page, 'alone'))
      await page.evaluate(`document.documentElement.dataset.theme = '${themes[0]}'`)
    }
  }
  await page.context().close()
  return found
}

suite('no page', () => {
  test('has a serious barrier, a word on the console or more than the width of the screen, in both themes, full or empty', async () => {
    assert.deepEqual(await walk(inbox.owner, {}, ['light', 'dark']), [])
    assert.deepEqual(await walk(empty, { width: 390 }, ['light']), [])
    assert.deepEqual(world.takeProblems(), [])
  })

  test('has one from right to left on a phone', async () => {
    assert.deepEqual(await walk(inbox.owner, { language: 'he', width: 390 }, []), [])
    assert.deepEqual(world.takeProblems(), [])
  })
})
