import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { getBinaryNodeChild, getBinaryNodeChildren } from 'baileys'
import { bob, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { askGroups, nextChange, refusal } from './group-people.ts'
import { verifies } from './verifies.ts'

suite('communities', () => {
  test('a client creates a community with its announcement group and a general chat', async () => {
    verifies('COMM-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const community = await client.socket.communityCreate('Village', 'All who live here')
    assert.deepEqual(
      [community?.subject, community?.desc, community?.isCommunity],
      ['Village', 'All who live here', true],
    )
    const id = community?.id ?? ''
    const { linkedGroups, isCommunity } = await client.socket.communityFetchLinkedGroups(id)
    assert.equal(isCommunity, true)
    assert.deepEqual(
      linkedGroups.map(({ subject, size }) => [subject, size]),
      [
        ['Village', 1],
        ['General', 1],
      ],
    )
    const announcements = await client.socket.groupMetadata(linkedGroups[0]?.id ?? '')
    assert.deepEqual(
      [announcements.isCommunityAnnounce, announcements.announce, announcements.linkedParent],
      [true, true, id],
    )
    // Nobody writes into the community itself.
    const acknowledged = client.acknowledgement()
    await client.socket.sendMessage(id, { text: 'hello?' })
    assert.equal((await acknowledged).error, '403')
  })

  test('groups are linked, listed and unlinked, and bring their members along', async () => {
    verifies('COMM-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    await using member = await linkedClient(simulator, bob)
    const created = simulator.communities.create({ subject: 'Village', owner })
    const { id: choir } = await client.socket.groupCreate('Choir', [jidOf(bob)])
    const told = nextChange(member, 'link', choir)
    await client.socket.communityLinkGroup(choir, created.id)
    const link = getBinaryNodeChild(await told, 'link')
    assert.deepEqual(
      [link?.attrs.link_type, getBinaryNodeChild(link, 'group')?.attrs.jid],
      ['parent_group', created.id],
    )
    await member.next('groups.upsert', ([group]) => group?.id === created.announcements)
    assert.equal((await member.socket.groupMetadata(choir)).linkedParent, created.id)
    const news = await simulator.sendMessage(owner, { to: created.announcements, text: 'market on Monday' })
    assert.equal(textOf(await member.message(({ key }) => key.id === news.id)), 'market on Monday')
    const chess = await client.socket.communityCreateGroup('Chess', [jidOf(carol)], created.id)
    assert.equal(chess?.linkedParent, created.id)
    assert.deepEqual(
      simulator.groups.describe(created.id).members.map(({ phone }) => phone),
      [owner, bob, carol],
    )
    const participants = { tag: 'linked_groups_participants', attrs: {} }
    const answer = await askGroups(client, created.id, 'get', participants)
    const people = getBinaryNodeChildren(
      getBinaryNodeChild(answer, 'linked_groups_participants'),
      'participant',
    )
    assert.deepEqual(
      people.map(({ attrs }) => attrs.phone_number),
      [owner, bob, carol].map(jidOf),
    )
    const subjects = async () =>
      (await client.socket.communityFetchLinkedGroups(created.id)).linkedGroups.map(({ subject }) => subject)
    assert.deepEqual(await subjects(), ['Village', 'Choir', 'Chess'])
    const unlinked = nextChange(member, 'unlink', choir)
    await client.socket.communityUnlinkGroup(choir, created.id)
    assert.equal(getBinaryNodeChild(await unlinked, 'unlink')?.attrs.unlink_reason, 'unlink_group')
    assert.deepEqual(await subjects(), ['Village', 'Chess'])
    assert.equal((await member.socket.groupMetadata(choir)).linkedParent, undefined)
    assert.equal(await refusal(member.socket.communityLinkGroup(choir, created.id)), 403)
    simulator.communities.link(created.id, choir)
    assert.throws(() => simulator.communities.link(created.id, choir), /belongs to a community already/)
    // Who is removed from the community is removed from its groups.
    await client.socket.communityParticipantsUpdate(created.id, [jidOf(bob)], 'remove')
    for (const group of [created.id, created.announcements, choir]) {
      assert.ok(!simulator.groups.describe(group).members.some(({ phone }) => phone === bob))
    }
  })

  test('who leaves a community leaves all its groups', async () => {
    verifies('COMM-03')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const created = simulator.communities.create({ subject: 'Village', owner: bob, generalChat: true })
    const { id: choir } = simulator.groups.create({ subject: 'Choir', owner: bob, members: [owner] })
    simulator.communities.link(created.id, choir)
    await client.next('groups.upsert', ([group]) => group?.id === created.announcements)
    assert.equal(simulator.groups.list(owner).length, 3)
    await client.socket.communityLeave(created.id)
    await client.next('group-participants.update', ({ id, action }) => id === choir && action === 'remove')
    assert.deepEqual(simulator.groups.list(owner), [])
    assert.deepEqual(await client.socket.groupFetchAllParticipating(), {})
  })
})
