import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bob, carol, jidOf, linkedClient, owner, startSimulator } from './client.ts'
import { refusal } from './group-people.ts'
import { verifies } from './verifies.ts'

suite('businesses', () => {
  test('a business has a profile, others have none', async () => {
    verifies('BIZ-01')
    await using simulator = await startSimulator()
    simulator.createAccount({ phone: bob, name: 'Bakery Bob', business: true })
    simulator.business.setProfile(bob, {
      description: 'Bread and rolls',
      address: 'Main Street 1',
      email: 'bob@example.com',
      category: 'Bakery',
      websites: ['https://example.com'],
      hours: {
        timezone: 'Europe/Berlin',
        days: [
          { day: 'mon', mode: 'specific_hours', openMinutes: 360, closeMinutes: 1080 },
          { day: 'sun', mode: 'open_24h' },
        ],
      },
    })
    await using client = await linkedClient(simulator, owner)
    assert.deepEqual(await client.socket.getBusinessProfile(jidOf(bob)), {
      wid: jidOf(bob),
      description: 'Bread and rolls',
      address: 'Main Street 1',
      email: 'bob@example.com',
      category: 'Bakery',
      website: ['https://example.com'],
      business_hours: {
        timezone: 'Europe/Berlin',
        business_config: [
          { day_of_week: 'mon', mode: 'specific_hours', open_time: '360', close_time: '1080' },
          { day_of_week: 'sun', mode: 'open_24h' },
        ],
      },
    })
    assert.equal(await client.socket.getBusinessProfile(jidOf(carol)), undefined)
    assert.throws(() => simulator.business.setProfile(carol, { description: 'me' }), /is no business/)
  })

  test('a client changes the profile of its business, part by part', async () => {
    verifies('BIZ-02')
    await using simulator = await startSimulator()
    simulator.createAccount({ phone: owner, name: 'Olga Flowers', business: true })
    simulator.business.setProfile(owner, { description: 'old', address: 'Side Street 2' })
    await using client = await linkedClient(simulator, owner)
    await client.socket.updateBussinesProfile({
      description: 'Flowers',
      websites: ['https://flowers.example'],
    })
    await client.socket.updateBussinesProfile({
      hours: {
        timezone: 'UTC',
        days: [{ day: 'tue', mode: 'specific_hours', openTimeInMinutes: '60', closeTimeInMinutes: '120' }],
      },
    })
    assert.deepEqual(simulator.business.profile(owner), {
      description: 'Flowers',
      address: 'Side Street 2',
      websites: ['https://flowers.example'],
      hours: {
        timezone: 'UTC',
        days: [{ day: 'tue', mode: 'specific_hours', openMinutes: 60, closeMinutes: 120 }],
      },
    })
    await using private_ = await linkedClient(simulator, bob)
    assert.equal(await refusal(private_.socket.updateBussinesProfile({ description: 'me too' })), 403)
  })

  test('messages of a business carry its verified name, in chats and in groups', async () => {
    verifies('BIZ-03')
    await using simulator = await startSimulator()
    simulator.createAccount({ phone: bob, name: 'Bakery Bob', business: true })
    await using client = await linkedClient(simulator, owner)
    await using seller = await linkedClient(simulator, bob)
    const typed = await simulator.sendMessage(bob, { to: owner, text: 'fresh rolls' })
    const sent = await seller.socket.sendMessage(jidOf(owner), { text: 'and bread' })
    const { id: group } = simulator.groups.create({ subject: 'Regulars', owner: bob, members: [owner] })
    const posted = await simulator.sendGroupMessage(group, { from: bob, text: 'to all' })
    for (const id of [typed.id, sent?.key.id, posted.id]) {
      const message = await client.message(({ key }) => key.id === id)
      assert.equal(message.verifiedBizName, 'Bakery Bob')
    }
    const plain = await simulator.sendMessage(carol, { to: owner, text: 'just me' })
    assert.equal((await client.message(({ key }) => key.id === plain.id)).verifiedBizName, undefined)
  })
})
