import type { Fenced } from '../prompt/fences.ts'
import { detectLanguage, type Language } from '../words/languages.ts'
import { understand } from '../words/vocabulary.ts'
import type { Scene } from './reading.ts'

/** What the model says to a question, and which evidence it stands in. */
export type Answer = { text: string; isKnown: boolean; used: readonly Fenced[] }

const unknownIn: Readonly<Record<Language, string>> = {
  en: 'I do not know that.',
  es: 'Eso no lo sé.',
  pt: 'Isso eu não sei.',
  fr: 'Je ne le sais pas.',
  de: 'Das weiß ich nicht.',
  it: 'Questo non lo so.',
  nl: 'Dat weet ik niet.',
  ru: 'Этого я не знаю.',
  ar: 'لا أعرف ذلك.',
  he: 'אני לא יודע את זה.',
  zh: '这个我不知道。',
  ja: 'それは分かりません。',
  ko: '그것은 모르겠습니다.',
  hi: 'यह मुझे नहीं पता।',
  tr: 'Bunu bilmiyorum.',
}

/** What is put before evidence in another language than the question's. */
const quotedIn: Readonly<Record<Language, string>> = {
  en: 'Here is what is written about it:',
  es: 'Esto es lo que está escrito:',
  pt: 'Isto é o que está escrito:',
  fr: 'Voici ce qui est écrit :',
  de: 'Dazu steht geschrieben:',
  it: 'Ecco cosa è scritto:',
  nl: 'Dit staat erover geschreven:',
  ru: 'Вот что об этом написано:',
  ar: 'هذا ما هو مكتوب:',
  he: 'זה מה שכתוב:',
  zh: '相关内容如下：',
  ja: '次のように書かれています：',
  ko: '다음과 같이 적혀 있습니다:',
  hi: 'इसके बारे में यह लिखा है:',
  tr: 'Bu konuda şöyle yazıyor:',
}

/** Greetings and wishes are said beside a question; they are not what is asked. */
const besideTheQuestion = new Set(['=greeting', '=good', '=want', '=human', '=speak'])
/** How much of a question a block of evidence has to be about. */
const leastCoverage = 0.34
const mostSentences = 2

function termsOf(text: string): Set<string> {
  const { concepts, unknown } = understand(text)
  return new Set([...[...concepts.keys()].map((concept) => `=${concept}`), ...unknown])
}

function questionTerms(question: string): Set<string> {
  return new Set([...termsOf(question)].filter((term) => !besideTheQuestion.has(term)))
}

/** How much a term of a question counts: how long something takes is said of many things, and no reason to quote it. */
function weightOf(term: string): number {
  if (term === '=duration') return 0.3
  return term.startsWith('=') ? 1 : 0.6
}

/** The share of a question that a text speaks of, from 0 to 1. */
function coverage(asked: ReadonlySet<string>, terms: ReadonlySet<string>): number {
  let all = 0
  let found = 0
  for (const term of asked) {
    all += weightOf(term)
    if (terms.has(term)) found += weightOf(term)
  }
  return all === 0 ? 0 : found / all
}

function sentencesOf(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?])\s+|(?<=[。！？])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

/** A heading says what the sentence after it is about, and nothing itself. */
function withoutHeading(sentences: readonly string[], index: number): string {
  const sentence = sentences[index] ?? ''
  const next = sentences[index + 1]
  const isHeading = /^#/.test(sentence) || (sentence.length < 40 && !/[.!?:。！？\d]/.test(sentence))
  return isHeading && next !== undefined ? next : sentence
}

type Candidate = { sentence: string; source: Fenced; score: number }

function candidates(asked: ReadonlySet<string>, evidence: readonly Fenced[]): Candidate[] {
  return evidence.flatMap((source) => {
    const name = source.attributes['source'] ?? ''
    const whole = coverage(asked, termsOf(`${name}\n${source.text}`))
    if (whole < leastCoverage) return []
    const sentences = sentencesOf(source.text)
    return sentences.map((sentence, index) => ({
      sentence: withoutHeading(sentences, index),
      source,
      score: coverage(asked, termsOf(sentence)) + 0.4 * whole,
    }))
  })
}

/** Answers a question with sentences of the evidence, word for word, or says that it does not know. */
export function answerFrom(scene: Scene): Answer {
  const asked = questionTerms(scene.question)
  const found = candidates(asked, scene.evidence)
    .filter(({ score }) => score > leastCoverage)
    .sort((left, right) => right.score - left.score)
  const best = found[0]
  if (!best) return { text: unknownIn[scene.language], isKnown: false, used: [] }
  const chosen = new Map<string, Candidate>()
  for (const candidate of found) {
    if (chosen.size === mostSentences || candidate.score < best.score * 0.85) break
    if (!chosen.has(candidate.sentence)) chosen.set(candidate.sentence, candidate)
  }
  const said = [...chosen.keys()].join(' ')
  const isForeign = detectLanguage(said) !== scene.language
  return {
    text: isForeign ? `${quotedIn[scene.language]} ${said}` : said,
    isKnown: true,
    used: [...new Set([...chosen.values()].map(({ source }) => source))],
  }
}
