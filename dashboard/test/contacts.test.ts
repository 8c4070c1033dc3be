import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { addContact, type LinkedSession, linkSession, nextEvent } from '../../server/test/linked-session.ts'
import { findBarriers } from './axe.ts'
import { type DashboardWorld, type Owner, openWorld } from './browser.ts'

let world: DashboardWorld
let owner: Owner
let session: LinkedSession

before(async () => {
  world = await openWorld()
  owner = await world.owner()
  session = await linkSession(world.app, owner.api)
})
after(() => world.close())

const customers = `Kunde;Handynummer;Ort;Intern
Ada;+1 555 010 0901;Berlin;x
"Ben; der Zweite";0151 23456789;Köln;x
Cleo;nobody knows;Bonn;x
Ada again;+15550100901;Berlin;x
`

suite('contacts', () => {
  test('a file becomes a list with what was truly stored, and the list a segment whose size is live', async () => {
    const page = await world.signedIn(owner, '/contacts/lists')
    await page.getByRole('button', { name: 'New' }).click()
    await page.getByRole('menuitem', { name: 'New list' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('Customers')
    await page.getByRole('button', { name: 'Create list' }).dblclick()
    await page.getByRole('button', { name: 'Import CSV' }).click()
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(customers) })
    const preview = page.getByRole('region', { name: 'Beginning of the file' })
    await preview.getByText('Ben; der Zweite').waitFor()
    const role = (column: string) => preview.getByLabel(`What ${column} becomes`)
    assert.deepEqual(
      [
        await role('Kunde').inputValue(),
        await role('Handynummer').inputValue(),
        await role('Ort').inputValue(),
      ],
      ['name', 'phone', 'value'],
    )
    await role('Intern').selectOption('skip')
    await page.getByLabel('Country of numbers without a country code').fill('Germany')
    await page.getByRole('option', { name: 'Germany' }).click()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('2 people were stored').waitFor()
    await page.getByRole('row', { name: /4.*nobody knows/ }).waitFor()
    await page.getByRole('button', { name: 'Open the list' }).click()
    await page.getByRole('row', { name: /Ben; der Zweite.*Ort: Köln/ }).waitFor()
    const [list] = (await owner.api.get(200, '/custom-groups')).groups
    const { members } = await owner.api.get(200, `/custom-groups/${list.id}`)
    assert.deepEqual(
      members.map(({ phone, variables }: { phone: string; variables: object }) => [phone, variables]),
      [
        ['+15550100901', { Ort: 'Berlin' }],
        ['+4915123456789', { Ort: 'Köln' }],
      ],
    )
    await page.goto(`${world.origin}/contacts/segments/new`)
    await page.getByLabel('Name').fill('Customers who never wrote')
    const add = async (name: string) => {
      await page.getByRole('button', { name: 'Condition', exact: true }).click()
      await page.getByRole('menuitem', { name }).click()
    }
    await add('Is on one of the lists')
    await page.getByText('until then it does not count').waitFor()
    await page.getByRole('checkbox', { name: 'Customers' }).check()
    const size = page.getByRole('region', { name: 'People now' })
    await size.getByText('2 people').waitFor()
    await add('Has ever written')
    await size.getByText('0 people').waitFor()
    await page.getByRole('combobox', { name: 'Which' }).selectOption('no')
    await size.getByText('2 people').waitFor()
    assert.deepEqual(await findBarriers(page), [])
    await page.getByRole('button', { name: 'Create segment' }).click()
    await page.getByRole('heading', { level: 1, name: 'Customers who never wrote' }).waitFor()
    await page.getByText('2 conditions').waitFor()
    await page.getByRole('row', { name: /Ada/ }).waitFor()
    assert.deepEqual(world.takeProblems(), [])
  })

  test('a list of a WhatsApp group says how many of it WhatsApp hides', async () => {
    const members = [addContact(world.app, 'Ben'), addContact(world.app, 'Cleo')]
    const subject = 'Hidden numbers'
    world.app.simulator.groups.create({
      subject,
      owner: addContact(world.app, 'Dana'),
      members: [session.phone, ...members],
      hidesNumbers: true,
    })
    const page = await world.signedIn(owner, '/contacts/lists')
    await page.getByRole('button', { name: 'New' }).click()
    await page.getByRole('menuitem', { name: 'List of WhatsApp groups' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('From the group')
    await dialog.getByRole('checkbox', { name: subject }).check()
    await dialog.getByRole('button', { name: 'Create list' }).click()
    await dialog.getByText('3 people could not be put on it').waitFor()
    await dialog.getByRole('button', { name: 'Open the list' }).click()
    await page.getByText('Nobody is on the list yet').waitFor()
  })
})

suite('groups', () => {
  test('words are tried on the last messages while they are typed; what is captured shows by itself', async () => {
    const [ann = '', ben = ''] = [addContact(world.app, 'Ann'), addContact(world.app, 'Ben')]
    const subject = 'Balcony gardeners'
    const { id: wa_group_id } = world.app.simulator.groups.create({
      subject,
      owner: session.phone,
      members: [ann, ben],
    })
    const made = await owner.api.post(201, '/groups', {
      session_id: session.id,
      wa_group_id,
      keywords: ['soil'],
    })
    const say = async (from: string, message: string) => {
      const captured = nextEvent(world.app, 'message.received', (payload) => payload.text === message)
      await world.app.simulator.sendMessage(from, { to: wa_group_id, text: message })
      await captured
    }
    await say(ann, 'Where did you buy the lemon tree?')
    const page = await world.signedIn(owner, `/groups/${made.id}`)
    await page.getByText('0 of 1 messages match').waitFor()
    await page.getByRole('textbox', { name: 'Keywords' }).fill('soil\nlemon')
    await page.getByText('1 of 1 messages matches').waitFor()
    assert.equal(await page.locator('.hits mark').textContent(), 'lemon')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    await page.getByRole('button', { name: /^Messages/ }).click()
    await page.getByText('Nothing captured yet').waitFor()
    await say(ben, 'I sell lemons')
    await page.getByRole('row', { name: /Ben.*I sell lemons/ }).waitFor()
    await page.getByRole('link', { name: 'Group settings' }).click()
    await page.getByRole('textbox', { name: 'Description' }).fill('For people with a balcony')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved').waitFor()
    const member = page.getByRole('row', { name: new RegExp(ann.slice(-2)) })
    await member.getByRole('button').click()
    await page.getByRole('menuitem', { name: 'Make admin' }).click()
    await member.getByText('Admin').waitFor()
    const group = await owner.api.get(200, `/groups/wa/${wa_group_id}`)
    assert.equal(group.description, 'For people with a balcony')
    assert.equal(group.participants.find(({ phone }: { phone: string }) => phone === `+${ann}`).role, 'admin')
    assert.deepEqual(await findBarriers(page), [])
    assert.deepEqual(world.takeProblems(), [])
  })

  test('in Hebrew and the dark no screen of these areas has a barrier', async () => {
    const page = await world.signedIn(owner, '/groups', { language: 'he', theme: 'dark' })
    for (const path of ['/groups', '/leads', '/contacts', '/contacts/lists', '/contacts/segments/new']) {
      await page.goto(`${world.origin}${path}`)
      await page.locator('h1').waitFor()
      assert.deepEqual(await findBarriers(page), [], path)
    }
    assert.deepEqual(world.takeProblems(), [])
  })
})
