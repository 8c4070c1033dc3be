import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { findSourcePlaces, foldKeyword } from './fold-keyword.ts'
import { compileKeywords } from './keywords.ts'

/** Where keywords stand in a text, in characters. */
function placesIn(text: string, keywords: readonly string[]): number[] {
  const starts = compileKeywords(keywords, 'anywhere')
    .findAll(text)
    .map(({ start }) => start)
  return findSourcePlaces(text, starts)
}

suite('where in a text a keyword stands', () => {
  test('in characters, whatever folding makes longer, shorter or leaves out', () => {
    const cases: [text: string, keywords: string[], places: number[]][] = [
      ['a flat, a room', ['room', 'flat'], [2, 10]],
      ['  \u200b \n a flat', ['a', 'flat'], [6, 8]],
      ['🙂🙂 ﬁve Straße flat', ['five', 'asse', 'flat'], [3, 10, 14]],
      ['ｱﾊﾟｰﾄを探しています', ['パー', '探し'], [1, 6]],
      ['ﬀﬀﬀ leak', ['leak'], [4]],
      ['e\u0301e\u0301 le\u00adak', ['leak'], [5]],
      [`${'é'.repeat(3_000)}leak`, ['leak'], [3_000]],
      [`${'🙂'.repeat(1_501)}leak ${'e\u0301'.repeat(1_501)}leak flat`, ['leak', 'flat'], [1_501, 4_513]],
    ]
    for (const [text, keywords, places] of cases) assert.deepEqual(placesIn(text, keywords), places, text)
  })

  test('behind characters without an end and words that leave nothing', () => {
    for (const sign of ['\u200d', '\u0301', '👩\u200d', '\ufdfa', '\u1112\u1161\u11ab']) {
      const text = `${sign.repeat(5_000)} leak`
      const folded = foldKeyword(text)
      const places = findSourcePlaces(text, [folded.indexOf('leak')])
      assert.deepEqual(places, [[...text].length - 4], sign)
    }
  })

  test('500 keywords in a message of 64 KB, in one word or many: below a second', () => {
    const letters = Array.from({ length: 26 }, (_, n) => String.fromCharCode(97 + n))
    const keywords = letters.flatMap((a) => letters.map((b) => `é${a}${b}`)).slice(0, 500)
    for (const gap of [' ', '']) {
      const text = keywords.join(gap).padStart(65_000, `ö${gap}`)
      const before = process.cpuUsage()
      assert.equal(placesIn(text, keywords).length, 500)
      const { user, system } = process.cpuUsage(before)
      assert.ok(user + system < 1_000_000, `${JSON.stringify(gap)}: ${(user + system) / 1000} ms`)
    }
  })
})
