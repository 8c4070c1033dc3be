import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { sendText, useLinkedEngine } from '../../../test/harness-engine.ts'
import type { GroupUpdate } from '../events.ts'

const world = useLinkedEngine()

/** A group of the simulator, once the engine was told of it. */
async function makeGroup(options: {
  owner?: string
  members: string[]
  admins?: string[]
  subject?: string
}) {
  const { simulator, listener, account } = world
  const { owner = account, subject = 'Team' } = options
  const { id } = simulator.groups.create({ ...options, owner, subject })
  await listener.next('group', ({ chatId }) => chatId === id)
  return id
}

/** The next news of a group that matches. */
function nextUpdate(id: string, matches: (update: GroupUpdate) => boolean): Promise<GroupUpdate> {
  return world.listener.next('group', (update) => update.chatId === id && matches(update))
}

const groups = () => world.engine.groups
const sessionId = () => world.session.sessionId
const chatOf = (phone: string) => `${phone}@c.us`

suite('groups made here', () => {
  test('create says of each person what became of them', async () => {
    const [anna, ben] = [world.addPerson('Anna'), world.addPerson('Ben')]
    world.simulator.groups.setPrivacy(ben, { add: 'none' })
    const nobody = chatOf('15559999999')
    const made = await groups().create(sessionId(), 'Launch', [chatOf(anna), chatOf(ben), nobody])
    const results = new Map(made.results.map((result) => [result.chatId, result]))
    assert.deepEqual(results.get(chatOf(anna)), { chatId: chatOf(anna), status: 'done', error: null })
    assert.equal(results.get(chatOf(ben))?.status, 'invited')
    assert.match(results.get(chatOf(ben))?.invitation?.code ?? '', /./)
    assert.deepEqual(results.get(nobody), { chatId: nobody, status: 'failed', error: 'not_on_whatsapp' })
    const { group } = made
    assert.deepEqual([group.subject, group.isAdmin, group.memberCount], ['Launch', true, 2])
    const described = world.simulator.groups.describe(group.chatId)
    assert.deepEqual(described.members.map(({ phone }) => phone).sort(), [world.account, anna].sort())
    const roles = new Map(group.participants.map(({ person, role }) => [person.phone, role]))
    assert.deepEqual([roles.get(world.account), roles.get(anna)], ['owner', 'member'])
  })

  test('people are added, promoted, demoted and removed, each with a result', async () => {
    const [anna, ben] = [world.addPerson(), world.addPerson()]
    const id = await makeGroup({ members: [anna] })
    const change = (action: 'add' | 'remove' | 'promote' | 'demote', ...phones: string[]) =>
      groups().changeParticipants(sessionId(), id, action, phones.map(chatOf))
    const roleOf = (phone: string) =>
      world.simulator.groups.describe(id).members.find((member) => member.phone === phone)?.role
    const added = await change('add', ben, anna)
    assert.deepEqual(
      added.map(({ status, error }) => [status, error]),
      [
        ['done', null],
        ['failed', 'already_member'],
      ],
    )
    assert.deepEqual(await change('promote', ben), [{ chatId: chatOf(ben), status: 'done', error: null }])
    assert.equal(roleOf(ben), 'admin')
    await change('demote', ben)
    assert.equal(roleOf(ben), 'member')
    await change('remove', ben)
    assert.equal(roleOf(ben), undefined)
    const [gone] = await change('remove', ben)
    assert.deepEqual([gone?.status, gone?.error], ['failed', 'not_a_member'])
  })

  test('settings change one by one and what is not named stays', async () => {
    const id = await makeGroup({ members: [world.addPerson()], subject: 'Before' })
    const first = await groups().changeSettings(sessionId(), id, {
      subject: 'After',
      description: 'What it is about',
      isAnnouncement: true,
      isLocked: true,
      hasJoinApproval: true,
      membersAddedBy: 'everyone',
      ephemeralSeconds: 86_400,
    })
    const settingsOf = ({ subject, description, isAnnouncement, isLocked }: typeof first) => [
      subject,
      description,
      isAnnouncement,
      isLocked,
    ]
    assert.deepEqual(settingsOf(first), ['After', 'What it is about', true, true])
    assert.deepEqual(
      [first.hasJoinApproval, first.membersAddedBy, first.ephemeralSeconds],
      [true, 'everyone', 86_400],
    )
    const second = await groups().changeSettings(sessionId(), id, {
      description: 'Something else',
      isLocked: false,
    })
    assert.deepEqual(settingsOf(second), ['After', 'Something else', true, false])
    const third = await groups().changeSettings(sessionId(), id, {
      description: null,
      ephemeralSeconds: null,
    })
    assert.deepEqual(
      [third.description, third.ephemeralSeconds, third.membersAddedBy],
      [null, null, 'everyone'],
    )
    assert.equal(world.simulator.groups.describe(id).description, undefined)
  })

  test('leaving a group ends it for this account', async () => {
    const id = await makeGroup({ members: [world.addPerson()] })
    await groups().leave(sessionId(), id)
    await assert.rejects(groups().get(sessionId(), id), { code: 'not_in_group', status: 403 })
    const listed = await groups().list(sessionId())
    assert.ok(!listed.some(({ chatId }) => chatId === id))
  })
})

