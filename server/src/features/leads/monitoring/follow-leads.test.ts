import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { buildInboundMessage } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { storeInbound } from '../../conversations/inbound/store-inbound.service.ts'
import { fillTemplate } from './monitored-groups.schema.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
})
after(() => app.close())

interface Group {
  id: string
  wa: string
}

async function monitor(members: string[], body: Record<string, unknown> = {}): Promise<Group> {
  const { id: wa } = app.simulator.groups.create({
    subject: 'Neighbourhood',
    owner: addContact(app),
    members: [...members, session.phone],
  })
  const made = await tenant.api.post(201, '/groups', {
    session_id: session.id,
    wa_group_id: wa,
    monitor_keywords: ['flat'],
    auto_respond: true,
    response_template: 'Hi {{name|there}}, about the {{keyword}}: call {{phone}}!',
    ...body,
  })
  return { id: made.id, wa }
}

let count = 0

/** Says something in a group and lets what follows happen. */
async function say(group: Group, phone: string, text = 'I need a flat'): Promise<void> {
  count += 1
  const whole = `${text} ${count}`
  const received = nextEvent(app, 'message.received', (told) => told.text === whole)
  await app.simulator.sendMessage(phone, { to: group.wa, text: whole })
  await received
  await app.runJobs()
}

async function responsesOf({ id }: Group): Promise<{ status: string; error: string | null }[]> {
  const { rows } = await app.database.db.pool.query(
    'SELECT status, error FROM auto_responses WHERE group_id = $1 ORDER BY created_at, id',
    [id],
  )
  return rows
}

const submitted = { status: 'submitted', error: null }

suite('answers from a template', () => {
  test('the person’s direct chat gets it, with name, phone and keyword', async () => {
    const anna = addContact(app, 'Anna')
    const group = await monitor([anna])
    const arrives = app.simulator.nextMessage(anna, (message) => message.from === `${session.phone}@c.us`)
    await say(group, anna)
    const { text } = await arrives
    assert.equal(text, `Hi Anna, about the flat: call +${anna}!`)
    assert.deepEqual(await responsesOf(group), [submitted])
  })

  test('nobody is answered twice within the interval, whichever group; then again', async () => {
    const ben = addContact(app)
    const [first, second] = [
      await monitor([ben]),
      await monitor([ben], { auto_respond_interval_hours: 2, response_template: 'Hello {{name}}' }),
    ]
    await say(first, ben)
    await say(first, ben)
    await say(second, ben)
    assert.deepEqual([await responsesOf(first), await responsesOf(second)], [[submitted], []])
    // The clock stays: two hours later the test's own access token would be over.
    await app.database.db.pool.query(
      "UPDATE auto_response_turns SET claimed_at = claimed_at - interval '2 hours'",
    )
    await say(first, ben)
    assert.equal((await responsesOf(first)).length, 1)
    await say(second, ben)
    assert.deepEqual(await responsesOf(second), [submitted])
  })

  test('a group answers at most so many a day', async () => {
    const people = Array.from({ length: 3 }, () => addContact(app))
    const group = await monitor(people, { auto_respond_daily_cap: 2 })
    for (const phone of people) await say(group, phone)
    assert.equal((await responsesOf(group)).length, 2)
  })

  test('who opted out is left alone, and the refusal is recorded once', async () => {
    const carl = addContact(app)
    const group = await monitor([carl])
    assert.equal((await tenant.api.call('PUT', `/opt-outs/${carl}`)).status, 200)
    await say(group, carl)
    await app.runJobs({ includeDelayed: true })
    assert.deepEqual(await responsesOf(group), [{ status: 'refused', error: 'recipient_opted_out' }])
    assert.equal(
      app.simulator.messages(carl).some(({ from }) => from === `${session.phone}@c.us`),
      false,
    )
  })

  test('what the pipeline refuses is recorded and not tried again', async () => {
    const dora = addContact(app)
    const group = await monitor([dora])
    await tenant.api.patch(200, '/tenant/settings', { cold_contacts: 'strict' })
    await say(group, dora)
    await tenant.api.patch(200, '/tenant/settings', { cold_contacts: 'budget' })
    await app.runJobs({ includeDelayed: true })
    const [only, ...others] = await responsesOf(group)
    assert.equal(others.length, 0)
    assert.equal(only?.status, 'refused')
    assert.match(only?.error ?? '', /cold|reciproc/)
  })

  test('another account of the tenant is never answered, nor anybody without a match or a template', async () => {
    const second = await linkSession(app, tenant.api)
    const group = await monitor([second.phone])
    await say(group, second.phone)
    assert.deepEqual(await responsesOf(group), [{ status: 'refused', error: 'own_account' }])
    const emil = addContact(app)
    const silent = await monitor([emil], { response_template: null })
    const other = await monitor([emil])
    await say(silent, emil)
    await say(other, emil, 'good morning')
    assert.deepEqual([await responsesOf(silent), await responsesOf(other)], [[], []])
  })

  test('a group that was switched off meanwhile answers nobody', async () => {
    const fay = addContact(app)
    const group = await monitor([fay])
    const received = nextEvent(app, 'message.received', (told) => told.text === 'flat!')
    await app.simulator.sendMessage(fay, { to: group.wa, text: 'flat!' })
    await received
    await tenant.api.patch(200, `/groups/${group.id}`, { auto_respond: false })
    await app.runJobs()
    assert.deepEqual(await responsesOf(group), [{ status: 'refused', error: 'switched_off' }])
  })

  test('20 messages of one person at once make one answer', async () => {
    const gus = addContact(app)
    const group = await monitor([gus])
    const ctx = { ...app.app.ctx, caller: { kind: 'system' as const, tenantId: tenant.id } }
    const sender = { phone: gus, lid: null, pushName: 'Gus' }
    const content = { kind: 'text' as const, text: 'flat', mentions: [] }
    await Promise.all(
      Array.from({ length: 20 }, () => {
        const owner = { tenantId: tenant.id, sessionId: session.id }
        return storeInbound(ctx, [
          buildInboundMessage(owner, { chatId: group.wa, isGroup: true, sender, content }),
        ])
      }),
    )
    await app.runJobs()
    assert.deepEqual(await responsesOf(group), [submitted])
  })
})

