import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { getBinaryNodeChild } from 'baileys'
import { bob, carol, jidOf, linkedClient, owner, startSimulator } from './client.ts'
import { askGroups, lidOf, refusal } from './group-people.ts'
import { verifies } from './verifies.ts'

suite('joining groups', () => {
  test('an invitation link is looked at, followed and revoked', async () => {
    verifies('GROUP-10')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using admin = await linkedClient(simulator, bob)
    const { id } = await admin.socket.groupCreate('Club', [jidOf(carol)])
    const code = (await admin.socket.groupInviteCode(id)) ?? ''
    const seen = await client.socket.groupGetInviteInfo(code)
    assert.deepEqual([seen.id, seen.subject, seen.size, seen.participants], [id, 'Club', 2, []])
    assert.equal(await client.socket.groupAcceptInvite(code), id)
    const joined = await admin.next('group-participants.update', ({ action }) => action === 'add')
    assert.deepEqual(
      [joined.author, joined.participants[0]?.phoneNumber],
      [lidOf(simulator, owner), jidOf(owner)],
    )
    await client.next('groups.upsert', ([group]) => group?.id === id)
    assert.equal((await client.socket.groupMetadata(id)).participants.length, 3)
    assert.equal(await refusal(client.socket.groupAcceptInvite(code)), 409)
    const renewed = await admin.socket.groupRevokeInvite(id)
    assert.notEqual(renewed, code)
    await client.next('groups.update', ([update]) => update?.inviteCode === renewed)
    await client.socket.groupLeave(id)
    assert.equal(await refusal(client.socket.groupGetInviteInfo(code)), 410)
    assert.equal(await refusal(client.socket.groupAcceptInvite('nonsense')), 406)
    assert.equal(await refusal(client.socket.groupInviteCode(id)), 403)
    assert.deepEqual(simulator.groups.join(owner, renewed ?? ''), { id, status: 'joined' })
  })

  test('requests are told to admins, listed, approved, rejected and taken back', async () => {
    verifies('GROUP-11')
    await using simulator = await startSimulator()
    await using admin = await linkedClient(simulator, owner)
    await using client = await linkedClient(simulator, bob)
    const { id } = await admin.socket.groupCreate('Club', [])
    await admin.socket.groupJoinApprovalMode(id, 'on')
    const { inviteCode } = simulator.groups.describe(id)
    assert.equal(await client.socket.groupAcceptInvite(inviteCode), undefined)
    const asked = await admin.next('group.join-request', ({ action }) => action === 'created')
    assert.deepEqual([asked.participantPn, asked.method], [jidOf(bob), 'invite_link'])
    assert.deepEqual(simulator.groups.join(carol, inviteCode), { id, status: 'requested' })
    const waiting = await admin.socket.groupRequestParticipantsList(id)
    assert.deepEqual(
      waiting.map((request) => [request.phone_number, request.request_method]),
      [
        [jidOf(bob), 'invite_link'],
        [jidOf(carol), 'invite_link'],
      ],
    )
    const lids = waiting.map(({ jid = '' }) => jid)
    const rejected = await admin.socket.groupRequestParticipantsUpdate(id, lids.slice(1), 'reject')
    assert.deepEqual(rejected, [{ status: '200', jid: lids[1] }])
    const told = await admin.next('group.join-request', ({ action }) => action === 'rejected')
    assert.equal(told.participantPn, jidOf(carol))
    const approved = await admin.socket.groupRequestParticipantsUpdate(id, lids, 'approve')
    assert.deepEqual(
      approved.map(({ status }) => status),
      ['200', '404'],
    )
    await client.next('groups.upsert', ([group]) => group?.id === id)
    assert.equal((await client.socket.groupMetadata(id)).participants.length, 2)
    simulator.groups.requestJoin(carol, id)
    simulator.groups.cancelRequest(carol, id)
    await admin.next('group.join-request', ({ action }) => action === 'revoked')
    assert.deepEqual(await admin.socket.groupRequestParticipantsList(id), [])
    // Who may add without being an admin only suggests people.
    await admin.socket.groupMemberAddMode(id, 'all_member_add')
    await client.socket.groupParticipantsUpdate(id, [jidOf(carol)], 'add')
    const suggested = await admin.next('group.join-request', ({ method }) => method === 'non_admin_add')
    assert.deepEqual([suggested.author, suggested.participantPn], [lidOf(simulator, bob), jidOf(carol)])
    simulator.groups.decide(id, { phones: [carol], decision: 'approve' })
    assert.equal(simulator.groups.describe(id).members.length, 3)
  })

  test('who lets nobody add them is invited, and accepts on the phone or on a client', async () => {
    verifies('GROUP-12')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using shy = await linkedClient(simulator, carol)
    simulator.groups.setPrivacy(bob, { add: 'none' })
    await shy.socket.updateGroupsAddPrivacy('contacts')
    const group = await client.socket.groupCreate('Team', [jidOf(bob)])
    assert.deepEqual(
      simulator.groups.describe(group.id).members.map(({ phone }) => phone),
      [owner],
    )
    const people = [jidOf(bob), jidOf(carol)]
    const results = await client.socket.groupParticipantsUpdate(group.id, people, 'add')
    assert.deepEqual(
      results.map(({ status }) => status),
      ['403', '403'],
    )
    const [forBob, forCarol] = results.map(({ content }) => getBinaryNodeChild(content, 'add_request')?.attrs)
    assert.deepEqual(simulator.groups.join(bob, forBob?.code ?? ''), { id: group.id, status: 'joined' })
    // Whoever was invited may look before accepting, and nobody else.
    const look = { tag: 'query', attrs: {}, content: [{ tag: 'add_request', attrs: { ...forCarol } }] }
    const seen = getBinaryNodeChild(await askGroups(shy, group.id, 'get', look), 'group')
    assert.equal(seen?.attrs.subject, 'Team')
    assert.equal(await refusal(shy.socket.groupMetadata(group.id)), 403)
    const invite = {
      groupJid: group.id,
      inviteCode: forCarol?.code ?? '',
      inviteExpiration: Number(forCarol?.expiration),
    }
    assert.equal(
      await refusal(shy.socket.groupAcceptInviteV4(jidOf(owner), { ...invite, inviteCode: 'x' })),
      410,
    )
    assert.equal(await shy.socket.groupAcceptInviteV4(jidOf(owner), invite), group.id)
    assert.equal(simulator.groups.describe(group.id).members.length, 3)
    // A contact is no stranger, and an invitation can be taken back.
    simulator.groups.setPrivacy(carol, { add: 'contacts', contacts: [owner] })
    const second = await client.socket.groupCreate('Two', [jidOf(carol), jidOf(bob)])
    const described = simulator.groups.describe(second.id)
    assert.deepEqual(
      described.members.map(({ phone }) => phone),
      [owner, carol],
    )
    assert.equal(await client.socket.groupRevokeInviteV4(second.id, jidOf(bob)), true)
  })

  test('who left reads and writes no more, and somebody else becomes admin', async () => {
    verifies('GROUP-13')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using member = await linkedClient(simulator, bob)
    const { id } = await client.socket.groupCreate('Team', [jidOf(bob), jidOf(carol)])
    await client.socket.sendMessage(id, { text: 'before' })
    await member.message(({ key }) => key.remoteJid === id)
    await client.socket.groupLeave(id)
    const left = await member.next('group-participants.update', ({ action }) => action === 'remove')
    assert.deepEqual(
      [left.author, left.participants[0]?.phoneNumber],
      [lidOf(simulator, owner), jidOf(owner)],
    )
    const successor = await member.next('group-participants.update', ({ action }) => action === 'promote')
    assert.deepEqual([successor.participants[0]?.phoneNumber, successor.author], [jidOf(bob), null])
    const sent = await simulator.sendGroupMessage(id, { from: carol, text: 'they are gone' })
    await member.message(({ key }) => key.id === sent.id)
    const direct = await simulator.sendMessage(bob, { to: owner, text: 'you missed it' })
    await client.message(({ key }) => key.id === direct.id)
    await assert.rejects(client.message(({ key }) => key.id === sent.id, 50))
    const acknowledged = client.acknowledgement()
    await client.socket
      .relayMessage(id, { conversation: 'let me in' }, { useCachedGroupMetadata: true })
      .catch(() => undefined)
    const refused = client.socket.groupMetadata(id)
    assert.equal(await refusal(refused), 403)
    void acknowledged
  })
})
