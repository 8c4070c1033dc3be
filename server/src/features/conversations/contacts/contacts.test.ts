import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ApiClient } from '../../../../test/api-client.ts'
import { buildInboundMessage, buildPhone, createSession } from '../../../../test/builders.ts'
import { createTestApp, type TestApp, type TestTenant } from '../../../../test/harness.ts'
import { buildLead } from '../../../../test/leads-world.ts'
import type { Context } from '../../../context.ts'
import type { ContactChange, Person } from '../../../engine/events.ts'
import { mergeContactsWith } from '../inbound/merge-contacts.service.ts'
import { storeInbound } from '../inbound/store-inbound.service.ts'
import { applyContacts } from './address-book.service.ts'

let app: TestApp
let tenant: TestTenant

const contextOf = ({ id }: TestTenant): Context => ({
  ...app.app.ctx,
  caller: { kind: 'system', tenantId: id },
})

async function meet(owner: TestTenant, sessionId: string, person: Partial<Person>): Promise<string> {
  const sender = { phone: null, lid: null, pushName: null, ...person }
  const chatId = `${sender.phone ?? sender.lid}@c.us`
  await storeInbound(contextOf(owner), [
    buildInboundMessage({ tenantId: owner.id, sessionId }, { sender, chatId }),
  ])
  return chatId
}

function tell(
  owner: TestTenant,
  sessionId: string,
  changes: readonly Omit<ContactChange, 'tenantId' | 'sessionId'>[],
) {
  const ctx = contextOf(owner)
  const told = changes.map((change) => ({ tenantId: owner.id, sessionId, ...change }))
  return applyContacts(ctx, told, mergeContactsWith(ctx))
}

const person = (phone: string, pushName: string | null = null): Person => ({ phone, lid: null, pushName })

async function search(api: ApiClient, text: string): Promise<(string | null)[]> {
  const { contacts, total } = await api.get(200, `/contacts?search=${encodeURIComponent(text)}`)
  assert.equal(total, contacts.length)
  return contacts.map((contact: { name: string | null }) => contact.name)
}

