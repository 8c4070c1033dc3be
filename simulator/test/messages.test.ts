import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createSimulator } from '../src/index.ts'
import { linkedClient, textOf } from './client.ts'

suite('messages', () => {
  test('1:1 text both ways', async () => {
    await using simulator = await createSimulator({ deliveryMs: 20, readMs: 40 })
    simulator.createAccount({ phone: '15550001111', name: 'Owner' })
    simulator.createAccount({ phone: '15550002222', name: 'Bob' })
    await using client = await linkedClient(simulator, '15550001111')
    const sent = await client.socket.sendMessage('15550002222@s.whatsapp.net', { text: 'hello' })
    const got = await simulator.nextMessage('15550002222')
    assert.equal(got.text, 'hello')
    await client.next('messages.update', (u) =>
      u.some((x) => x.key.id === sent?.key.id && x.update.status === 4),
    )
    await simulator.sendMessage('15550002222', { to: '15550001111', text: 'yo' })
    await client.message((x) => textOf(x) === 'yo')
  })
})
