import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { readHead } from '../src/areas/contacts/importing/csv-head.ts'
import { columnsOf, guessRoles } from '../src/areas/contacts/importing/mapping.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

suite('the beginning of a file', () => {
  test('is parted by what its rows agree on; quotation marks hold delimiters, line ends and themselves', () => {
    const { delimiter, rows } = readHead(bytes('Name;Phone, private\r\n"A;\n""B""";+15550100101\r\n'), false)
    assert.equal(delimiter, ';')
    assert.deepEqual(rows, [
      ['Name', 'Phone, private'],
      ['A;\n"B"', '+15550100101'],
    ])
    assert.deepEqual(readHead(bytes('sep=|\na|b,c\n1|\n'), false).rows, [
      ['a', 'b,c'],
      ['1', ''],
    ])
    assert.deepEqual(readHead(bytes('+15550100101\n+15550100102'), false).rows, [
      ['+15550100101'],
      ['+15550100102'],
    ])
  })

  test('is read as it was written: marks of UTF-16, UTF-8, else as Windows writes', () => {
    const utf16 = new Uint8Array([0xff, 0xfe, ...Buffer.from('Näme,b\n', 'utf16le')])
    assert.deepEqual(
      [readHead(utf16, false).encoding, readHead(utf16, false).rows[0]?.[0]],
      ['utf-16le', 'Näme'],
    )
    const windows = new Uint8Array([...bytes('K'), 0xf6, ...bytes('ln,1\n')])
    assert.deepEqual(
      [readHead(windows, false).encoding, readHead(windows, false).rows[0]?.[0]],
      ['windows-1252', 'Köln'],
    )
    // The beginning of a large file may end within a character, and within a row.
    const cut = readHead(bytes('a,b\nc,dé').slice(0, -1), true)
    assert.deepEqual([cut.encoding, cut.rows], ['utf-8', [['a', 'b']]])
  })

  test('becomes number, name and values, by heads or by what stands below; the mapping names columns by number', () => {
    const named = [
      ['Town', 'Customer name', 'WhatsApp'],
      ['Lisbon', 'Ada', '+15550100101'],
    ]
    assert.deepEqual(guessRoles(named), ['value', 'name', 'phone'])
    assert.deepEqual(columnsOf(named[0] ?? [], guessRoles(named)), { Town: 1, name: 2, phone: 3 })
    const bare = [['15550100101', 'Ada', 'x']]
    assert.deepEqual(guessRoles(bare), ['phone', 'name', 'skip'])
    const unknown = [
      ['A', 'B'],
      ['Ada', '+1 (555) 010-0101'],
    ]
    assert.deepEqual(guessRoles(unknown), ['value', 'phone'])
    assert.deepEqual(columnsOf(['phone', '{x}|'], ['value', 'value']), { 'column 1': 1, x: 2 })
  })
})