suite('contacts', () => {
  let sessionId: string
  before(async () => {
    app = await createTestApp()
    tenant = await app.tenant()
    sessionId = (await createSession(tenant.api)).id
  })
  after(() => app.close())

  test('contacts.get: 200 with the documented keys and what was said', async () => {
    const phone = '48600123456'
    await meet(tenant, sessionId, { phone, pushName: 'Dora' })
    const { contacts } = await tenant.api.get(200, `/contacts?search=${phone}`)
    const [contact] = contacts
    assert.deepEqual(contact, {
      id: contact.id,
      phone: `+${phone}`,
      name: 'Dora',
      push_name: 'Dora',
      is_business: false,
      sessions: [sessionId],
      labels: [],
      last_inbound_at: '2026-02-11T10:00:00Z',
      last_outbound_at: null,
      message_count: 1,
      wa_chat_id: `${phone}@c.us`,
      own_name: null,
      book_name: null,
      notes: null,
      is_blocked: false,
    })
    assert.deepEqual(await tenant.api.get(200, `/contacts/${contact.id}`), {
      ...contact,
      time_zones: ['Europe/Warsaw'],
      language: null,
      first_inbound_at: '2026-02-11T10:00:00Z',
    })
  })

  test("the tenant's name is shown before the address book's, and that before the person's", async () => {
    const phone = buildPhone()
    await meet(tenant, sessionId, { phone, pushName: 'anna_92' })
    await tell(tenant, sessionId, [{ person: person(phone), name: 'Anna Schmidt', isBusiness: true }])
    const shown = async () => (await tenant.api.get(200, `/contacts?search=${phone}`)).contacts[0]
    const inBook = await shown()
    assert.equal(inBook.name, 'Anna Schmidt')
    assert.equal(inBook.is_business, true)
    const path = `/contacts/${inBook.id}`
    const named = await tenant.api.patch(200, path, { name: 'Anna (bakery)', notes: 'Closed on Mondays' })
    assert.equal(named.name, 'Anna (bakery)')
    assert.equal(named.notes, 'Closed on Mondays')
    assert.equal((await tenant.api.patch(200, path, { name: null })).name, 'Anna Schmidt')
    await tell(tenant, sessionId, [{ person: person(phone), name: null }])
    const forgotten = await shown()
    assert.equal(forgotten.name, 'anna_92')
    assert.equal(forgotten.notes, 'Closed on Mondays')
  })

  test('a new name is in the next message event', async () => {
    const phone = buildPhone()
    await meet(tenant, sessionId, { phone, pushName: 'Old' })
    const { contacts } = await tenant.api.get(200, `/contacts?search=${phone}`)
    await tenant.api.patch(200, `/contacts/${contacts[0].id}`, { name: 'New' })
    const chatId = await meet(tenant, sessionId, { phone, pushName: 'Old' })
    const { messages } = await tenant.api.get(200, `/messages/chat/${sessionId}/${chatId}`)
    assert.equal(messages[0].sender_name, 'New')
  })

  test('contacts.list: search finds the beginnings of words and numbers, and nothing of other tenants', async () => {
    const owner = await app.tenant()
    const other = await app.tenant()
    const own = (await createSession(owner.api)).id
    const foreign = (await createSession(other.api)).id
    await meet(other, foreign, { phone: '4915112345678', pushName: 'Maria Foreign' })
    const people: [string, string][] = [
      ['4915112345678', 'Maria Klein'],
      ['34600123456', 'José-María Núñez'],
      ['819012345678', '山田太郎'],
      ['5511912345678', "O'Brien & Söhne"],
      ['12025550147', '🌟🌟'],
    ]
    for (const [phone, pushName] of people) await meet(owner, own, { phone, pushName })
    assert.deepEqual(await search(owner.api, 'mar'), ['José-María Núñez', 'Maria Klein'])
    assert.deepEqual(await search(owner.api, 'kle MARIA'), ['Maria Klein'])
    assert.deepEqual(await search(owner.api, 'lein'), [])
    assert.deepEqual(await search(owner.api, '山田'), ['山田太郎'])
    assert.deepEqual(await search(owner.api, 'söh'), ["O'Brien & Söhne"])
    assert.deepEqual(await search(owner.api, '🌟'), ['🌟🌟'])
    assert.deepEqual(await search(owner.api, '+49 151'), ['Maria Klein'])
    assert.deepEqual(await search(owner.api, '0151 1234'), ['Maria Klein'])
    assert.deepEqual(await search(owner.api, '0049151'), ['Maria Klein'])
    for (const hostile of ["'", ':*', '!', '& |', '\\', '%', '_', "a' OR 1=1 --", '((']) {
      assert.ok((await search(owner.api, hostile)).length < people.length, hostile)
    }
  })

  test('contacts.list: pages by what people are called, the nameless last; total is exact', async () => {
    const owner = await app.tenant()
    const own = (await createSession(owner.api)).id
    const names = ['b', 'A', null, 'd', 'C']
    for (const pushName of names) await meet(owner, own, { phone: buildPhone(), pushName })
    const first = await owner.api.get(200, '/contacts?limit=3')
    const rest = await owner.api.get(200, '/contacts?limit=3&offset=3')
    const listed = [...first.contacts, ...rest.contacts].map((contact) => contact.name)
    assert.deepEqual(listed, ['A', 'b', 'C', 'd', null])
    assert.equal(first.total, 5)
    const empty = (await createSession(owner.api)).id
    assert.equal((await owner.api.get(200, `/contacts?session_id=${empty}`)).total, 0)
    await tenant.api.get(404, `/contacts?session_id=${own}`)
  })

  test('an address book of 1,200 becomes contacts once; strangers without a name there do not', async () => {
    const owner = await app.tenant()
    const own = (await createSession(owner.api)).id
    const listed = Array.from({ length: 1200 }, (_, index) => ({
      person: person(buildPhone()),
      name: `Friend ${index}`,
    }))
    const stranger = person(buildPhone(), 'Nobody')
    await tell(owner, own, [...listed, { person: stranger }, { person: stranger, isBusiness: true }])
    await tell(owner, own, listed)
    assert.equal((await owner.api.get(200, `/contacts?session_id=${own}`)).total, 1200)
    assert.deepEqual(await search(owner.api, 'nobody'), [])
  })

  test('names that PostgreSQL cannot keep, and two addresses that become one person', async () => {
    const owner = await app.tenant()
    const own = (await createSession(owner.api)).id
    const phone = buildPhone()
    const lid = `9${phone}`
    await meet(owner, own, { phone: null, lid })
    await tell(owner, own, [
      { person: person(phone), name: 'N\0ora\udc00', isBlocked: true },
      { person: { phone, lid, pushName: null }, isBusiness: true },
    ])
    const { contacts, total } = await owner.api.get(200, '/contacts')
    assert.equal(total, 1)
    assert.match(contacts[0].name, /^Nora/)
    assert.deepEqual(
      [contacts[0].phone, contacts[0].is_blocked, contacts[0].is_business, contacts[0].message_count],
      [`+${phone}`, true, true, 1],
    )
  })

  test('keys read contacts only after the opt-in; messages:read is enough then', async () => {
    const owner = await app.tenant()
    const key = await owner.apiWith(['messages:read'])
    const refused = await key.get(403, '/contacts')
    assert.match(refused.detail, /Chat history access requires opt-in/)
    await owner.api.patch(200, '/tenant/settings', { chat_history_access_enabled: true })
    assert.deepEqual((await key.get(200, '/contacts')).contacts, [])
    await key.patch(403, '/contacts/01990000-0000-7000-8000-000000000000', { name: 'x' })
  })

  test('contacts go with the last session that knew them, unless the tenant wrote about them or has a lead of them', async () => {
    const owner = await app.tenant()
    const own = (await createSession(owner.api)).id
    await meet(owner, own, { phone: buildPhone(), pushName: 'Gone' })
    await meet(owner, own, { phone: buildPhone(), pushName: 'Kept' })
    const { contacts } = await owner.api.get(200, '/contacts?search=kept')
    await owner.api.patch(200, `/contacts/${contacts[0].id}`, { notes: 'a regular' })
    await meet(owner, own, { phone: buildPhone(), pushName: 'Lead' })
    const found = await owner.api.get(200, '/contacts?search=lead')
    const contactId = found.contacts[0].id
    await buildLead(app.app.ctx, { tenantId: owner.id, sessionId: own, contactId })
    await owner.api.delete(200, `/sessions/${own}`)
    assert.deepEqual((await search(owner.api, '')).sort(), ['Kept', 'Lead'])
  })

  test('contacts.check: 422 names the phone, 404 a foreign session, 400 one that does not work', async () => {
    const other = await app.tenant()
    const bad = await tenant.api.get(422, `/contacts/check?session_id=${sessionId}&phone=12ab`)
    assert.match(bad.detail, /^phone/)
    await other.api.get(404, `/contacts/check?session_id=${sessionId}&phone=15550123456`)
    await tenant.api.get(400, `/contacts/check?session_id=${sessionId}&phone=15550123456`)
  })
})