suite('invitations and requests', () => {
  test('a code leads others in, a revoked one nowhere', async () => {
    const [anna, ben] = [world.addPerson(), world.addPerson()]
    const id = await makeGroup({ members: [anna] })
    const code = await groups().inviteCode(sessionId(), id)
    assert.equal(world.simulator.groups.join(ben, code).status, 'joined')
    await nextUpdate(id, ({ changed }) => changed?.action === 'add' && changed.people[0]?.phone === ben)
    const renewed = await groups().inviteCode(sessionId(), id, { revoke: true })
    assert.notEqual(renewed, code)
    await assert.rejects(groups().inviteInfo(sessionId(), code), { code: 'invite_not_found', status: 404 })
  })

  test('a code of others is looked at, then accepted; one that waits for an admin answers null', async () => {
    const owner = world.addPerson('Owner')
    const { simulator } = world
    const open = simulator.groups.create({ owner, subject: 'Open', members: [], description: 'Come in' })
    const { inviteCode } = simulator.groups.describe(open.id)
    const info = await groups().inviteInfo(sessionId(), inviteCode)
    assert.deepEqual(
      [info.chatId, info.subject, info.description, info.memberCount],
      [open.id, 'Open', 'Come in', 1],
    )
    assert.equal(await groups().acceptInvite(sessionId(), inviteCode), open.id)
    assert.ok((await groups().list(sessionId())).some(({ chatId }) => chatId === open.id))
    const guarded = simulator.groups.create({ owner, subject: 'Guarded', members: [], hasJoinApproval: true })
    const closed = simulator.groups.describe(guarded.id).inviteCode
    assert.equal(await groups().acceptInvite(sessionId(), closed), null)
    await assert.rejects(groups().acceptInvite(sessionId(), 'NOSUCHCODE'), { code: 'invite_not_found' })
  })

  test('requests are listed, approved and rejected', async () => {
    const [anna, ben] = [world.addPerson(), world.addPerson()]
    const id = await makeGroup({ members: [] })
    await groups().changeSettings(sessionId(), id, { hasJoinApproval: true })
    const { inviteCode } = world.simulator.groups.describe(id)
    for (const phone of [anna, ben]) world.simulator.groups.join(phone, inviteCode)
    const requests = await groups().joinRequests(sessionId(), id)
    assert.deepEqual(requests.map(({ person }) => person.phone).sort(), [anna, ben].sort())
    assert.ok(requests.every(({ requestedAt }) => requestedAt instanceof Date))
    const approved = await groups().decideJoinRequests(sessionId(), id, 'approve', [chatOf(anna)])
    assert.deepEqual(approved, [{ chatId: chatOf(anna), status: 'done', error: null }])
    await groups().decideJoinRequests(sessionId(), id, 'reject', [chatOf(ben)])
    assert.deepEqual(await groups().joinRequests(sessionId(), id), [])
    const phones = world.simulator.groups.describe(id).members.map(({ phone }) => phone)
    assert.deepEqual(phones.sort(), [world.account, anna].sort())
  })
})

suite('refusals', () => {
  test('403 for what only admins may do', async () => {
    const [owner, anna] = [world.addPerson(), world.addPerson()]
    const id = await makeGroup({ owner, members: [world.account, anna] })
    const refused = { code: 'not_group_admin', status: 403 }
    await assert.rejects(groups().changeParticipants(sessionId(), id, 'remove', [chatOf(anna)]), refused)
    await assert.rejects(groups().inviteCode(sessionId(), id, { revoke: true }), refused)
    await assert.rejects(groups().changeSettings(sessionId(), id, { isAnnouncement: true }), refused)
  })

  test('404 for a group that does not exist', async () => {
    await assert.rejects(groups().get(sessionId(), '120363000000000001@g.us'), {
      code: 'wa_group_not_found',
      status: 404,
    })
  })

  test('400 for a session that is not connected', async () => {
    await assert.rejects(async () => groups().list(world.session.tenantId), {
      code: 'session_not_connected',
      status: 400,
    })
  })
})

