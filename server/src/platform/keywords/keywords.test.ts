import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { foldKeyword } from './fold-keyword.ts'
import { compileKeywords, isUsableKeyword, type KeywordMatch } from './keywords.ts'

/** Text, keywords, and the keyword that is found in it. */
type Case = readonly [text: string, keywords: readonly string[], found: string | undefined]

/** Found as the beginning of a word, the default. */
const starts: Record<string, readonly Case[]> = {
  'what plumbers, landlords and shops wait for': [
    ['My kitchen pipe is leaking badly', ['leak'], 'leak'],
    ['there are leaks everywhere', ['leak'], 'leak'],
    ['what are your prices?', ['price'], 'price'],
    ['PRICING please', ['pric'], 'pric'],
    ['looking for 2 bedrooms', ['bedroom'], 'bedroom'],
    ['2bedrooms or 3BR', ['bedroom'], 'bedroom'],
    ['when can we book viewings', ['viewing'], 'viewing'],
    ['any recommendations?', ['recommend'], 'recommend'],
    ['two bed rooms', ['bedroom'], undefined],
    ['he bleaks', ['leak'], undefined],
    ['previewing', ['viewing'], undefined],
    ['it is 500usd', ['usd'], 'usd'],
    ['covid19', ['19'], undefined],
  ],
  'phrases, signs and emoji': [
    ['Is anybody looking   for\na FLAT?', ['flat', 'looking for'], 'looking for'],
    ['looking\u00a0for', ['looking for'], 'looking for'],
    ['looking for\u200b a flat', ['looking for a'], 'looking for a'],
    ['two bedrooms', ['two bedroom'], 'two bedroom'],
    ['A flat-share, please', ['flat'], 'flat'],
    ['price list: price', ['price', 'price list'], 'price list'],
    ['C++ developers wanted', ['c++'], 'c++'],
    ['abc++', ['c++'], undefined],
    ['C# or .net?', ['c#'], 'c#'],
    ['huge #sale now', ['#sale'], '#sale'],
    ['#saleoftheyear', ['#sale'], '#sale'],
    ['huge #sale now', ['sale'], 'sale'],
    ['#flat_for_rent', ['rent'], 'rent'],
    ['_flat_ or *flat*', ['flat'], 'flat'],
    ['a 2br flat', ['2br'], '2br'],
    ['a 12br flat', ['2br'], undefined],
    ['do you have Wi\u2011Fi?', ['wi-fi'], 'wi-fi'],
    ['do you have wifi?', ['wi-fi'], 'wi-fi'],
    ['do you have wi fi?', ['wi-fi'], 'wi-fi'],
    ['I don’t know', ["don't"], "don't"],
    ['I don´t know', ["don't"], "don't"],
    ['I dont know', ["don't"], "don't"],
    ['the FLAT’s door', ['flat'], 'flat'],
    ['“flat” wanted', ['"flat"'], '"flat"'],
    ['buy 🏠 now', ['🏠'], '🏠'],
    ['flat🏠', ['🏠'], '🏠'],
    ['❤️ it', ['❤'], '❤'],
    ['👍🏽', ['👍'], '👍'],
    ['vegan\u200bfood', ['veganfood'], 'veganfood'],
    ['le\u00adak', ['leak'], 'leak'],
    ['ＬＥＡＫＩＮＧ', ['leak'], 'leak'],
    ['𝐥𝐞𝐚𝐤𝐢𝐧𝐠', ['leak'], 'leak'],
  ],
  'Latin scripts': [
    ['Wohnungssuche in Köln', ['Wohnung'], 'Wohnung'],
    ['WER KENNT EINEN MALER IN DER HAUPTSTRASSE', ['Hauptstraße'], 'Hauptstraße'],
    ['HAUPTSTRAẞE', ['hauptstrasse'], 'hauptstrasse'],
    ['Ich suche ein Büro', ['buro'], 'buro'],
    ['ich suche ein bu\u0308ro', ['Büro'], 'Büro'],
    ['smørrebrød', ['smorrebrod'], 'smorrebrod'],
    ['SMORREBROD', ['smørrebrød'], 'smørrebrød'],
    ['Łódź', ['lodz'], 'lodz'],
    ['ægteskab', ['aegteskab'], 'aegteskab'],
    ['đám cưới', ['dam cuoi'], 'dam cuoi'],
    ['cœur', ['coeur'], 'coeur'],
    ['þórshöfn', ['thorshofn'], 'thorshofn'],
    ['dos habitaciones', ['habitación'], 'habitación'],
    ['mañana sin falta', ['MAÑANA'], 'MAÑANA'],
    ['KİRALIK DAİRE ARIYORUM', ['kiralık daire'], 'kiralık daire'],
    ['kiralik daireler var mi', ['kiralık daire'], 'kiralık daire'],
    ["İstanbul'da ev", ['istanbul'], 'istanbul'],
    ['ISPARTA gülü', ['ısparta'], 'ısparta'],
  ],
  'Cyrillic, Greek and others with spaces': [
    ['Ищу КВАРТИРУ в центре', ['квартир'], 'квартир'],
    ['сниму ещё одну', ['еще'], 'еще'],
    ['это мои вещи', ['мой'], undefined],
    ['подкупить', ['купить'], undefined],
    ['ψάχνω ΔΙΑΜΈΡΙΣΜΑΣ', ['διαμέρισμα'], 'διαμέρισμα'],
    ['ο δρόμος', ['δρομοσ'], 'δρομοσ'],
    ['अपार्टमेंट चाहिए', ['चाहिए'], 'चाहिए'],
    ['२ कमरे', ['2 कमरे'], '2 कमरे'],
    ['집을 구해요 강남', ['집'], '집'],
  ],
  Hebrew: [
    ['מחפש דירה בתל אביב', ['דירה'], 'דירה'],
    ['הדירה עדיין פנויה?', ['דירה'], 'דירה'],
    ['ושהדירה יפה', ['דירה'], 'דירה'],
    ['בדירה שלי', ['דירה'], 'דירה'],
    ['מהדירה שלי', ['דירה'], 'דירה'],
    ['כדירה', ['דירה'], 'דירה'],
    ['וכשהדירה', ['דירה'], 'דירה'],
    ['דִּירָה למכירה', ['דירה'], 'דירה'],
    ['דירה', ['דִּירָה'], 'דִּירָה'],
    ['החלונות', ['חלון'], 'חלון'],
    ['המספר שלי', ['ספר'], undefined],
    ['דירות', ['דירה'], undefined],
    ['גר בתל אביב', ['תל אביב'], 'תל אביב'],
    ['צריך חו״ל', ['חו"ל'], 'חו"ל'],
    ['הiPhone שלי', ['iphone'], 'iphone'],
  ],
  Arabic: [
    ['أبحث عن شقة للإيجار', ['شقة'], 'شقة'],
    ['الشقة جميلة', ['شقة'], 'شقة'],
    ['وبالشقه مكيف', ['شقة'], 'شقة'],
    ['والشقة', ['شقة'], 'شقة'],
    ['كالشقة', ['شقة'], 'شقة'],
    ['فشقة', ['شقة'], 'شقة'],
    ['للبيع سيارة', ['بيع'], 'بيع'],
    ['شَقَّةٌ', ['شقة'], 'شقة'],
    ['شـقـة', ['شقة'], 'شقة'],
    ['إيجار', ['ايجار'], 'ايجار'],
    ['مستشفي', ['مستشفى'], 'مستشفى'],
    ['ایجار', ['ايجار'], 'ايجار'],
    ['٢ غرف', ['2 غرف'], '2 غرف'],
    ['مشقة كبيرة', ['شقة'], undefined],
    ['سيارتين', ['سيار'], 'سيار'],
  ],
  'scripts without spaces, always anywhere': [
    ['我想买房子在上海', ['买房'], '买房'],
    ['請問二手車多少錢', ['多少錢'], '多少錢'],
    ['广东京剧团', ['东京'], '东京'],
    ['想买iPhone手机', ['iphone'], 'iphone'],
    ['求购ＩＰＨＯＮＥ', ['iPhone'], 'iPhone'],
    ['東京都に住んでいます', ['京都'], '京都'],
    ['ｱﾊﾟｰﾄを探しています', ['アパート'], 'アパート'],
    ['かき氷', ['がき'], undefined],
    ['อยากซื้อบ้านใกล้กรุงเทพ', ['บ้าน'], 'บ้าน'],
    ['ຢາກຊື້ເຮືອນ', ['ເຮືອນ'], 'ເຮືອນ'],
    ['ខ្ញុំចង់ទិញផ្ទះ', ['ផ្ទះ'], 'ផ្ទះ'],
    ['ကျွန်တော်အိမ်ဝယ်ချင်တယ်', ['အိမ်'], 'အိမ်'],
  ],
}

