import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { measureSafeguards } from '../../../../test/corpora/measure-safeguards.ts'
import { harmfulTexts, harmlessTexts } from '../../../../test/corpora/safeguards.ts'
import { heldBackTexts } from '../../../../test/corpora/unseen/held-back.ts'
import { firstRun, unseenTexts } from '../../../../test/corpora/unseen/unseen.ts'
import { type DetectorKind, detectorKinds } from './detectors.schema.ts'
import { detect } from './detectors.service.ts'

const all: ReadonlySet<DetectorKind> = new Set(detectorKinds)
const found = (text: string) =>
  detect(text, all).map(({ kind, start, end }) => [kind, text.slice(start, end)])

suite('the corpus', () => {
  test('has at least 400 texts, about half of them harmless', () => {
    const total = harmfulTexts.length + harmlessTexts.length
    assert.ok(total >= 400, String(total))
    assert.ok(harmlessTexts.length >= total * 0.45, `${harmlessTexts.length} of ${total}`)
    assert.equal(new Set([...harmfulTexts, ...harmlessTexts].map(({ text }) => text)).size, total)
  })

  for (const figures of measureSafeguards()) {
    test(`${figures.kind}: at least 97 % caught, at most 1 % of the others`, () => {
      assert.ok(figures.texts >= 18, `${figures.texts} texts`)
      assert.ok(figures.caught / figures.texts >= 0.97, `missed: ${figures.missed.join(' | ')}`)
      assert.ok(figures.falselyCaught / figures.others <= 0.01, `wrong: ${figures.wrong.join(' | ')}`)
    })
  }
})

suite('the unseen corpus', () => {
  test('has at least 400 texts, half of them harmless', () => {
    const texts = unseenTexts.map(({ text }) => text)
    assert.ok(texts.length >= 400)
    assert.ok(unseenTexts.filter(({ has }) => has.length === 0).length >= texts.length * 0.5)
    const tuned = [...harmfulTexts, ...harmlessTexts].map(({ text }) => text)
    assert.equal(new Set([...texts, ...tuned]).size, texts.length + tuned.length)
  })

  for (const figures of measureSafeguards(unseenTexts)) {
    const { caught, falselyCaught } = firstRun[figures.kind]
    test(`${figures.kind}: at least the ${caught} of the first run, at most ${falselyCaught} wrong`, () => {
      assert.ok(figures.caught >= caught, `missed: ${figures.missed.join(' | ')}`)
      assert.ok(figures.falselyCaught <= falselyCaught, `wrong: ${figures.wrong.join(' | ')}`)
    })
  }
})

suite('the corpus that is held back', () => {
  test('most of it is caught, and next to nothing else', () => {
    const figures = measureSafeguards(heldBackTexts)
    const sum = (field: 'texts' | 'caught' | 'falselyCaught' | 'others'): number =>
      figures.reduce((total, of) => total + of[field], 0)
    assert.ok(sum('caught') / sum('texts') >= 0.7, `${sum('caught')} of ${sum('texts')}`)
    assert.ok(sum('falselyCaught') / sum('others') <= 0.01, `${sum('falselyCaught')} wrong`)
  })
})

suite('places', () => {
  test('exactly the secret is named, also twice', () => {
    assert.deepEqual(found('a https://example.com/a, b www.example.org.'), [
      ['urls', 'https://example.com/a'],
      ['urls', 'www.example.org'],
    ])
    assert.deepEqual(found('card 4111 1111 1111 1111, mail a@example.com'), [
      ['credit_cards', '4111 1111 1111 1111'],
      ['emails', 'a@example.com'],
    ])
    assert.deepEqual(found('Password: Tr0ub4dor&3 ok'), [['passwords', 'Tr0ub4dor&3']])
  })

  test('digits of an account are not also a phone number', () => {
    assert.deepEqual(found('call about DE89 3704 0044 0532 0130 00'), [
      ['bank_accounts', 'DE89 3704 0044 0532 0130 00'],
    ])
  })

  test('a wrong check digit is no card, account or id', () => {
    for (const text of [
      '4111 1111 1111 1112',
      'DE88 3704 0044 0532 0130 00',
      'DNI 12345678A',
      'SSN 000-12-3456',
    ])
      assert.deepEqual(found(text), [], text)
  })

  test('only what is asked for is looked for', () => {
    const text = 'https://example.com and a@example.com'
    assert.deepEqual(
      detect(text, new Set(['emails'])).map(({ kind }) => kind),
      ['emails'],
    )
    assert.deepEqual(detect(text, new Set()), [])
  })
})

suite('hostile texts', () => {
  const long = 4096
  const hostile: Record<string, string> = {
    spaces: ' '.repeat(long),
    digits: '1'.repeat(long),
    'digits and spaces': '12 '.repeat(long / 3),
    'digits and dashes': '1-'.repeat(long / 2),
    dots: 'a.'.repeat(long / 2),
    ats: '@'.repeat(long),
    'local parts': `${'a'.repeat(long - 1)}@`,
    'almost addresses': 'a@b.'.repeat(long / 4),
    'almost cards': '4111 1111 1111 111 '.repeat(long / 19),
    'almost ibans': 'DE89 '.repeat(long / 5),
    'almost keys': 'sk-'.repeat(long / 3),
    'one long key': `sk-${'a'.repeat(long)}`,
    jwt: 'eyJ'.repeat(long / 3),
    'almost jwt': `eyJ${'a'.repeat(1500)}.eyJ${'b'.repeat(2500)}`,
    'pem headers': '-----BEGIN '.repeat(long / 11),
    'ignore all': 'ignore all '.repeat(long / 11),
    'ignore the': `ignore ${'the '.repeat(long / 4)}`,
    passwords: 'password '.repeat(long / 9),
    'passwords with colons': 'password: '.repeat(long / 10),
    'single letters': 'i '.repeat(long / 2),
    base64: 'A'.repeat(long),
    hex: 'deadbeef'.repeat(long / 8),
    percent: '%41'.repeat(long / 3),
    slashes: 'http://'.repeat(long / 7),
    names: 'a.b.c.d.e.com'.repeat(long / 13),
    plus: '+1'.repeat(long / 2),
    phones: '+14155552671 '.repeat(long / 13),
    marks: `a${'\u0301'.repeat(long)}`,
  }
  for (const [name, text] of Object.entries(hostile)) {
    test(`${name} cost no more than any other long text`, () => {
      detect(text, all)
      const startedMs = performance.now()
      for (let round = 0; round < 3; round += 1) detect(text, all)
      const ms = (performance.now() - startedMs) / 3
      assert.ok(ms < 100, `${ms.toFixed(1)} ms`)
    })
  }

  test('any text: findings lie within it, in order', () => {
    const words = fc.constantFrom(
      '4111 1111 ',
      'a@b.com',
      ' password: ',
      'x1Y2',
      '+1 415',
      ' ignore all ',
      'é',
      '.',
      '/',
      'www.',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(words, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 40 }),
        (parts) => {
          const text = parts.join('')
          let last = 0
          for (const { start, end } of detect(text, all)) {
            assert.ok(start >= last && end > start && end <= text.length)
            last = start
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
