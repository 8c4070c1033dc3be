import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { bob, carol, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { verifies } from './verifies.ts'

suite('groups and channels that are saved', () => {
  test('they come back as they were, with their requests, links, posts and profiles', async () => {
    verifies('GROUP-18')
    const folder = await mkdtemp(join(tmpdir(), 'saved-groups-'))
    try {
      await using simulator = await startSimulator()
      simulator.createAccount({ phone: bob, name: 'Bakery', business: true })
      const input = { subject: 'Choir', owner, members: [bob], hasJoinApproval: true, description: 'We sing' }
      const { id } = simulator.groups.create(input)
      simulator.groups.requestJoin(carol, id)
      const community = simulator.communities.create({ subject: 'Village', owner, generalChat: true })
      simulator.communities.link(community.id, id)
      const channel = simulator.channels.create({ owner: bob, name: 'Bread', verified: true })
      simulator.channels.follow(carol, channel.id)
      const post = simulator.channels.post(channel.id, { text: 'rolls' })
      simulator.channels.react(carol, channel.id, post.id, '👍')
      simulator.channels.view(carol, channel.id, post.id)
      simulator.business.setProfile(bob, { description: 'Bread and rolls' })
      const look = () => ({
        groups: simulator.groups.list(),
        channels: simulator.channels.list(),
        posts: simulator.channels.posts(channel.id),
        profile: simulator.business.profile(bob),
      })
      const before = look()
      const file = join(folder, 'world')
      await simulator.save(file)
      simulator.reset()
      await simulator.load(file)
      assert.deepEqual(look(), before)
      await using client = await linkedClient(simulator, carol)
      const next = simulator.channels.post(channel.id, { text: 'more rolls' })
      assert.equal(next.serverId, post.serverId + 1)
      assert.equal(textOf(await client.message(({ key }) => key.id === next.id)), 'more rolls')
      simulator.groups.decide(id, { phones: [carol], decision: 'approve' })
      await client.next('groups.upsert', (groups) => groups.some((group) => group.id === id))
      assert.equal((await client.socket.groupMetadata(id)).linkedParent, community.id)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('members of a group that hides numbers still see no numbers after a restart', async () => {
    verifies('GROUP-18')
    const folder = await mkdtemp(join(tmpdir(), 'saved-groups-'))
    try {
      let id = ''
      for (const isFirst of [true, false]) {
        await using simulator = await startSimulator({ state: join(folder, 'world') })
        if (isFirst)
          id = simulator.createGroup({ subject: 'Street', owner, members: [bob], hidesNumbers: true }).id
        await using client = await linkedClient(simulator, owner)
        const { participants } = await client.socket.groupMetadata(id)
        for (const participant of participants) {
          assert.match(participant.id, /@lid$/)
          assert.equal(participant.phoneNumber, undefined)
        }
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