suite('labels of leads', () => {
  const labelsOf = async (phone: string) =>
    (await tenant.api.get(200, `/labels/chat/${phone}@c.us`)).map(({ id }: { id: string }) => id)

  test('a new lead’s direct chat gets the group’s label; taken off it stays off; a deleted label is dropped', async () => {
    const hal = addContact(app)
    const label = await tenant.api.post(201, '/labels', { name: 'Lead', color: '#FF6B35' })
    const group = await monitor([hal], {
      auto_respond: false,
      auto_label_leads: true,
      lead_label_id: label.id,
    })
    await say(group, hal, 'good morning')
    await say(group, hal)
    assert.deepEqual(await labelsOf(hal), [label.id])
    const body = { label_ids: [] }
    assert.equal((await tenant.api.call('PUT', `/labels/chat/${hal}@c.us`, { body })).status, 200)
    await say(group, hal)
    assert.deepEqual(await labelsOf(hal), [])
    await tenant.api.delete(200, `/labels/${label.id}`)
    const after = await tenant.api.get(200, `/groups/${group.id}`)
    assert.deepEqual([after.lead_label_id, after.auto_label_leads], [null, false])
  })
})

suite('templates', () => {
  test('placeholders take the value, else the fallback, else nothing', () => {
    const values = { name: null, phone: '+15550123456', keyword: 'flat' }
    assert.equal(
      fillTemplate('Hi {{name|there}}, {{ phone }} {{keyword | it}}', values),
      'Hi there, +15550123456 flat',
    )
    assert.equal(fillTemplate('Hi {{name}}!', values), 'Hi !')
    assert.equal(fillTemplate('Hi {{name}}!', { ...values, name: '{{phone}} $1' }), 'Hi {{phone}} $1!')
    assert.equal(fillTemplate(' {{name}} ', values), '')
  })
})
