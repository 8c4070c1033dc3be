import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { BinaryNode } from 'baileys'
import type { Connection } from './connection.ts'
import { DeliveryQueue } from './delivery-queue.ts'
import { stanza } from './stanza.ts'

/** A queue whose device is there, and what was sent to it. */
function openQueue() {
  const queue = new DeliveryQueue()
  const sent: BinaryNode[] = []
  const connection = { isActive: false, send: (node: BinaryNode) => void sent.push(node) } as Connection
  queue.open(connection)
  return { queue, sent, connection }
}

const retry = (count: number) =>
  stanza('receipt', { id: 'a', type: 'retry', participant: 'bob' }, [stanza('retry', { count: `${count}` })])
const retryAck = stanza('ack', { class: 'receipt', id: 'a', type: 'retry', participant: 'bob' })
const message = stanza('message', { id: 'a' })
const messageAck = (error?: string) =>
  stanza('ack', { class: 'message', id: 'a', ...(error === undefined ? {} : { error }) })

suite('what waits for a device', () => {
  test('a request to send again is not taken for done by the ack of the one before', () => {
    const { queue } = openQueue()
    queue.add(retry(1))
    queue.add(retry(2))
    queue.acknowledge(retryAck)
    assert.deepEqual(
      [...queue.saved().values()].map(({ node }) => node),
      [retry(2)],
    )
    queue.acknowledge(retryAck)
    assert.equal(queue.size, 0)
  })

  test('after a new connection one ack is enough: one copy was sent', () => {
    const { queue, sent, connection } = openQueue()
    queue.add(retry(1))
    queue.add(retry(2))
    queue.close(connection)
    queue.add(retry(3))
    sent.length = 0
    queue.open(connection)
    assert.equal(sent.filter(({ tag }) => tag === 'receipt').length, 1)
    queue.acknowledge(retryAck)
    assert.equal(queue.size, 0)
  })

  test('a message that was refused once and sent again waits for its own answer', () => {
    const { queue } = openQueue()
    queue.add(message)
    queue.add(message)
    queue.acknowledge(messageAck('487'))
    assert.equal(queue.size, 1)
    queue.acknowledge(messageAck('487'))
    assert.equal(queue.size, 0)
  })

  test('a good ack of a message ends it, however often it was sent', () => {
    const { queue } = openQueue()
    queue.add(message)
    queue.add(message)
    queue.acknowledge(messageAck())
    assert.equal(queue.size, 0)
  })
})