suite('groups changed by others', () => {
  test('who came, went and rose is published together with who did it', async () => {
    const [owner, anna] = [world.addPerson('Owner'), world.addPerson('Anna')]
    const id = await makeGroup({ owner, members: [world.account] })
    const { simulator } = world
    for (const action of ['add', 'promote', 'demote', 'remove'] as const) {
      simulator.groups.changeMembers(id, { members: [anna], action })
      const update = await nextUpdate(id, ({ changed }) => changed?.action === action)
      assert.deepEqual([update.changed?.people[0]?.phone, update.actor?.phone], [anna, owner], action)
      assert.equal(update.isGone, undefined)
    }
    simulator.groups.changeMembers(id, { members: [anna], action: 'add' })
    simulator.groups.leave(anna, id)
    const left = await nextUpdate(id, ({ changed }) => changed?.action === 'leave')
    assert.deepEqual([left.changed?.people[0]?.phone, left.actor?.phone], [anna, anna])
    const { participants } = await groups().get(sessionId(), id)
    assert.deepEqual(participants.map(({ person }) => person.phone).sort(), [owner, world.account].sort())
  })

  test('a new subject, a description and the end of the membership are published', async () => {
    const owner = world.addPerson('Owner')
    const id = await makeGroup({ owner, members: [world.account] })
    world.simulator.groups.change(id, { subject: 'Renamed', description: 'Read this' })
    const renamed = await nextUpdate(id, ({ subject }) => subject === 'Renamed')
    assert.equal(renamed.actor?.phone, owner)
    await nextUpdate(id, ({ description }) => description === 'Read this')
    world.simulator.groups.change(id, { ephemeralSeconds: 604_800, isAnnouncement: true })
    world.simulator.groups.changeMembers(id, { members: [world.account], action: 'remove' })
    const gone = await nextUpdate(id, ({ isGone }) => isGone === true)
    assert.equal(gone.changed?.action, 'remove')
  })
})

suite('what is known of groups', () => {
  const groupQueries = () => world.simulator.state().queries['w:g2'] ?? 0

  test('after a restart a send asks the server nothing, and knows what changed meanwhile', async () => {
    const [anna, ben] = [world.addPerson(), world.addPerson()]
    const id = await makeGroup({ members: [anna] })
    await sendText(world.engine, sessionId(), id, 'first')
    await world.restart()
    const before = groupQueries()
    const { outcome, waMessageId } = await sendText(world.engine, sessionId(), id, 'second')
    assert.equal(outcome.kind, 'sent')
    await world.simulator.nextMessage(anna, (message) => message.id === waMessageId)
    assert.equal(groupQueries(), before)
    world.simulator.groups.changeMembers(id, { members: [ben] })
    await nextUpdate(id, ({ changed }) => changed?.action === 'add')
    const third = await sendText(world.engine, sessionId(), id, 'third')
    const received = await world.simulator.nextMessage(ben, (message) => message.id === third.waMessageId)
    assert.equal(received.text, 'third')
    assert.equal(groupQueries(), before, 'the notice said who came')
  })

  test('who left cannot read what is sent afterwards, and who stayed can, both ways', async () => {
    const [anna, ben] = [world.addPerson(), world.addPerson()]
    const id = await makeGroup({ members: [anna, ben] })
    const first = await sendText(world.engine, sessionId(), id, 'all of you')
    await world.simulator.nextMessage(ben, (message) => message.id === first.waMessageId)
    world.simulator.groups.leave(ben, id)
    await nextUpdate(id, ({ changed }) => changed?.action === 'leave')
    const second = await sendText(world.engine, sessionId(), id, 'the rest of you')
    await world.simulator.nextMessage(anna, (message) => message.id === second.waMessageId)
    assert.ok(!world.simulator.messages(ben).some((message) => message.id === second.waMessageId))
    const { id: answer } = await world.simulator.sendGroupMessage(id, { from: anna, text: 'here' })
    await world.listener.next('message', ({ waMessageId }) => waMessageId === answer)
  })
})
