import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isStorable, toStorable, toStorableDeep } from './storable-text.ts'

describe('text that can be stored', () => {
  test('is everything but NUL and half surrogate pairs', () => {
    for (const text of ['', 'a', '\u0001\uffff', '👍🏽', '\ufffd', 'שלום'])
      assert.deepEqual([isStorable(text), toStorable(text)], [true, text])
    for (const [text, stored] of [
      ['a\0b', 'ab'],
      ['\0', ''],
      ['a\ud83d', 'a\ufffd'],
      ['\udc4d\ud83d', '\ufffd\ufffd'],
      ['\ud83d\0\udc4d', '👍'],
    ] as const)
      assert.deepEqual([isStorable(text), toStorable(text)], [false, stored])
  })

  test('is made of everything inside, keys too; bytes, dates and what is fine already stay the same object', () => {
    const fine = { bytes: new Uint8Array([0]), at: new Date(0), list: [{ text: '👍' }], none: null }
    assert.equal(toStorableDeep(fine), fine)
    const dirty = { ...fine, list: ['b', { 'k\0': ['c\0'] }] }
    const clean = toStorableDeep(dirty)
    assert.deepEqual(clean, { ...fine, list: ['b', { k: ['c'] }] })
    assert.equal(clean.bytes, fine.bytes)
    assert.deepEqual(dirty.list, ['b', { 'k\0': ['c\0'] }])
  })
})