const words: readonly Case[] = [
  ['my flat is free', ['flat'], 'flat'],
  ['flats', ['flat'], undefined],
  ['my flat2', ['flat'], undefined],
  ['2bedroom', ['bedroom'], undefined],
  ['inflate it', ['flat'], undefined],
  ['(flat)', ['flat'], 'flat'],
  ['C++ developers', ['c++'], 'c++'],
  ['_flat_', ['flat'], 'flat'],
  ['הדירה', ['דירה'], undefined],
  ['广东京剧团', ['东京'], '东京'],
  ['想买iPhone手机', ['iphone'], 'iphone'],
  ['iphones', ['iphone'], undefined],
  ['मकानों', ['मकान'], undefined],
]

const anywhere: readonly Case[] = [
  ['inflate it', ['flat'], 'flat'],
  ['Wasserleak', ['leak'], 'leak'],
  ['مشقة', ['شقة'], 'شقة'],
  ['fl at', ['flat'], undefined],
]

function check(match: KeywordMatch, cases: readonly Case[]): void {
  for (const [text, keywords, found] of cases)
    assert.equal(compileKeywords(keywords, match).find(text), found, `${keywords.join(', ')} in ${text}`)
}

/** Milliseconds of the processor; the machine may be busy with something else. */
function processorMs(run: () => unknown): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

