import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createFolding, type FoldingRules } from './fold-text.ts'

const accents = /[\u0300-\u036f]/g

describe('folding', () => {
  const cases: [promise: string, rules: FoldingRules, text: string, folded: string][] = [
    ['overlooks case and width', {}, 'ＡＢc ﬁn', 'abc fin'],
    [
      'leaves out marks, whether they came with their letter or after it',
      { marks: accents },
      'Éte\u0301',
      'ete',
    ],
    ['keeps the marks that it is not told of', { marks: accents }, 'が שָׁ', 'が שָׁ'],
    [
      'keeps letters apart from such marks when told',
      { marks: accents, isDecomposed: true },
      'が',
      'か\u3099',
    ],
    ['replaces letters, the longest first', { letters: { ab: 'x', a: 'y', '-': ' ' } }, 'AB-a', 'x y'],
    ['leaves out signs of the lower-case text', { dropped: /[^a-z]/g }, 'A-B\u200dC', 'abc'],
    ['leaves spaces alone', {}, ' a \n b ', ' a \n b '],
    ['makes single spaces', { spaces: 'single' }, '\u3000 a\n\n b\tc ', 'a b c'],
    ['makes single spaces within lines', { spaces: 'lines' }, '  a \t b\n\n c', ' a b\n\n c'],
  ]
  for (const [promise, rules, text, folded] of cases)
    test(promise, () => assert.equal(createFolding(rules)(text), folded))

  const rules: FoldingRules = {
    marks: accents,
    dropped: /[^\p{L}\p{M}\s'-]/gu,
    letters: { "'": ' ', ø: 'o' },
    spaces: 'single',
  }

  test('plain text is folded as any other, by a shorter way', () => {
    for (const spaces of ['single', 'lines', 'kept'] as const) {
      const fold = createFolding({ ...rules, spaces })
      const long = createFolding({ ...rules, letters: { ...rules.letters, '\u0416': '' }, spaces })
      fc.assert(
        fc.property(fc.stringMatching(/^[\n\x20-\x7e]*$/), (text) => {
          // A letter that is dropped again takes the text the long way.
          assert.equal(fold(text), long(`${text}\u0301`))
        }),
      )
    }
  })

  test('what is folded stays as it is', () => {
    const fold = createFolding(rules)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(fold(fold(text)), fold(text))
      }),
    )
  })
})
