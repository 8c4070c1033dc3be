import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { CountryCode } from 'libphonenumber-js'
import { noPhones, phoneForms } from '../../../../test/phones.ts'
import { readCellPhone } from './cell-phone.ts'

const phoneOf = (cell: string, country?: CountryCode) => {
  const read = readCellPhone(cell, country)
  return 'phone' in read ? read.phone : undefined
}
const reasonOf = (cell: string, country?: CountryCode) => {
  const read = readCellPhone(cell, country)
  return 'reason' in read ? read.reason : `taken as ${read.phone}`
}

/** In a file these are what a spreadsheet made of a whole number, or have a prefix that says where it ends. */
const readInFiles = new Set([
  'a decimal',
  'two decimals',
  'a decimal with plus',
  'a decimal with a comma',
  'a decimal in spaces',
  'a fullwidth decimal',
  'an Arabic decimal',
  'an international prefix',
])

suite('the number in a cell', () => {
  test('is read as at every other door, with or without a country', () => {
    for (const [form, text] of Object.entries(phoneForms)) {
      assert.equal(phoneOf(text), '15550100123', form)
      assert.equal(phoneOf(text, 'US'), '15550100123', `${form} in the US`)
    }
  })

  test('is refused where it could be another person’s, with or without a country', () => {
    for (const [form, text] of Object.entries(noPhones)) {
      if ([...readInFiles].some((name) => form.startsWith(name))) continue
      assert.equal(phoneOf(text), undefined, form)
      assert.equal(phoneOf(text, 'US'), undefined, `${form} in the US`)
    }
  })

  test('is freed of what spreadsheets put around it (hard cases, decision 36)', () => {
    for (const cell of [
      "'+15550100123",
      "'15550100123",
      '="15550100123"',
      '="+1 555 010 0123"',
      'tel:+15550100123',
      '15550100123.0',
      '+15550100123.00',
      '15550100123,0',
      '\u202a+15550100123\u202c',
      '\u200e="15550100123"',
      '0015550100123',
      '00 1 555 010 0123',
      '+ 1 555 010 0123',
    ])
      assert.equal(phoneOf(cell), '15550100123', cell)
  })

  test('says why it is none', () => {
    const reasons: [cell: string, says: RegExp, country?: CountryCode][] = [
      ['', /no number/],
      ['  \u200e ', /no number/],
      ['5.51199E+12', /spreadsheet/],
      ['5,51199e+12', /spreadsheet/],
      ['+15550100123 ::: +15550100124', /more than one/],
      ['15550100123; 15550100124', /more than one/],
      ['+15550100123 / +15550100124', /more than one/],
      ['15550100123 or 15550100124', /more than one/],
      ['+1 555 010 0123 ext. 12', /extension/],
      ['+1 555 010 0123 x5', /extension/],
      ['555-010-0123 ext 4', /extension/, 'US'],
      ['0151 23456789', /country/],
      ['(0151) 23456789', /country/],
      ['(212) 555-0123', /country/],
      ['555 010 0123', /country/],
      ['151 2345', /country/],
      ['call me', /no phone number/],
      ['12', /no phone number/],
      ['12', /no phone number/, 'DE'],
      ['0123456789012345', /no phone number|no possible/, 'DE'],
      ['555 010', /no phone number|no possible/, 'US'],
    ]
    for (const [cell, says, country] of reasons) assert.match(reasonOf(cell, country), says, cell)
  })

  test('of a country gets its code, unless it has it (Excavator #152, glific #4132, wacrm #586)', () => {
    const read: [cell: string, country: CountryCode, phone: string][] = [
      ['0151 23456789', 'DE', '4915123456789'],
      ['15123456789', 'DE', '4915123456789'],
      ['4915123456789', 'DE', '4915123456789'],
      ['+4915123456789', 'US', '4915123456789'],
      ['0049 151 23456789', 'DE', '4915123456789'],
      ['011 49 151 23456789', 'US', '4915123456789'],
      ['(212) 555-0123', 'US', '12125550123'],
      ['12125550123', 'US', '12125550123'],
      ['11 98765-4321', 'BR', '5511987654321'],
      ['5511987654321', 'BR', '5511987654321'],
      ['55 98765-4321', 'BR', '5555987654321'],
      ['06 1234 5678', 'IT', '390612345678'],
      ['393 123 4567', 'IT', '393931234567'],
      ['8 912 345-67-89', 'RU', '79123456789'],
      ['9198765432', 'IN', '919198765432'],
      ['919876543210', 'IN', '919876543210'],
      ['07911 123456', 'GB', '447911123456'],
    ]
    for (const [cell, country, phone] of read)
      assert.equal(phoneOf(cell, country), phone, `${cell} in ${country}`)
  })

  test('with a country code is taken as it is: no digit rules of ours, no library’s opinion (decision 37)', () => {
    // Brazil with and without the ninth digit, Argentina's 9, Mexico's 1, and one nobody has given out.
    for (const phone of [
      '5511987654321',
      '551187654321',
      '5491123456789',
      '541123456789',
      '5215512345678',
      '525512345678',
      '99912345678',
    ])
      assert.deepEqual([phoneOf(`+${phone}`), phoneOf(phone), phoneOf(`00${phone}`)], [phone, phone, phone])
  })
})
