import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import {
  findKeyProblem,
  isSealedWithOldKey,
  SecretUnreadableError,
  seal,
  sealText,
  unseal,
  unsealText,
} from './secrets.ts'

const key = (): string => randomBytes(32).toString('base64')

suite('secrets', () => {
  test('what was sealed opens again, and looks different each time', () => {
    const keys = { secretKey: key() }
    const plain = randomBytes(1000)
    const sealed = seal(keys, 'p', plain)
    assert.deepEqual(unseal(keys, 'p', sealed), plain)
    assert.notDeepEqual(seal(keys, 'p', plain), sealed)
    assert.equal(unsealText(keys, 'p', sealText(keys, 'p', 'käse')), 'käse')
    assert.equal(unseal(keys, 'p', seal(keys, 'p', new Uint8Array())).length, 0)
  })

  test('another purpose, a changed byte or a cut end is refused', () => {
    const keys = { secretKey: key() }
    const sealed = seal(keys, 'webhook-secret:1', Buffer.from('secret'))
    assert.throws(() => unseal(keys, 'webhook-secret:2', sealed), SecretUnreadableError)
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed)
      changed[index] = (changed[index] ?? 0) ^ 1
      assert.throws(() => unseal(keys, 'webhook-secret:1', changed), SecretUnreadableError)
    }
    assert.throws(() => unseal(keys, 'webhook-secret:1', sealed.subarray(0, -1)), SecretUnreadableError)
    assert.throws(() => unseal(keys, 'webhook-secret:1', Buffer.from('x')), SecretUnreadableError)
  })

  test('after a rotation the old values open, new ones are sealed with the new key, and a lost key is reported', () => {
    const [first, second] = [key(), key()]
    const sealed = seal({ secretKey: first }, 'p', Buffer.from('old'))
    const rotated = { secretKey: `${second},${first}` }
    assert.equal(unseal(rotated, 'p', sealed).toString(), 'old')
    assert.equal(isSealedWithOldKey(rotated, sealed), true)
    const again = seal(rotated, 'p', unseal(rotated, 'p', sealed))
    assert.equal(isSealedWithOldKey(rotated, again), false)
    assert.equal(unseal({ secretKey: second }, 'p', again).toString(), 'old')
    assert.throws(() => unseal({ secretKey: second }, 'p', sealed), /not configured/)
  })

  test('a key that is not base64 of 32 bytes is refused', () => {
    assert.equal(findKeyProblem(key()), undefined)
    for (const bad of ['', 'short', `${key()},`, randomBytes(31).toString('base64')])
      assert.notEqual(findKeyProblem(bad), undefined)
    assert.throws(() => seal({ secretKey: 'short' }, 'p', Buffer.from('x')), /installation key must be/)
  })
})
