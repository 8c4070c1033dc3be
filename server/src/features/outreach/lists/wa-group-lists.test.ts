import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { sql as text } from 'drizzle-orm'
import { createSession } from '../../../../test/builders.ts'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
} from '../../../../test/linked-session.ts'

let app: LinkedApp
let tenant: TestTenant
let desk: LinkedSession
let shop: LinkedSession

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  desk = await linkSession(app, tenant.api)
  shop = await linkSession(app, tenant.api)
})
after(() => app.close())

const plus = (phones: readonly string[]) => phones.map((phone) => `+${phone}`).sort()

function makeGroup(
  owner: string,
  members: string[],
  options: { subject?: string; hidesNumbers?: boolean } = {},
) {
  const { subject = 'Neighbours', ...rest } = options
  return app.simulator.groups.create({ subject, owner, members, ...rest }).id
}

async function importGroups(groups: [id: string, session: LinkedSession][], of = tenant) {
  const waGroups = groups.map(([wa_group_id, { id }]) => ({ wa_group_id, session_id: id }))
  const made = await of.api.post(201, '/custom-groups/from-wa-groups', {
    name: 'People',
    wa_groups: waGroups,
  })
  const { members } = await of.api.get(200, `/custom-groups/${made.id}`)
  return { made, phones: members.map(({ phone }: { phone: string }) => phone).sort() }
}

suite('lists of WhatsApp groups', () => {
  test('have everybody of all groups once, without the own numbers, and say how many were there twice', async () => {
    const [anna, ben, cleo] = [addContact(app, 'Anna'), addContact(app, 'Ben'), addContact(app, 'Cleo')]
    const one = makeGroup(desk.phone, [anna, ben, shop.phone])
    const two = makeGroup(shop.phone, [ben, cleo])
    const { made, phones } = await importGroups([
      [one, desk],
      [two, shop],
      [one, desk],
    ])
    assert.deepEqual(phones, plus([anna, ben, cleo]))
    assert.deepEqual(
      [made.imported, made.duplicates_skipped, made.unresolved, made.member_count],
      [3, 1, 0, 3],
    )
  })

  test('count people whose number is hidden, once each and never the account itself; known ones are told', async () => {
    const [anna, ben, cleo] = [addContact(app, 'Anna'), addContact(app, 'Ben'), addContact(app, 'Cleo')]
    const hiding = makeGroup(desk.phone, [anna, ben, cleo], { hidesNumbers: true })
    const alsoHiding = makeGroup(desk.phone, [ben, cleo], { hidesNumbers: true })
    const { made, phones } = await importGroups([
      [hiding, desk],
      [alsoHiding, desk],
    ])
    assert.deepEqual([phones, made.unresolved, made.imported], [[], 3, 0])
    const showing = makeGroup(desk.phone, [ben])
    const known = await importGroups([
      [hiding, desk],
      [showing, desk],
    ])
    assert.deepEqual([known.phones, known.made.unresolved], [plus([ben]), 2])
  })

  test('of a thousand people appear whole or not at all; what is left behind goes', async () => {
    const members = Array.from({ length: 700 }, () => addContact(app))
    const id = makeGroup(desk.phone, members, { subject: 'Many' })
    const { made, phones } = await importGroups([[id, desk]])
    assert.deepEqual([made.imported, phones.length], [700, 700])
    const { ctx } = app.app
    const orphan = ctx.ids.uuid()
    await ctx.db.sql.execute(text`UPDATE custom_groups SET id = ${orphan} WHERE id = ${made.id}`)
    await app.runJobs({ includeDelayed: true })
    const { rows } = await ctx.db.sql.execute<{ total: number }>(
      text`SELECT count(*)::int AS total FROM custom_group_members WHERE group_id = ${made.id}`,
    )
    assert.equal(rows[0]?.total, 0)
  })

  test('can be made of what the sessions show: every group of those that work, with its size', async () => {
    const id = makeGroup(desk.phone, [addContact(app), addContact(app)], { subject: 'AAA first' })
    const { groups, total } = await tenant.api.get(200, '/custom-groups/wa-groups')
    assert.equal(total, groups.length)
    assert.deepEqual(groups[0], {
      wa_group_id: id,
      name: 'AAA first',
      participant_count: 3,
      session_id: desk.id,
      session_name: 'Front desk',
    })
    assert.ok(groups.some((group: { session_id: string }) => group.session_id === shop.id))
    assert.deepEqual(await (await app.tenant()).api.get(200, '/custom-groups/wa-groups'), {
      groups: [],
      total: 0,
    })
  })

  test('404 for groups and sessions that are not the caller’s, 400 for a session that does not work, 422 by field', async () => {
    const id = makeGroup(desk.phone, [addContact(app)])
    const foreign = makeGroup(addContact(app), [addContact(app)])
    const body = (wa_group_id: unknown, session_id: unknown) => ({
      name: 'X',
      wa_groups: [{ wa_group_id, session_id }],
    })
    const post = async (status: number, sent: object, of = tenant) =>
      (await of.api.post(status, '/custom-groups/from-wa-groups', sent)).detail as string
    assert.match(await post(404, body(foreign, desk.id)), /group/)
    assert.match(await post(404, body(id, desk.id), await app.tenant()), /Session/)
    assert.match(await post(400, body(id, (await createSession(tenant.api)).id)), /not connected/)
    assert.match(await post(422, body('15550100101@c.us', desk.id)), /^wa_groups\.0\.wa_group_id/)
    assert.match(await post(422, body(id, 'desk')), /^wa_groups\.0\.session_id/)
    assert.match(await post(422, { name: 'X', wa_groups: [] }), /^wa_groups/)
    assert.match(await post(422, { wa_groups: body(id, desk.id).wa_groups }), /^name/)
    const small = await app.tenant({ plan: 'free' })
    for (const name of ['One', 'Two']) await small.api.post(201, '/custom-groups', { name })
    assert.match(await post(403, body(id, desk.id), small), /max_custom_groups/)
  })
})
