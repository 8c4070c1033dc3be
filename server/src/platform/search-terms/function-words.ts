import {
  ara,
  ces,
  dan,
  deu,
  eng,
  fin,
  fra,
  heb,
  hin,
  hun,
  ind,
  ita,
  nld,
  nob,
  pol,
  por,
  ron,
  rus,
  spa,
  swe,
  tha,
  tur,
  ukr,
} from 'stopword'

const lists: Readonly<Record<string, readonly string[]>> = {
  ar: ara,
  cs: ces,
  da: dan,
  de: deu,
  en: eng,
  es: spa,
  fi: fin,
  fr: fra,
  he: heb,
  hi: hin,
  hu: hun,
  ms: ind,
  it: ita,
  nl: nld,
  no: nob,
  pl: pol,
  pt: por,
  ro: ron,
  ru: rus,
  sv: swe,
  th: tha,
  tr: tur,
  uk: ukr,
}

/** Words that ask and join in Chinese and Japanese, as far as pairs of characters show them. */
const functionCharacters = new Set(
  '的了是吗嗎我你您他她们們在有和与與及也就都而要可会會能什么麼怎样樣多少哪里裡请請问問这這那个個吧呢啊把被让讓给給对對从從到为為因所以',
)

const folded = (words: readonly string[], fold: (text: string) => string) => new Set(words.map(fold))

/** Tells words that say nothing about what a question is about, by the languages (ISO 639-1) it may be in. */
export function createFunctionWords(fold: (text: string) => string) {
  const sets = new Map<string, ReadonlySet<string>>()
  const setOf = (language: string) => {
    let set = sets.get(language)
    if (set === undefined) {
      set = folded(lists[language] ?? [], fold)
      sets.set(language, set)
    }
    return set
  }
  return {
    hasWord: (word: string, languages: readonly string[]) => languages.some((each) => setOf(each).has(word)),
    /** Pairs of kana are mostly endings; of Chinese characters some only join. */
    hasPair(pair: string): boolean {
      if (/^\p{Script=Hiragana}+$/u.test(pair)) return true
      return [...pair].some((sign) => functionCharacters.has(sign))
    },
  }
}
