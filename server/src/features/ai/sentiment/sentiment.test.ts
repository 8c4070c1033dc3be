import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { measureSentiment } from '../../../../test/corpora/sentiment/measure-sentiment.ts'
import { tunedTexts } from '../../../../test/corpora/sentiment/tuned.ts'
import { unseenTexts } from '../../../../test/corpora/sentiment/unseen.ts'
import { lexiconLanguages } from './folding.ts'
import { scoreByLexicon } from './score-by-lexicon.service.ts'
import { loadLanguageTeller } from './text-language.service.ts'

const labelOf = (text: string, language?: string) => scoreByLexicon(text, language).label

suite('the lists of words', () => {
  test('20 texts in each of 15 languages: 79 of 100 right, 89 of 100 called positive are', () => {
    const { texts, accuracy, positivePrecision } = measureSentiment([...tunedTexts, ...unseenTexts])
    assert.equal(texts, 300)
    assert.ok(accuracy >= 0.79, `accuracy ${accuracy}`)
    assert.ok(positivePrecision >= 0.89, `precision ${positivePrecision}`)
  })

  test('texts that they were not mended on are found as well', () => {
    const { accuracy, positivePrecision } = measureSentiment(unseenTexts)
    assert.ok(accuracy >= 0.79, `accuracy ${accuracy}`)
    assert.ok(positivePrecision >= 0.89, `precision ${positivePrecision}`)
  })

  test('they are never surer than half, however loud a text is', () => {
    const texts = [...tunedTexts, ...unseenTexts].flatMap(({ language, positive, negative }) =>
      [...positive, ...negative].map((text) => ({ language, text })),
    )
    const loud = {
      language: 'en',
      text: 'Best, best, best! Perfect, excellent, amazing, love it 😍😍😍'.repeat(9),
    }
    const found = [...texts, loud].map(({ language, text }) => scoreByLexicon(text, language).confidence)
    assert.ok(Math.max(...found) <= 0.5)
    assert.ok(Math.max(...found) > 0.4)
  })

  test('what is denied is not meant', () => {
    const denied: [string, string][] = [
      ['en', 'The cake was not delicious'],
      ['de', 'Das Essen war nicht lecker'],
      ['de', 'Die Torte war lecker überhaupt nicht'],
      ['es', 'La comida no estuvo rica'],
      ['fr', 'Le gâteau n’était pas délicieux'],
      ['tr', 'Yemek güzel değil'],
      ['hi', 'खाना स्वादिष्ट नहीं था'],
      ['ja', '全然美味しくなかったです'],
      ['ko', '음식이 맛있지 않았어요'],
      ['zh', '一点也不舒服'],
      ['ru', 'Торт был не вкусный'],
      ['ar', 'الأكل ما كان لذيذ'],
      ['he', 'האוכל לא היה טעים'],
    ]
    assert.deepEqual(
      denied.filter(([language, text]) => labelOf(text, language) !== 'negative'),
      [],
    )
  })

  test('whoever asks whether something is good does not say so, and politeness is no praise', () => {
    assert.equal(labelOf('Is the cake delicious?', 'en'), 'neutral')
    assert.equal(labelOf('Good morning, please send me the price, thank you', 'en'), 'neutral')
    assert.equal(labelOf('Guten Tag, schöne Grüße und einen schönen Tag', 'de'), 'neutral')
  })

  test('accents may be missing, and case and width do not matter', () => {
    assert.equal(labelOf('MUY RECOMENDABLE, TODO IMPECABLE', 'es'), 'positive')
    assert.equal(labelOf('pessimo, horrivel, nao recomendo', 'pt'), 'negative')
    assert.equal(labelOf('ＥＸＣＥＬＬＥＮＴ', 'en'), 'positive')
  })

  test('what stands after a but counts more', () => {
    const [kind, harsh] = ['Slow but excellent', 'Excellent but slow'].map(
      (text) => scoreByLexicon(text, 'en').score,
    )
    assert.ok((kind ?? 0) > (harsh ?? 1))
  })

  test('a text in another language, of signs alone, or empty is neutral and never a guess', () => {
    for (const text of ['Bardzo dobra obsługa', '48213', '', ' ', '?!']) {
      const found = scoreByLexicon(text, text.startsWith('B') ? 'pl' : undefined)
      assert.deepEqual([found.label, found.confidence, found.positiveWords], ['neutral', 0, 0])
    }
    assert.deepEqual(scoreByLexicon('❤️❤️').label, 'positive')
  })

  test('a text of any length is read in time', () => {
    const long = 'not good, but not bad either; '.repeat(2200)
    const startedAt = process.cpuUsage()
    scoreByLexicon(long, 'en')
    assert.ok(process.cpuUsage(startedAt).user < 2_000_000)
  })
})

suite('the language of a text', () => {
  test('is told in all 15 languages, short ones too', async () => {
    const languageOf = await loadLanguageTeller()
    const wrong = [...tunedTexts, ...unseenTexts].flatMap(({ language, positive, neutral, negative }) =>
      [...positive, ...neutral, ...negative].filter((text) => languageOf(text) !== language),
    )
    assert.ok(wrong.length <= 6, wrong.join('\n'))
    assert.equal(languageOf('Muito bom!'), 'pt')
    assert.equal(languageOf('最高でした！'), 'ja')
    assert.equal(languageOf('48213'), null)
    assert.equal(lexiconLanguages.length, 15)
  })
})