suite('keywords', () => {
  for (const [kind, cases] of Object.entries(starts))
    test(`begin a word unless told otherwise: ${kind}`, () => check('start', cases))
  test('are whole words when told', () => check('word', words))
  test('stand within words when told', () => check('anywhere', anywhere))

  test('the keyword is reported as it was configured, and the first in the text wins', () => {
    const matcher = compileKeywords([' Flat ', 'ROOM', 'room mate'], 'start')
    assert.equal(matcher.find('a flat'), ' Flat ')
    assert.equal(matcher.find('a room mate for a flat'), 'room mate')
    assert.equal(matcher.find('a room for a flat'), 'ROOM')
    assert.equal(matcher.find(''), undefined)
    assert.equal(compileKeywords([], 'start').find('a flat'), undefined)
    assert.equal(compileKeywords(['x'], 'start').find('plan x'), 'x')
    assert.equal(compileKeywords(['wifi', 'wi-fi'], 'start').find('wifi'), 'wifi')
  })

  test('all of them are told where each stands first', () => {
    const found = compileKeywords(['room', 'flat', 'at', 'van'], 'anywhere').findAll(
      'a flat with a room, a flat',
    )
    assert.deepEqual(
      found.map(({ keyword, start, end }) => [keyword, start, end]),
      [
        ['flat', 2, 6],
        ['at', 4, 6],
        ['room', 14, 18],
      ],
    )
  })

  test('a keyword of marks and invisible characters alone is none', () => {
    const keywords = ['\u0301', '\u200b', ' ', 'ـ', 'a', '🏠']
    assert.deepEqual(keywords.map(isUsableKeyword), [false, false, false, false, true, true])
    assert.equal(compileKeywords(['\u200b'], 'anywhere').find('anything'), undefined)
  })

  test('folding twice changes nothing', () => {
    for (const [text] of [...Object.values(starts).flat(), ...words, ...anywhere])
      assert.equal(foldKeyword(foldKeyword(text)), foldKeyword(text))
  })
})

suite('500 keywords of 100 like characters over 64 KB', () => {
  const length = 65_536
  const filled = (part: string) => part.repeat(Math.ceil(length / part.length)).slice(0, length)
  const keywordSets: Record<string, string[]> = {
    'alike to the end': Array.from(
      { length: 500 },
      (_, n) => `${'a'.repeat(97)}${String(n).padStart(3, '0')}`,
    ),
    'of every length': Array.from(
      { length: 500 },
      (_, n) => `${'a'.repeat((n % 100) + 1)}${n < 100 ? '' : `q${n}`}`,
    ),
    'of many words': Array.from({ length: 500 }, (_, n) => `${'a '.repeat(48)}${n}`),
    Chinese: Array.from({ length: 500 }, (_, n) => `${'哈'.repeat(97)}x${n}`),
  }
  const texts = {
    'one letter': filled('a'),
    'one word': `x${filled('a')}`,
    words: filled('a '),
    'numbers and letters': filled('1a'),
    accents: filled('ä'),
    'marks in two orders': `a${filled('\u0301\u0316')}`,
    'letters under fifteen marks': filled(`a${'\u0301\u0316'.repeat(15)}`),
    'no width': filled('\u200d'),
    spaces: filled('\u00a0'),
    'phrases in one sign': filled('\ufdfa'),
    'words in one sign': filled('\u3316'),
    Hebrew: filled('ושהב'),
    Arabic: filled('وال'),
    Chinese: filled('哈'),
    Thai: filled('ก้'),
    emoji: filled('👨‍👩‍👧'),
  }
  for (const [kind, keywords] of Object.entries(keywordSets)) {
    test(`keywords ${kind}: below 50 ms for every text`, () => {
      for (const match of ['start', 'word', 'anywhere'] as const) {
        const matcher = compileKeywords(keywords, match)
        for (const [name, text] of Object.entries(texts)) {
          // Up to three times: the first runs are not compiled yet.
          let ms = Number.POSITIVE_INFINITY
          for (let run = 0; run < 3 && ms >= 50; run += 1) ms = processorMs(() => matcher.findAll(text))
          assert.ok(ms < 50, `${match}, ${name}: ${ms} ms`)
        }
      }
    })
  }
  test('are made ready in less than 100 ms', () => {
    for (const keywords of Object.values(keywordSets))
      assert.ok(Math.min(...[1, 2].map(() => processorMs(() => compileKeywords(keywords, 'start')))) < 100)
  })
  test('a keyword at the very end is found, what stands behind 64 KB is not', () => {
    const matcher = compileKeywords(['leak'], 'start')
    assert.equal(matcher.find(`${filled('x ').slice(0, length - 8)} leaking`), 'leak')
    assert.equal(matcher.find(`${filled('x ')} leaking`), undefined)
  })
})
