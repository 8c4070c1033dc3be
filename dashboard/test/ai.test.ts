import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startModelSimulator } from '../../model-simulator/src/start.ts'
import { buildPhone } from '../../server/test/builders.ts'
import { type LinkedSession, linkSession } from '../../server/test/linked-session.ts'
import { untilAnswer } from '../../server/test/until.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld } from './browser.ts'

let world: DashboardWorld
let owner: Owner
let session: LinkedSession
let models: Awaited<ReturnType<typeof startModelSimulator>>

before(async () => {
  world = await openWorld()
  models = await startModelSimulator()
  owner = await world.owner()
  session = await linkSession(world.app, owner.api)
})
after(async () => {
  await world.close()
  await models.close()
})

suite('AI', () => {
  test('from nothing to a reply that a person words anew and sends: consent, a model, a document, a draft', async () => {
    const page = await world.signedIn(owner, '/ai/models')
    await page.getByText('Models may not read messages yet').waitFor()
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('link', { name: 'Allow it in Settings' }).click()
    await page.getByRole('switch', { name: 'Let models read messages' }).click()
    await page.goto(`${world.origin}/ai/models`)

    await page.getByLabel('Provider').selectOption({ label: 'Own address, compatible with OpenAI' })
    await page.getByLabel('Address', { exact: true }).fill(`${models.url}/v1`)
    await page.getByLabel('Model for answers').fill('sim-chat')
    await page.getByLabel('Key', { exact: true }).fill('key-of-nobody')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    const config = await owner.api.get(200, '/ai/config')
    assert.deepEqual([config.provider, config.model, config.has_api_key], ['compatible', 'sim-chat', true])
    await page.getByRole('button', { name: 'Test the models' }).click()
    await page.locator('.tested').getByText('Works').first().waitFor()
    assert.deepEqual(await findBarriers(page), [])

    await page.getByRole('link', { name: 'Knowledge', exact: true }).click()
    await page.getByText('No document yet').waitFor()
    await page.locator('input[type=file]').setInputFiles({
      name: 'Opening hours.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from(
        'We are open from Monday to Friday, nine to five. Parking is free behind the house.',
      ),
    })
    await page.getByText('Ready').waitFor()
    await page.getByRole('textbox', { name: 'Question' }).fill('When are you open?')
    await page.getByRole('button', { name: 'Search', exact: true }).click()
    await page.locator('.passages').getByText('nine to five').waitFor()
    await page.getByText('By words alone').waitFor()
    assert.deepEqual(await findBarriers(page), [])

    await page.getByRole('link', { name: 'Automatic replies' }).click()
    await page.getByRole('radio', { name: 'Drafts replies' }).check()
    await page.getByLabel('Waits for more messages, seconds').fill('0')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    assert.deepEqual(await findBarriers(page), [])

    await page.getByRole('link', { name: 'Drafts', exact: true }).click()
    await page.getByText('No draft waits').waitFor()
    const writer = buildPhone()
    world.app.simulator.createAccount({ phone: writer, name: 'Writer' })
    await world.app.simulator.sendMessage(writer, {
      to: `${session.phone}@c.us`,
      text: 'When are you open?',
    })
    await page.locator('[data-row]').click()
    await page.getByLabel('Text', { exact: true }).fill('From nine to five, and on Saturday by agreement.')
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('The reply is on its way').waitFor()
    await page.getByText('No draft waits').waitFor()
    const { chats } = await owner.api.get(200, `/chats?search=${writer}`)
    await untilAnswer(
      () => owner.api.get(200, `/chats?search=${writer}`),
      (answer) => answer.chats[0].last_message.content_preview.startsWith('From nine to five'),
    )
    assert.equal(chats.length, 1)
    assert.deepEqual(world.takeProblems(), [])
  })
})

suite('reviews', () => {
  test('are found in what is stored, approved, hidden and shown again', async () => {
    const fan = buildPhone()
    world.app.simulator.createAccount({ phone: fan, name: 'Happy Fan' })
    await world.app.simulator.sendMessage(fan, {
      to: `${session.phone}@c.us`,
      text: 'Great service, excellent work and a wonderful team, I am very happy. Thank you, I recommend you!',
    })
    const page = await world.signedIn(owner, '/reviews')
    await page.getByText('No review yet').waitFor()
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('link', { name: 'To the collectors' }).click()
    await page.getByRole('button', { name: 'New collector' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Praise')
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('button', { name: 'Create collector' }).click()
    const row = page.getByRole('row', { name: /Praise/ })
    await row.getByRole('button', { name: 'More actions of Praise' }).click()
    await page.getByRole('menuitem', { name: 'Look through stored messages' }).click()
    await row.getByRole('cell', { name: '1', exact: true }).waitFor()
    await page.getByRole('link', { name: 'Reviews', exact: true }).last().click()
    const review = page.getByRole('article', { name: 'Happy Fan' })
    await review.getByText('found by').waitFor()
    assert.deepEqual(await findBarriers(page), [])
    await review.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('Approved: it may be shown').waitFor()
    const { testimonials } = await owner.api.get(200, '/reviews/testimonials/export')
    assert.equal(testimonials.length, 1)
    await page.getByRole('button', { name: /^Approved/ }).click()
    await review.getByRole('button', { name: 'Hide' }).click()
    await page.getByText('No review here').waitFor()
    assert.equal((await owner.api.get(200, '/reviews/testimonials/export')).total, 0)
    assert.deepEqual(world.takeProblems(), [])
  })
})
