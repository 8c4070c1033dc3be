import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { SubstringAutomaton } from './substring-automaton.ts'

function foundIn(patterns: readonly string[], text: string): string[] {
  const found: string[] = []
  new SubstringAutomaton(patterns).walk(text, (index, end, length) => {
    found.push(`${end - length} ${patterns[index]}`)
    return 'shorter'
  })
  return found
}

suite('many texts looked for at once', () => {
  test('are found where they stand, inside each other too', () => {
    assert.deepEqual(foundIn(['he', 'she', 'hers', 'his'], 'ushers'), ['1 she', '2 he', '2 hers'])
    assert.deepEqual(foundIn(['🏠', 'a🏠'], 'a🏠'), ['0 a🏠', '1 🏠'])
    assert.deepEqual(foundIn(['', 'a', 'a'], 'a'), ['0 a'])
    assert.deepEqual(foundIn([], 'a'), [])
  })

  test('are the same that a look at every offset finds', () => {
    const word = fc.stringMatching(/^[ab]{1,5}$/)
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { maxLength: 12 }),
        fc.stringMatching(/^[abc]{0,60}$/),
        (words, text) => {
          const expected = words.flatMap((pattern) =>
            Array.from(text, (_, at) => at)
              .filter((at) => text.startsWith(pattern, at))
              .map((at) => `${at} ${pattern}`),
          )
          assert.deepEqual(foundIn(words, text).sort(), expected.sort())
        },
      ),
    )
  })

  test('a walk leaves out the shorter ones, or ends, when it is told to', () => {
    for (const [step, expected] of [
      ['next', ['a', 'aa', 'aa']],
      ['stop', ['a']],
    ] as const) {
      const found: string[] = []
      new SubstringAutomaton(['a', 'aa']).walk('aaa', (_index, end, length) => {
        found.push('aaa'.slice(end - length, end))
        return step
      })
      assert.deepEqual(found, expected)
    }
  })
})
