import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bob, carol, jidOf, linkedClient, owner, startSimulator, textOf } from './client.ts'
import { verifies } from './verifies.ts'

suite('scripts', () => {
  test('a phone answers by the first rule that fits', async () => {
    verifies('SCRIPT-01')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    simulator.script(bob, [
      { when: { text: '^order (\\d+)$' }, answer: { text: 'Order $1 is on its way', quote: true } },
      { when: { text: 'bye', from: carol }, answer: { text: 'never' } },
      { when: { text: 'bye' }, answer: { reaction: { emoji: '👋' } }, times: 1 },
      { when: { kind: 'image' } },
      { when: { chat: owner }, answer: { text: 'What?' }, afterMs: 30, typingMs: 20 },
    ])
    const { socket } = client
    await socket.presenceSubscribe(jidOf(bob))
    const send = async (text: string) => (await socket.sendMessage(jidOf(bob), { text }))?.key.id
    const order = await send('ORDER 55')
    const answer = await client.message((message) => textOf(message) === 'Order 55 is on its way')
    assert.equal(answer.message?.extendedTextMessage?.contextInfo?.stanzaId, order)
    const bye = await send('bye bye')
    const [reaction] = await client.next('messages.reaction')
    assert.deepEqual([reaction?.key.id, reaction?.reaction.text], [bye, '👋'])
    await send('bye bye')
    const isTyping = ({ presences }: { presences: Record<string, { lastKnownPresence: string }> }) =>
      Object.values(presences).some(({ lastKnownPresence }) => lastKnownPresence === 'composing')
    await client.next('presence.update', isTyping)
    await client.message((message) => textOf(message) === 'What?')
    assert.deepEqual(
      simulator.scriptOf(bob).map(({ answered }) => answered),
      [1, 0, 1, 0, 1],
    )
    simulator.script(bob, [])
    await send('order 56')
    await simulator.sendMessage(bob, { to: owner, text: 'my own words' })
    assert.equal(
      textOf(await client.message((one) => !one.key.fromMe && textOf(one) !== undefined)),
      'my own words',
    )
  })

  test('members of a group answer there, and the control API sets scripts', async () => {
    verifies('SCRIPT-01', 'CTRL-02')
    await using simulator = await startSimulator()
    await using client = await linkedClient(simulator, owner)
    const { id } = simulator.createGroup({ subject: 'Club', owner, members: [bob, carol] })
    const put = async (rules: unknown) => {
      const response = await fetch(`${simulator.controlUrl}/accounts/${carol}/script`, {
        method: 'PUT',
        body: JSON.stringify({ rules }),
      })
      return { status: response.status, body: (await response.json()) as { error?: { field: string } } }
    }
    assert.equal(
      (await put([{ when: { kind: 'poll' }, answer: { vote: { options: ['tea'] } } }])).status,
      200,
    )
    const sent = await client.socket.sendMessage(id, {
      poll: { name: 'Drinks?', values: ['tea', 'coffee'], selectableCount: 1 },
    })
    const vote = await simulator.nextMessage(bob, ({ kind }) => kind === 'poll_vote')
    assert.deepEqual([vote.from, vote.target, vote.vote], [`${carol}@c.us`, sent?.key.id, ['tea']])
    const wrong: [unknown, string][] = [
      [[{ when: { text: '(' } }], 'rules.0.when.text'],
      [[{ answer: {} }], 'rules.0.answer.text'],
      [[{ when: { mood: 'good' } }], 'mood'],
      ['all', 'rules'],
    ]
    for (const [rules, field] of wrong) {
      const { status, body } = await put(rules)
      assert.deepEqual([status, body.error?.field], [422, field])
    }
  })
})
