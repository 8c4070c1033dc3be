import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { SenderKeyRecord } from 'baileys/lib/Signal/Group/sender-key-record.js'
import { SenderKeyState } from 'baileys/lib/Signal/Group/sender-key-state.js'
import { BufferJSON } from './library.ts'

suite('quick ways for what happens with every message', () => {
  test('a key may be bytes or a key object, and is refused as before', () => {
    const [bytes, iv, text] = [randomBytes(32), randomBytes(12), Buffer.from('text')]
    const seal = (key: Uint8Array | ReturnType<typeof createSecretKey>) => {
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      return { body: Buffer.concat([cipher.update(text), cipher.final()]), tag: cipher.getAuthTag() }
    }
    const sealed = seal(bytes)
    assert.deepEqual(seal(createSecretKey(bytes)), sealed)
    assert.deepEqual(seal(new Uint8Array(bytes)), sealed)
    const macs = [bytes, new Uint8Array(bytes), createSecretKey(bytes)].map((key) =>
      createHmac('sha256', key).update(text).digest('hex'),
    )
    assert.equal(new Set(macs).size, 1)
    assert.equal(createHmac('sha256', 'key').update('').digest().length, 32)
    assert.equal(createHmac('sha256', Buffer.alloc(0)).update('').digest().length, 32)
    assert.throws(() => createHmac('sha257', bytes), { code: 'ERR_CRYPTO_INVALID_DIGEST' })
    const decipher = createDecipheriv('aes-256-gcm', bytes, iv, { authTagLength: 16 }).setAuthTag(sealed.tag)
    assert.deepEqual(Buffer.concat([decipher.update(sealed.body), decipher.final()]), text)
    assert.throws(() => createCipheriv('aes-256-gcm', randomBytes(31), iv), {
      code: 'ERR_CRYPTO_INVALID_KEYLEN',
    })
    const wrong = createDecipheriv('aes-256-gcm', randomBytes(32), iv).setAuthTag(sealed.tag)
    wrong.update(sealed.body)
    assert.throws(() => wrong.final())
  })

  test('the record of a group sender is read as the library reads it, however its keys were written', () => {
    const keys = { public: randomBytes(33), private: randomBytes(32) }
    const state = new SenderKeyState(7, 3, randomBytes(32), keys)
    const skipped = [{ iteration: 1, seed: randomBytes(32) }]
    const structure = { ...state.getStructure(), senderMessageKeys: skipped }
    const foreign = { ...structure, senderSigningKey: { public: keys.public } }
    const texts = [
      JSON.stringify([structure, foreign]),
      JSON.stringify([structure, foreign], BufferJSON.replacer),
      JSON.stringify([structure], (_, value) =>
        value?.type === 'Buffer' ? Object.fromEntries(Object.entries(value.data)) : value,
      ),
      '[]',
    ]
    for (const text of texts) {
      const expected = new SenderKeyRecord(JSON.parse(text, BufferJSON.reviver))
      assert.deepEqual(SenderKeyRecord.deserialize(Buffer.from(text)).serialize(), expected.serialize())
    }
  })
})
