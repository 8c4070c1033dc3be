import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { detect } from './detectors.service.ts'

const finds = (text: string): boolean => detect(text, new Set(['ssn'])).length > 0

/** The twelve digits with the check digit of a Thai number, written as the ministry defines it. */
function thai(body: string): string {
  const sum = [...body].reduce((total, digit, index) => total + Number(digit) * (13 - index), 0)
  return body + String((11 - (sum % 11)) % 10)
}

/** Nine digits with Luhn's check digit, as Swedish numbers have it. */
function swedish(body: string): string {
  const sum = [...body].reduce((total, digit, index) => {
    const product = Number(digit) * (index % 2 === 0 ? 2 : 1)
    return total + (product > 9 ? product - 9 : product)
  }, 0)
  return `${body.slice(0, 6)}-${body.slice(6)}${(10 - (sum % 10)) % 10}`
}

suite('numbers of people', () => {
  test('Thai ones of every remainder, the one that 11 divides among them', () => {
    const remainders = new Set<number>()
    for (let number = 110_170_020_300; number < 110_170_020_360; number += 1) {
      const body = String(number)
      remainders.add([...body].reduce((total, digit, index) => total + Number(digit) * (13 - index), 0) % 11)
      assert.ok(finds(`เลขบัตรประชาชน ${thai(body)}`), body)
      const wrong = (Number(thai(body).at(-1)) + 1) % 10
      assert.equal(finds(`เลขบัตรประชาชน ${body}${wrong}`), false, body)
    }
    assert.equal(remainders.size, 11)
  })

  test('Swedish personal and coordination numbers, and no other days', () => {
    for (const day of ['01', '28', '31', '61', '75', '91'])
      assert.ok(finds(`samordningsnummer ${swedish(`8507${day}238`)}`), day)
    for (const day of ['00', '32', '45', '60', '92', '99'])
      assert.equal(finds(`samordningsnummer ${swedish(`8507${day}238`)}`), false, day)
  })

  test('Danish numbers with sixty added to the day, Czech ones with the remainder 10', () => {
    assert.ok(finds('CPR 010190-1234') && finds('CPR 610190-1234'))
    assert.equal(finds('CPR 450190-1234'), false)
    const nine = Array.from({ length: 200 }, (_, index) => String(780_123_500 + index))
    const remainderTen = nine.find((digits) => Number(digits) % 11 === 10)
    assert.ok(remainderTen !== undefined && finds(`rodné číslo ${remainderTen}0`))
  })

  test('samples of American numbers count when they are named, and only then', () => {
    for (const text of ['My SSN is 123-45-6789', 'ssn 123456789', 'Social Security: 078-05-1120'])
      assert.ok(finds(text), text)
    for (const text of ['Call 123-45-6789', 'code 123456789', 'SSN 000-12-3456', 'SSN 111-11-1111'])
      assert.equal(finds(text), false, text)
  })
})
