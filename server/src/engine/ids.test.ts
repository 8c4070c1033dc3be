import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { noPhones, phoneForms } from '../../test/phones.ts'
import { readPhonePart } from '../platform/phone-text.ts'
import { parseChatId, parsePhone, phoneOf } from './ids.ts'

describe('a phone number', () => {
  for (const [form, text] of Object.entries(phoneForms)) {
    test(`is read from ${form}`, () => {
      assert.equal(parsePhone(text), '15550100123')
      assert.equal(parseChatId(text), '15550100123@c.us')
      assert.equal(phoneOf(text), '+15550100123')
    })
  }

  for (const [form, text] of Object.entries(noPhones)) {
    test(`is not read from ${form}, because somebody else would be called`, () => {
      assert.equal(parsePhone(text), undefined)
      assert.equal(parseChatId(text), undefined)
    })
  }

  test('in groups of two digits keeps its last zeros', () => {
    assert.equal(parsePhone('+33.1.42.68.53.00'), '33142685300')
    assert.equal(parsePhone('+49 40 1234567-0'), '494012345670')
  })

  test('is found by a part of it, however that is written', () => {
    for (const part of ['+1 555', '\u202a1555\u202c', '\u0661\u0665\u0665\u0665', 'tel:1-555', '1.(555)'])
      assert.equal(readPhonePart(part), '1555')
    assert.equal(readPhonePart('Ann 5'), 'Ann5')
  })
})

describe('a chat id', () => {
  test('is that of a group or channel, without what was copied with it', () => {
    assert.equal(parseChatId('\u2068120363012345678901@g.us\u2069'), '120363012345678901@g.us')
    assert.equal(parseChatId(' 120363012345678901@newsletter'), '120363012345678901@newsletter')
    assert.equal(parsePhone('120363012345678@g.us'), undefined)
    assert.equal(parseChatId('x@g.us'), undefined)
  })
})
