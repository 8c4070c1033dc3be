import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { foldKeyword } from './fold-keyword.ts'
import { compileKeywords, isUsableKeyword } from './keywords.ts'

/** Text, keywords, and the keyword that is found in it. */
type Case = readonly [text: string, keywords: readonly string[], found: string | undefined]

const languages: Record<string, readonly Case[]> = {
  English: [
    ['Is anybody looking   for\na FLAT?', ['flat', 'looking for'], 'looking for'],
    ['A flat-share, please', ['flat'], 'flat'],
    ['flattering words', ['flat'], undefined],
    ['inflate it', ['flat'], undefined],
    ['my flat2', ['flat'], undefined],
    ['the FLAT’s door', ['flat'], 'flat'],
    ['price list: price', ['price', 'price list'], 'price list'],
    ['C++ developer wanted', ['c++'], 'c++'],
  ],
  German: [
    ['Suche dringend eine Wohnung!', ['wohnung'], 'wohnung'],
    ['Wohnungssuche in Köln', ['Wohnung'], undefined],
    ['WER KENNT EINEN MALER IN DER HAUPTSTRASSE', ['Hauptstraße'], 'Hauptstraße'],
    ['Ich suche ein Büro', ['buro'], 'buro'],
    ['ich suche ein bu\u0308ro', ['Büro'], 'Büro'],
  ],
  Spanish: [
    ['¿Alguien vende una habitación?', ['habitacion'], 'habitacion'],
    ['BUSCO HABITACION', ['habitación'], 'habitación'],
    ['dos habitaciones', ['habitación'], undefined],
    ['mañana sin falta', ['MAÑANA'], 'MAÑANA'],
  ],
  Turkish: [
    ['KİRALIK DAİRE ARIYORUM', ['kiralık daire'], 'kiralık daire'],
    ['kiralik daire var mi', ['kiralık daire'], 'kiralık daire'],
    ["İstanbul'da ev", ['istanbul'], 'istanbul'],
    ['ISPARTA gülü', ['ısparta'], 'ısparta'],
    ['daireler', ['daire'], undefined],
  ],
  Russian: [
    ['Ищу КВАРТИРУ в центре', ['квартиру'], 'квартиру'],
    ['сниму ещё одну', ['еще'], 'еще'],
    ['это мои вещи', ['мой'], undefined],
    ['МОЙ дом', ['мой'], 'мой'],
    ['подкупить', ['купить'], undefined],
  ],
  Hebrew: [
    ['מחפש דירה בתל אביב', ['דירה'], 'דירה'],
    ['הדירה עדיין פנויה?', ['דירה'], 'דירה'],
    ['ושהדירה יפה', ['דירה'], 'דירה'],
    ['בדירה שלי', ['דירה'], 'דירה'],
    ['דִּירָה למכירה', ['דירה'], 'דירה'],
    ['דירה', ['דִּירָה'], 'דִּירָה'],
    ['המספר שלי', ['ספר'], undefined],
    ['דירות', ['דירה'], undefined],
    ['גר בתל אביב', ['תל אביב'], 'תל אביב'],
    ['צריך חו״ל', ['חו"ל'], 'חו"ל'],
  ],
  Arabic: [
    ['أبحث عن شقة للإيجار', ['شقة'], 'شقة'],
    ['الشقة جميلة', ['شقة'], 'شقة'],
    ['وبالشقه مكيف', ['شقة'], 'شقة'],
    ['للبيع سيارة', ['بيع'], 'بيع'],
    ['شَقَّةٌ', ['شقة'], 'شقة'],
    ['شـقـة', ['شقة'], 'شقة'],
    ['مشقة كبيرة', ['شقة'], undefined],
    ['شقتي', ['شقة'], undefined],
    ['ایجار', ['ايجار'], 'ايجار'],
  ],
  Chinese: [
    ['我想买房子在上海', ['买房'], '买房'],
    ['請問二手車多少錢', ['多少錢'], '多少錢'],
    ['有没有公寓出租?', ['出租'], '出租'],
    ['广东京剧团', ['东京'], undefined],
    ['想买iPhone手机', ['iphone'], 'iphone'],
    ['求购ＩＰＨＯＮＥ', ['iPhone'], 'iPhone'],
  ],
  Japanese: [
    ['アパートを借りたいです', ['借りたい'], '借りたい'],
    ['ｱﾊﾟｰﾄを探しています', ['アパート'], 'アパート'],
    ['水道屋さんを探してる', ['探して'], '探して'],
    ['東京都に住んでいます', ['京都'], undefined],
    ['京都に行きたい', ['京都'], '京都'],
    ['パンツを買いたい', ['パン'], undefined],
    ['かき氷', ['がき'], undefined],
  ],
  Thai: [
    ['อยากซื้อบ้านใกล้กรุงเทพ', ['ซื้อบ้าน'], 'ซื้อบ้าน'],
    ['หาห้องเช่าราคาถูก', ['ห้องเช่า'], 'ห้องเช่า'],
    ['ฉันรักเธอมาก', ['มา'], undefined],
    ['น้ำดื่ม', ['น้ำ'], 'น้ำ'],
  ],
  Others: [
    ['अपार्टमेंट चाहिए', ['चाहिए'], 'चाहिए'],
    ['집을 구해요 강남', ['강남'], '강남'],
    ['ψάχνω ΔΙΑΜΈΡΙΣΜΑΣ', ['διαμέρισμας'], 'διαμέρισμας'],
    ['buy 🏠 now', ['🏠'], '🏠'],
    ['vegan\u200bfood', ['veganfood'], 'veganfood'],
  ],
}

suite('keywords', () => {
  for (const [language, cases] of Object.entries(languages)) {
    test(`${language}: whole words and phrases, whatever their case and accents`, () => {
      for (const [text, keywords, found] of cases)
        assert.equal(compileKeywords(keywords).find(text), found, `${keywords.join(', ')} in ${text}`)
    })
  }

  test('the keyword is reported as it was configured, and the first in the text wins', () => {
    const matcher = compileKeywords([' Flat ', 'ROOM', 'room mate'])
    assert.equal(matcher.find('a flat'), ' Flat ')
    assert.equal(matcher.find('a room mate for a flat'), 'room mate')
    assert.equal(matcher.find('a room for a flat'), 'ROOM')
    assert.equal(matcher.find(''), undefined)
    assert.equal(compileKeywords([]).find('a flat'), undefined)
    assert.equal(compileKeywords(['x']).find('plan x'), 'x')
  })

  test('a keyword of marks and invisible characters alone is none', () => {
    assert.deepEqual(['\u0301', '\u200b', ' ', 'ـ', 'a', '🏠'].map(isUsableKeyword), [
      false,
      false,
      false,
      false,
      true,
      true,
    ])
    assert.equal(compileKeywords(['\u200b']).find('anything'), undefined)
  })

  test('a long message made to match the beginnings of many keywords comes to an end', () => {
    const keywords = Array.from({ length: 500 }, (_, index) => `哈${'哈'.repeat(index % 50)}x${index}`)
    assert.equal(compileKeywords(keywords).find('哈'.repeat(65_000)), undefined)
  })

  test('folding twice changes nothing', () => {
    for (const [text] of Object.values(languages).flat())
      assert.equal(foldKeyword(foldKeyword(text)), foldKeyword(text))
  })
})
