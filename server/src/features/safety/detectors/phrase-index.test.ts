import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { harmfulTexts, harmlessTexts } from '../../../../test/corpora/safeguards.ts'
import { unseenTexts } from '../../../../test/corpora/unseen/unseen.ts'
import { phraseFamilies, phraseIndex } from './injection-phrases.ts'
import { PhraseIndex } from './phrase-index.ts'
import { openingsOf } from './phrase-openings.ts'

suite('openings of phrases', () => {
  const expected: Record<string, readonly string[]> = {
    abc: ['abc'],
    abcdefgh: ['abcdef'],
    '(?:ab|cd)ef': ['abef', 'cdef'],
    '(?:an? )?bot': ['an bot', 'a bot', 'bot'],
    'a[bc]?d': ['abd', 'acd', 'ad'],
    '(?:a|b(?:c|d))e': ['ae', 'bce', 'bde'],
    'ab*c': ['ab', 'ac'],
    'ab+c': ['ab'],
    'ab{2}c': ['ab'],
    '(?:ab){1,2}c': ['ab'],
    'a{0,2}b': ['a', 'b'],
    "(?<!(?:not|n't) )(?=a)(?:ab|ac)": ['ab', 'ac'],
    '<\\|(?:im|sys)': ['<|im', '<|sys'],
    'ab\\p{L}c': ['ab'],
    'ab.c': ['ab'],
    'ab[^c]d': ['ab'],
    '(?:игнор|忽略)': ['игнор', '忽略'],
    '\\p{L}a': [''],
    '.a': [''],
    'a?': ['a', ''],
  }
  for (const [source, openings] of Object.entries(expected)) {
    test(source, () => {
      assert.deepEqual(new Set(openingsOf(source)), new Set(openings))
    })
  }
})

suite('looking for many phrases at once', () => {
  const index = new PhraseIndex([
    { source: 'say(?:ing)? no', isAtWord: true },
    { source: 'say no more', isAtWord: true },
    { source: '忘记', isAtWord: false },
  ])
  const found = (text: string) => index.find(text, () => true)?.[0]

  test('the first offset counts, and of what begins there the longest', () => {
    assert.equal(found('I was saying no, say no more'), 'saying no')
    assert.equal(found('say no more'), 'say no more')
    assert.equal(found('say yes'), undefined)
    assert.equal(found(''), undefined)
  })

  test('words begin at their first letter, others anywhere', () => {
    assert.equal(found('essay no'), undefined)
    assert.equal(found('9say no'), undefined)
    assert.equal(found('(say no'), 'say no')
    assert.equal(found('请忘记它'), '忘记')
  })

  test('what is not wanted is passed over', () => {
    const later = index.find('say no and then saying no', ({ index: offset }) => offset > 0)
    assert.equal(later?.[0], 'saying no')
    const shorter = index.find('say no more', ([phrase]) => phrase !== 'say no more')
    assert.equal(shorter?.[0], 'say no')
  })

  test('a phrase that can begin with anything is refused', () => {
    const bad = new PhraseIndex([{ source: '\\p{L}{3} no', isAtWord: true }])
    assert.throws(() => bad.find('say no', () => true), /begins with anything/)
  })
})

suite('the phrases that turn a language model', () => {
  const plain = phraseFamilies
    .flatMap(({ phrases }) => phrases)
    .map(
      ({ source, isAtWord }) =>
        new RegExp(isAtWord ? `(?<![\\p{L}\\p{N}])(?=\\p{L})(?:${source})` : source, 'u'),
    )
  const isFound = (text: string): boolean => phraseIndex.find(text, () => true) !== undefined
  const isMatched = (text: string): boolean => plain.some((pattern) => pattern.test(text))

  test('the index finds what the patterns match one by one', () => {
    const texts = [...harmfulTexts, ...harmlessTexts, ...unseenTexts].map(({ text }) => text.toLowerCase())
    for (const text of texts) assert.equal(isFound(text), isMatched(text), text)
    assert.ok(texts.filter(isFound).length >= 60)
  })

  test('also when they are put together at random', () => {
    const pieces = harmfulTexts
      .filter(({ has }) => has.includes('injection'))
      .flatMap(({ text }) => text.toLowerCase().split(/(?<=[^\p{L}])|(?=[^\p{L}])/u))
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (parts) => {
        const text = parts.join('')
        assert.equal(isFound(text), isMatched(text))
      }),
      { numRuns: 500 },
    )
  })
})
