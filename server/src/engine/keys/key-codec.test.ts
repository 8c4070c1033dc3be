import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { withOwnBytes } from './key-codec.ts'

suite('keys in memory', () => {
  test('a key that is kept holds on to no memory but its own', () => {
    const cut = Buffer.from('cut from a block that many share')
    assert.ok(cut.buffer.byteLength > cut.length)
    const own = withOwnBytes('sender-key', cut) as Buffer
    assert.deepEqual(own, cut)
    assert.equal(own.buffer.byteLength, cut.length)
    const pair = withOwnBytes('pre-key', { public: cut, private: cut }) as Record<string, Buffer>
    assert.deepEqual(pair, { public: cut, private: cut })
    assert.equal(pair.private?.buffer.byteLength, cut.length)
  })

  test('values without bytes are left as they are', () => {
    const session = { version: 'v1' }
    assert.equal(withOwnBytes('session', session), session)
    assert.equal(withOwnBytes('pre-key', null), null)
  })
})
