import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bob, carol, owner, startSimulator } from './client.ts'

suite('bursts', () => {
  test('many texts reach a chat from people in turn, at the rate asked for', async () => {
    await using simulator = await startSimulator()
    const { id } = simulator.createGroup({ subject: 'Team', owner, members: [bob, carol] })
    const { sent, ms } = await simulator.bursts.send({
      to: id,
      from: [bob, carol],
      count: 20,
      perSecond: 200,
      text: 'load',
    })
    assert.equal(sent, 20)
    assert.ok(ms >= 90, `took ${ms} ms`)
    const shown = simulator.messages(owner)
    assert.deepEqual(
      shown.map(({ text, from }) => [text, from]),
      Array.from({ length: 20 }, (_, n) => [`load ${n}`, `${n % 2 === 0 ? bob : carol}@c.us`]),
    )
  })

  test('a chat or a person that is not there is refused', async () => {
    await using simulator = await startSimulator()
    await assert.rejects(simulator.bursts.send({ to: '1@g.us', from: [bob], count: 1 }), { status: 404 })
    await assert.rejects(simulator.bursts.send({ to: bob, from: ['19999999999'], count: 1 }), { status: 404 })
    await assert.rejects(simulator.bursts.send({ to: bob, from: [], count: 1 }), { status: 422 })
  })
})
