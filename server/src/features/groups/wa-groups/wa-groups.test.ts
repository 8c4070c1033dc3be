import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { TestTenant } from '../../../../test/harness.ts'
import {
  addContact,
  createLinkedApp,
  type LinkedApp,
  type LinkedSession,
  linkSession,
  nextEvent,
} from '../../../../test/linked-session.ts'
import { until, untilAnswer } from '../../../../test/until.ts'
import { openWebhookReceiver } from '../../../../test/webhook-receiver.ts'
import { countGroupMembers, isGroupAdmin, listGroupMembers } from './group-membership.service.ts'
import { applyGroupUpdates } from './group-updates.service.ts'

let app: LinkedApp
let tenant: TestTenant
let session: LinkedSession

const plus = (phone: string) => `+${phone}`

/** A group of the simulator in which the session is, once the product knows it. */
async function makeGroup(members: string[], subject = 'Team', admins: string[] = []): Promise<string> {
  const { id } = app.simulator.groups.create({ subject, owner: session.phone, members, admins })
  await untilKnown(id, members.length + admins.length + 1)
  return id
}

const keyOf = (waGroupId: string) => ({ tenantId: tenant.id, sessionId: session.id, waGroupId })
const members = (id: string) => listGroupMembers(app.app.ctx.db.sql, keyOf(id))
const phonesOf = async (id: string) => (await members(id)).map(({ phone }) => phone).sort()

const untilKnown = (id: string, count: number) =>
  until(`${count} members`, async () => {
    const known = await countGroupMembers(app.app.ctx.db.sql, keyOf(id))
    return known === count || undefined
  })

const updated = (id: string, change: string) =>
  nextEvent(app, 'group.updated', (told) => told.waGroupId === id && told.change === change)

before(async () => {
  app = await createLinkedApp()
  tenant = await app.tenant()
  session = await linkSession(app, tenant.api)
})
after(() => app.close())

