import { fold } from './fold.ts'

/** The languages the simulator knows words of. */
export const languages = [
  'en',
  'es',
  'pt',
  'fr',
  'de',
  'it',
  'nl',
  'ru',
  'ar',
  'he',
  'zh',
  'ja',
  'ko',
  'hi',
  'tr',
] as const

/** One of the fifteen languages, by its ISO 639-1 code. */
export type Language = (typeof languages)[number]

const scripts: readonly (readonly [Language, RegExp])[] = [
  ['ja', /[\u3040-\u30ff]/g],
  ['ko', /[\uac00-\ud7af]/g],
  ['ru', /[\u0400-\u04ff]/g],
  ['ar', /[\u0600-\u06ff]/g],
  ['he', /[\u0590-\u05ff]/g],
  ['hi', /[\u0900-\u097f]/g],
  ['zh', /[\u4e00-\u9fff]/g],
]

/** Small words that give a language away, folded. */
const smallWords: readonly (readonly [Language, string])[] = [
  [
    'en',
    'the is are you do does what when how where your can have i my it of to and for with not this that was',
  ],
  [
    'es',
    'el los las es una que como cuando donde tienen puedo mi para con por no hola gracias cuanto muy este esta y del su esta estoy quiero hay',
  ],
  [
    'pt',
    'o os as uma que como quando onde voces posso meu minha para com por nao ola obrigado quanto muito este voce e do da um foi sao estou quero tem',
  ],
  [
    'fr',
    'le les est une que comment quand ou vous puis mon ma pour avec par pas bonjour merci combien tres ce cette et des du je nous sont la un votre vos',
  ],
  [
    'de',
    'der die das ist sind ein eine wie wann wo sie ich mein meine fur mit nicht hallo danke und wir ihr ihre haben kann was es den zu von',
  ],
  [
    'it',
    'il gli e una che come quando dove potete posso mio mia per con non ciao grazie quanto molto questo questa di della sono un avete vorrei siete',
  ],
  [
    'nl',
    'de het is zijn een hoe wanneer waar jullie ik mijn voor met niet hallo bedankt en wij kan wat u heeft hebben van dit deze er',
  ],
  [
    'tr',
    've bir bu ne nasil kac nerede icin ile merhaba tesekkurler var mi misiniz siz ben benim degil cok musunuz da de ama zaman',
  ],
]

const listed = smallWords.map(([language, words]) => [language, new Set(words.split(' '))] as const)

/** The language a text is most likely written in; English when nothing tells. */
export function detectLanguage(text: string): Language {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  for (const [language, script] of scripts) {
    // Japanese is kana among Han, the others are mostly of their own letters.
    const share = (text.match(script)?.length ?? 0) / Math.max(letters, 1)
    if (share > (language === 'ja' ? 0.1 : 0.4)) return language
  }
  const words = fold(text).match(/\p{L}+/gu) ?? []
  let best: Language = 'en'
  let most = 0
  for (const [language, known] of listed) {
    const found = words.filter((word) => known.has(word)).length
    if (found > most) {
      most = found
      best = language
    }
  }
  return best
}
