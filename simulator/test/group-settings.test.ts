import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { getBinaryNodeChild, getBinaryNodeChildren } from 'baileys'
import { bob, carol, jidOf, linkedClient, owner, startSimulator } from './client.ts'
import { askGroups, lidOf, nextChange, refusal } from './group-people.ts'
import { verifies } from './verifies.ts'

const dave = '15550004444'

suite('settings of groups', () => {
  test('every setting is told to all devices of all members and stands in the metadata', async () => {
    verifies('GROUP-07')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using member = await linkedClient(simulator, bob)
    const { id } = await client.socket.groupCreate('Team', [jidOf(bob)])
    const told = (matches: (update: Record<string, unknown>) => boolean) =>
      Promise.all(
        [client, member].map((one) =>
          one.next('groups.update', (updates) => updates.some((update) => matches({ ...update }))),
        ),
      )
    await client.socket.groupUpdateSubject(id, 'Team A')
    await told(({ subject }) => subject === 'Team A')
    await client.socket.groupUpdateDescription(id, 'All of us')
    await told(({ desc }) => desc === 'All of us')
    await client.socket.groupUpdateDescription(id, 'Some of us')
    await told(({ desc }) => desc === 'Some of us')
    await client.socket.groupSettingUpdate(id, 'announcement')
    await told(({ announce }) => announce === true)
    await client.socket.groupSettingUpdate(id, 'locked')
    await told(({ restrict }) => restrict === true)
    await client.socket.groupMemberAddMode(id, 'all_member_add')
    await told(({ memberAddMode }) => memberAddMode === true)
    await client.socket.groupJoinApprovalMode(id, 'on')
    await told(({ joinApprovalMode }) => joinApprovalMode === true)
    await client.socket.groupToggleEphemeral(id, 604_800)
    await member.next('chats.update', ([chat]) => chat?.ephemeralExpiration === 604_800)
    const on = await member.socket.groupMetadata(id)
    assert.deepEqual(
      [on.subject, on.desc, on.announce, on.restrict, on.memberAddMode, on.joinApprovalMode],
      ['Team A', 'Some of us', true, true, true, true],
    )
    assert.deepEqual([on.ephemeralDuration, on.descOwnerPn], [604_800, jidOf(owner)])
    await client.socket.groupSettingUpdate(id, 'not_announcement')
    await told(({ announce }) => announce === false)
    await client.socket.groupSettingUpdate(id, 'unlocked')
    await told(({ restrict }) => restrict === false)
    await client.socket.groupMemberAddMode(id, 'admin_add')
    await told(({ memberAddMode }) => memberAddMode === false)
    await client.socket.groupJoinApprovalMode(id, 'off')
    await told(({ joinApprovalMode }) => joinApprovalMode === false)
    await client.socket.groupToggleEphemeral(id, 0)
    await member.next('chats.update', ([chat]) => !chat?.ephemeralExpiration)
    await client.socket.groupUpdateDescription(id)
    await told((update) => 'desc' in update && !update.desc)
    const off = await member.socket.groupMetadata(id)
    assert.deepEqual(
      [off.desc, off.announce, off.restrict, off.memberAddMode, off.joinApprovalMode, off.ephemeralDuration],
      [undefined, false, false, false, false, undefined],
    )
    simulator.groups.change(id, { by: bob, subject: 'From the phone' })
    await told(({ subject }) => subject === 'From the phone')
    assert.equal((await member.socket.groupMetadata(id)).subject, 'From the phone')
  })

  test('a client sets a group up while creating it', async () => {
    verifies('GROUP-07')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const nobody = '15559999999'
    const created = nextChange(client, 'create')
    const answer = await askGroups(client, '@g.us', 'set', {
      tag: 'create',
      attrs: { subject: 'Ready', key: 'KEY1' },
      content: [
        { tag: 'participant', attrs: { jid: jidOf(bob) } },
        { tag: 'participant', attrs: { jid: jidOf(nobody) } },
        { tag: 'locked', attrs: {} },
        { tag: 'announcement', attrs: {} },
        { tag: 'ephemeral', attrs: { expiration: '86400' } },
        {
          tag: 'membership_approval_mode',
          attrs: {},
          content: [{ tag: 'group_join', attrs: { state: 'on' } }],
        },
      ],
    })
    const group = getBinaryNodeChild(answer, 'group')
    assert.deepEqual(
      getBinaryNodeChildren(group, 'participant').map(({ attrs }) => attrs.error),
      [undefined, undefined, '404'],
    )
    // The creator's devices know their own group again by the key.
    assert.equal(getBinaryNodeChild(await created, 'create')?.attrs.key, 'KEY1')
    const { isLocked, isAnnouncement, ephemeralSeconds, hasJoinApproval, members } =
      simulator.groups.describe(`${group?.attrs.id}@g.us`)
    assert.deepEqual(
      [isLocked, isAnnouncement, ephemeralSeconds, hasJoinApproval, members.length],
      [true, true, 86_400, true, 2],
    )
  })

  test('only admins change a group, and only members look into it', async () => {
    verifies('GROUP-08')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { socket } = client
    const { id } = simulator.groups.create({ subject: 'Club', owner: bob, members: [owner], isLocked: true })
    for (const work of [
      () => socket.groupUpdateSubject(id, 'Mine'),
      () => socket.groupSettingUpdate(id, 'announcement'),
      () => socket.groupMemberAddMode(id, 'all_member_add'),
      () => socket.groupJoinApprovalMode(id, 'on'),
      () => socket.groupToggleEphemeral(id, 86_400),
      () => socket.groupParticipantsUpdate(id, [jidOf(carol)], 'add'),
      () => socket.groupRequestParticipantsList(id),
    ]) {
      assert.equal(await refusal(work()), 403)
    }
    assert.equal(await refusal(socket.groupInviteCode(id)), 401)
    simulator.groups.change(id, { isLocked: false, membersAddedBy: 'everyone' })
    await socket.groupUpdateSubject(id, 'Ours')
    await socket.groupParticipantsUpdate(id, [jidOf(carol)], 'add')
    assert.equal(await refusal(socket.groupSettingUpdate(id, 'announcement')), 403)
    const described = simulator.groups.describe(id)
    assert.deepEqual([described.subject, described.members.length], ['Ours', 3])
    simulator.changeGroupMembers(id, { members: [owner], action: 'remove' })
    assert.equal(await refusal(socket.groupMetadata(id)), 403)
    assert.equal(await refusal(socket.groupUpdateSubject(id, 'Still mine')), 403)
    assert.equal(await refusal(socket.groupMetadata('120363000000000000@g.us')), 404)
    assert.deepEqual(await socket.groupFetchAllParticipating(), {})
  })

  test('each person of a change gets an answer of their own', async () => {
    verifies('GROUP-09')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { socket } = client
    const { id } = await socket.groupCreate('Team', [jidOf(bob)])
    const nobody = '15559999999'
    const change = async (people: string[], action: 'add' | 'remove' | 'promote' | 'demote') =>
      (await socket.groupParticipantsUpdate(id, people.map(jidOf), action)).map(({ jid, status }) => [
        jid?.split('@')[0],
        status,
      ])
    assert.deepEqual(await change([bob, carol, nobody], 'add'), [
      [bob, '409'],
      [carol, '200'],
      [nobody, '404'],
    ])
    assert.deepEqual(await change([bob, nobody], 'promote'), [
      [bob, '200'],
      [nobody, '404'],
    ])
    simulator.createAccount({ phone: dave, name: 'Dave' })
    assert.deepEqual(await change([carol, dave], 'remove'), [
      [carol, '200'],
      [dave, '404'],
    ])
    simulator.changeGroupMembers(id, { members: [dave], by: bob })
    const added = await client.next('group-participants.update', ({ author }) => {
      return author === lidOf(simulator, bob)
    })
    assert.deepEqual([added.action, added.participants[0]?.phoneNumber], ['add', jidOf(dave)])
    assert.deepEqual(
      simulator.groups.describe(id).members.map(({ phone, role }) => [phone, role]),
      [
        [owner, 'superadmin'],
        [bob, 'admin'],
        [dave, 'member'],
      ],
    )
  })
})