suite('wa-groups', () => {
  test('a subject that the database cannot keep as it is does not come again for ever', async () => {
    const id = await makeGroup([addContact(app)])
    const told = updated(id, 'subject')
    await applyGroupUpdates(app.app.ctx, [
      { ...keyOf(id), chatId: id, subject: 'N\0ew\udc00', description: '\0' },
    ])
    assert.match((await told).name, /^New/)
  })

  test('groups.create: 201 saying of each person what became of them; then the session need not be named', async () => {
    const [anna, ben] = [addContact(app, 'Anna'), addContact(app, 'Ben')]
    app.simulator.groups.setPrivacy(ben, { add: 'none' })
    const made = await tenant.api.post(201, '/groups/create', {
      session_id: session.id,
      name: 'Launch',
      participants: [plus(anna), `${ben}@c.us`, '15559999999'],
    })
    assert.match(made.wa_group_id, /@g\.us$/)
    assert.deepEqual([made.name, made.session_id], ['Launch', session.id])
    assert.match(made.created_at, /Z$/)
    const [first, second, third] = made.participants
    assert.deepEqual(first, { phone: plus(anna), status: 'added', error: null, invitation: null })
    assert.deepEqual([second.phone, second.status], [plus(ben), 'invited'])
    assert.match(second.invitation.url, /^https:\/\/chat\.whatsapp\.com\//)
    assert.deepEqual([third.phone, third.status, third.error], ['+15559999999', 'failed', 'not_on_whatsapp'])
    const described = await tenant.api.get(200, `/groups/wa/${made.wa_group_id}`)
    assert.deepEqual([described.member_count, described.is_admin, described.name], [2, true, 'Launch'])
    assert.deepEqual(await phonesOf(made.wa_group_id), [anna, session.phone].sort())
  })

  test('people are added, promoted, demoted and removed, on the phone and in what is kept', async () => {
    const [anna, ben] = [addContact(app), addContact(app)]
    const id = await makeGroup([anna])
    const change = (path: string, phone: string) =>
      tenant.api.post(200, `/groups/${id}/${path}`, { participants: [plus(phone)] })
    const roleOf = (phone: string) =>
      app.simulator.groups.describe(id).members.find((member) => member.phone === phone)?.role
    const isAdmin = (phone: string) => isGroupAdmin(app.app.ctx.db.sql, keyOf(id), { phone, lid: null })
    const done = { phone: plus(ben), success: true, error: null, invitation: null }
    const step = async (name: string, path: string, phone: string) => {
      const told = updated(id, name)
      const answer = await change(path, phone)
      return { answer, told: await told }
    }
    const added = await step('add', 'participants/add', ben)
    assert.deepEqual(added.answer, { wa_group_id: id, results: [done] })
    assert.equal(added.told.participants[0].phone, plus(ben))
    assert.deepEqual(await phonesOf(id), [anna, ben, session.phone].sort())
    await step('promote', 'admin/promote', ben)
    assert.deepEqual([roleOf(ben), await isAdmin(ben), await isAdmin(anna)], ['admin', true, false])
    await step('demote', 'admin/demote', ben)
    assert.deepEqual([roleOf(ben), await isAdmin(ben)], ['member', false])
    await step('remove', 'participants/remove', ben)
    assert.equal(roleOf(ben), undefined)
    assert.deepEqual(await phonesOf(id), [anna, session.phone].sort())
    const again = await change('participants/remove', ben)
    assert.deepEqual([again.results[0].success, again.results[0].error], [false, 'not_a_member'])
  })

  test('403 where the account is no admin, 404 for groups and sessions that are not the caller’s', async () => {
    const owner = addContact(app)
    const { id } = app.simulator.groups.create({ subject: 'Theirs', owner, members: [session.phone] })
    await untilKnown(id, 2)
    const body = { session_id: session.id, participants: [plus(addContact(app))] }
    await tenant.api.post(403, `/groups/${id}/participants/add`, body)
    await tenant.api.patch(403, `/groups/${id}/settings`, { session_id: session.id, join_approval: true })
    await tenant.api.get(403, `/groups/${id}/invite?session_id=${session.id}`)
    const other = await app.tenant()
    await other.api.post(404, `/groups/${id}/participants/add`, body)
    await other.api.get(404, `/groups/wa/${id}?session_id=${session.id}`)
    const unnamed = await other.api.get(422, `/groups/wa/${id}`)
    assert.match(unnamed.detail, /^session_id/)
    const missing = await tenant.api.call(
      'GET',
      `/groups/wa/120363000000000001@g.us?session_id=${session.id}`,
    )
    assert.ok([403, 404].includes(missing.status), missing.text)
    for (const name of ['15550123456@c.us', 'nonsense', '123@newsletter'])
      await tenant.api.get(404, `/groups/wa/${encodeURIComponent(name)}`)
  })

  test('403 for people who are not on the allow list, at create and add; nobody is added', async () => {
    const owner = await app.tenant()
    const own = await linkSession(app, owner.api)
    const [listed, stranger] = [addContact(app), addContact(app)]
    await owner.api.patch(200, '/tenant/settings', { allowed_numbers: [plus(listed)] })
    const body = { session_id: own.id, name: 'Few', participants: [plus(listed), plus(stranger)] }
    const refused = await owner.api.post(403, '/groups/create', body)
    assert.match(refused.detail, /allowed_numbers/)
    const made = await owner.api.post(201, '/groups/create', { ...body, participants: [plus(listed)] })
    await owner.api.post(403, `/groups/${made.wa_group_id}/participants/add`, {
      participants: [plus(stranger)],
    })
    assert.equal(app.simulator.groups.describe(made.wa_group_id).members.length, 2)
  })

  test('422 when several sessions are in the group and none is named; 400 when the only one does not work', async () => {
    const second = await linkSession(app, tenant.api)
    const { id } = app.simulator.groups.create({
      subject: 'Both',
      owner: session.phone,
      members: [second.phone],
    })
    await untilKnown(id, 2)
    const answer = await untilAnswer(
      () => tenant.api.call('GET', `/groups/wa/${id}`),
      ({ status }) => status === 422,
    )
    assert.match(answer.body.detail, /several sessions/)
    await tenant.api.get(200, `/groups/wa/${id}?session_id=${second.id}`)
    await tenant.api.post(200, `/sessions/${second.id}/stop`)
    assert.equal((await tenant.api.get(200, `/groups/wa/${id}`)).session_id, session.id)
    const stopped = await tenant.api.get(400, `/groups/wa/${id}?session_id=${second.id}`)
    assert.match(stopped.detail, /stopped/)
  })

  test('settings change on the phone; what is not named stays; members are told', async () => {
    const id = await makeGroup([addContact(app)], 'Before')
    const path = `/groups/${id}/settings`
    const renamed = updated(id, 'subject')
    const after = await tenant.api.patch(200, path, {
      subject: 'After',
      description: 'What it is about',
      announce: true,
      locked: true,
      ephemeral_seconds: 86_400,
    })
    assert.deepEqual(
      [after.name, after.description, after.announce, after.locked, after.ephemeral_seconds],
      ['After', 'What it is about', true, true, 86_400],
    )
    assert.equal((await renamed).name, 'After')
    const next = await tenant.api.patch(200, path, {
      announce: false,
      join_approval: true,
      member_add_mode: 'everyone',
      ephemeral_seconds: 0,
    })
    assert.deepEqual(
      [next.name, next.announce, next.locked, next.join_approval, next.member_add_mode],
      ['After', false, true, true, 'everyone'],
    )
    assert.equal(next.ephemeral_seconds, null)
    assert.equal((await tenant.api.patch(200, path, { description: null })).description, null)
  })

  test('invitations: looked at, accepted, revoked', async () => {
    const owner = addContact(app)
    const { id } = app.simulator.groups.create({ subject: 'Open', owner, members: [] })
    const { code } = app.simulator.groups.revokeInvite(id)
    const invite = `https://chat.whatsapp.com/${code}`
    const info = await tenant.api.get(
      200,
      `/groups/invite-info?session_id=${session.id}&invite=${encodeURIComponent(invite)}`,
    )
    assert.deepEqual([info.wa_group_id, info.name, info.member_count], [id, 'Open', 1])
    const joined = await tenant.api.post(200, '/groups/join', { session_id: session.id, invite })
    assert.deepEqual(joined, { status: 'joined', wa_group_id: id })
    const own = await makeGroup([addContact(app)])
    const before = await tenant.api.get(200, `/groups/${own}/invite`)
    assert.equal(before.url, `https://chat.whatsapp.com/${before.code}`)
    const revoked = await tenant.api.post(200, `/groups/${own}/invite`, {})
    assert.notEqual(revoked.code, before.code)
    await tenant.api.post(404, '/groups/join', { session_id: session.id, invite: before.code })
  })

  test('requests to join are listed and decided', async () => {
    const [anna, ben] = [addContact(app), addContact(app)]
    const id = await makeGroup([addContact(app)])
    await tenant.api.patch(200, `/groups/${id}/settings`, { join_approval: true })
    const { code } = await tenant.api.get(200, `/groups/${id}/invite`)
    for (const phone of [anna, ben]) assert.equal(app.simulator.groups.join(phone, code).status, 'requested')
    const { requests } = await tenant.api.get(200, `/groups/${id}/join-requests`)
    const asking = requests.map((request: { phone: string }) => request.phone).sort()
    assert.deepEqual(asking, [plus(anna), plus(ben)].sort())
    const decide = (decision: string, phone: string) =>
      tenant.api.post(200, `/groups/${id}/join-requests`, { decision, participants: [plus(phone)] })
    assert.equal((await decide('approve', anna)).results[0].success, true)
    assert.equal((await decide('reject', ben)).results[0].success, true)
    assert.ok(app.simulator.groups.describe(id).members.some(({ phone }) => phone === anna))
    assert.deepEqual((await tenant.api.get(200, `/groups/${id}/join-requests`)).requests, [])
  })

  test('leaving, and being removed by others, is stored and published', async () => {
    const owner = addContact(app)
    const { id } = app.simulator.groups.create({ subject: 'Brief', owner, members: [session.phone] })
    await untilKnown(id, 2)
    const gone = updated(id, 'gone')
    const answer = await tenant.api.post(200, `/groups/${id}/leave`, {})
    assert.deepEqual(answer, { status: 'left', wa_group_id: id })
    await gone
    await tenant.api.get(422, `/groups/wa/${id}`)
    assert.equal(await countGroupMembers(app.app.ctx.db.sql, keyOf(id)), 0)
  })

  test('group.updated reaches webhooks with who was added by whom', async () => {
    await using endpoint = await openWebhookReceiver()
    const owner = addContact(app)
    const added = addContact(app)
    const { id } = app.simulator.groups.create({ subject: 'Watched', owner, members: [session.phone] })
    await untilKnown(id, 2)
    const hook = await tenant.api.post(201, '/webhooks', { url: endpoint.url, events: ['group.updated'] })
    const told = updated(id, 'add')
    app.simulator.groups.changeMembers(id, { members: [added], by: owner })
    await told
    await app.runJobs()
    const delivery = endpoint.received.at(-1)
    assert.ok(delivery)
    const { event, data } = delivery.body
    assert.equal(event, 'group.updated')
    assert.deepEqual(
      [data.session_id, data.wa_group_id, data.change, data.name, data.actor_phone],
      [session.id, id, 'add', 'Watched', plus(owner)],
    )
    assert.deepEqual(data.participants, [{ phone: plus(added), wa_chat_id: `${added}@c.us` }])
    await tenant.api.delete(200, `/webhooks/${hook.id}`)
  })
})
