import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildPhone } from '../../server/test/builders.ts'
import { untilAnswer } from '../../server/test/until.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld } from './browser.ts'

let world: DashboardWorld
let owner: Owner

before(async () => {
  world = await openWorld()
  owner = await world.owner()
})
after(() => world.close())

suite('sessions', () => {
  test('a number is connected from the page alone: code, scan, and it turns to the linked number by itself', async () => {
    const page = await world.signedIn(owner, '/sessions')
    await page.getByText('No number is connected yet').waitFor()
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('button', { name: 'Connect a number' }).click()
    await page.getByRole('button', { name: 'Show the code' }).click()
    // A name is missing: the refusal stands at its field, and what is typed then is taken.
    await page.locator('[aria-invalid=true]').waitFor()
    await page.getByLabel('Name').fill('Shop counter')
    await page.getByRole('button', { name: 'Show the code' }).click()
    const picture = page.getByRole('img', { name: /QR code to scan/ })
    await picture.waitFor()
    assert.match((await picture.getAttribute('src')) ?? '', /^data:image\/png;base64,/)
    await page.getByText(/New code in/).waitFor()
    assert.deepEqual(await findBarriers(page), [])

    const [session] = await owner.api.get(200, '/sessions')
    const { code } = await owner.api.get(200, `/sessions/${session.id}/qr`, { accept: 'application/json' })
    const phone = buildPhone()
    world.app.simulator.createAccount({ phone, name: 'Shop counter' })
    world.app.simulator.scan(phone, code)
    await page.getByRole('heading', { name: 'Timeline' }).waitFor()
    await page.getByText('Messages flow both ways', { exact: false }).waitFor()
    assert.equal(await picture.count(), 0)
    assert.deepEqual(await findBarriers(page), [])

    // The phone removes the device: the page says so, and offers to link it again.
    world.app.simulator.fault({ kind: 'logout', phone })
    await page.getByText('Unlinked', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'Link again' }).first().click()
    await picture.waitFor()
    const unexpected = world.takeProblems().filter((text) => !text.includes('422'))
    assert.deepEqual(unexpected, [])
  })

  test('a code to type is asked for with the number, and shown as the phone shows it', async () => {
    const { id } = await owner.api.post(201, '/sessions', { name: 'By code' })
    const page = await world.signedIn(owner, `/sessions/${id}`)
    await page.getByRole('button', { name: 'Show a code' }).click()
    await page.getByRole('button', { name: 'Get a code' }).waitFor()
    await page.getByLabel('Number of the phone').fill('12')
    await page.getByRole('button', { name: 'Get a code' }).click()
    await page.locator('[aria-invalid=true]').waitFor()
    await page.getByLabel('Number of the phone').fill('+1 (555) 010-0177')
    await page.getByRole('button', { name: 'Get a code' }).click()
    const code = page.getByLabel('Pairing code')
    await code.waitFor()
    assert.match((await code.textContent()) ?? '', /^[A-Z0-9]{4}-[A-Z0-9]{4}$/)
    world.takeProblems()
  })

  test('stopping and deleting ask first; what is deleted is gone from the list', async () => {
    const { id } = await owner.api.post(201, '/sessions', { name: 'Old number' })
    await owner.api.post(200, `/sessions/${id}/start`)
    const page = await world.signedIn(owner, '/sessions')
    const row = page.getByRole('article', { name: 'Old number' })
    await row.getByText('Waiting for a scan').waitFor()
    await row.getByRole('button', { name: 'More for Old number' }).click()
    await page.getByRole('menuitem', { name: 'Stop…' }).click()
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await row.getByText('Stopped', { exact: true }).waitFor()
    await untilAnswer(
      () => owner.api.get(200, `/sessions/${id}`),
      ({ status }) => status === 'stopped',
    )
    await row.getByRole('button', { name: 'More for Old number' }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await page.getByRole('textbox').fill('Old number')
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await row.waitFor({ state: 'detached' })
    await owner.api.get(404, `/sessions/${id}`)
    // What its stop made old may have been asked for a moment after its end.
    const unexpected = world.takeProblems().filter((text) => !(text.includes('404') && text.includes(id)))
    assert.deepEqual(unexpected, [])
  })
})
