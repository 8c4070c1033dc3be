import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'
import { postBytes } from './port-bytes.ts'

suite('bytes for another thread', () => {
  test('the parts arrive in order, in a buffer that holds nothing else', () => {
    const { port1, port2 } = new MessageChannel()
    const pooled = Buffer.from('two ')
    assert.ok(pooled.buffer.byteLength > pooled.length, 'small buffers are views of a pool')
    const big = Buffer.alloc(200_000, 'x')
    postBytes(port1, Buffer.from('one '), pooled, big)
    const { message } = receiveMessageOnPort(port2) as { message: Uint8Array }
    assert.equal(message.buffer.byteLength, message.byteLength)
    assert.ok(Buffer.from(message).equals(Buffer.concat([Buffer.from('one two '), big])))
    // What was given is the caller's as before.
    assert.deepEqual([pooled.toString(), big.length], ['two ', 200_000])
    postBytes(port1)
    assert.equal((receiveMessageOnPort(port2) as { message: Uint8Array }).message.byteLength, 0)
    port1.close()
  })
})
