import type { Fenced } from '../prompt/fences.ts'
import type { Language } from '../words/languages.ts'
import type { Answer } from './answer.ts'
import type { Judgement } from './judging.ts'

/** What is known when a field is filled: about one message, or about the question as a whole. */
export type Facts = {
  /** The message that a list is at; undefined outside lists of messages. */
  message: Fenced | undefined
  messages: readonly Fenced[]
  /** The piece of evidence that a list is at. */
  source: Fenced | undefined
  answer: Answer
  judgement: Judgement
  language: Language
  hasInjection: boolean
}

/** Names of fields are told apart without regard to their writing: `leadScore` is `lead_score`. */
export function snake(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()
}

const evidenceName =
  /^(?:used_|cited_)?(?:sources?|source_ids?|evidence|evidence_ids?|citations?|references?|used|based_on|documents?)$/

/** Whether a list of that name is of evidence. */
export function isOfEvidence(name: string): boolean {
  return evidenceName.test(snake(name))
}

/** Whether a field holds the id of a message or of a piece of evidence. */
export function isIdName(name: string): boolean {
  return /^(?:id|ref|key|(?:message|source|evidence|document|item)_?(?:id|ref)|(?:message|source|evidence))$/.test(
    snake(name),
  )
}

type TextRule = { names: RegExp; say: (facts: Facts) => string }

/** Whether the case is one for a person: somebody asks for one, or complains. */
const needsPerson = ({ judgement }: Facts): boolean =>
  judgement.wantsPerson || judgement.intent === 'complaint'

const decisions = (facts: Facts): string =>
  needsPerson(facts) ? 'hand_over' : facts.answer.isKnown ? 'answer' : 'unknown'

const textRules: readonly TextRule[] = [
  { names: /intent|category|class|topic/, say: ({ judgement }) => judgement.intent },
  { names: /sentiment|label|polarity|mood|tone/, say: ({ judgement }) => judgement.sentiment.label },
  { names: /lang/, say: ({ language }) => language },
  { names: /reason|why|explanation|rationale|note/, say: ({ judgement }) => judgement.reason },
  { names: /action|decision|outcome|kind|type|status|verdict/, say: decisions },
  {
    names: /source|evidence|document|quote/,
    say: ({ source, answer }) => (source ?? answer.used[0])?.id ?? '',
  },
  { names: /./, say: ({ answer }) => answer.text },
]

/** What a field of text says, by its name. */
export function textFor(name: string, facts: Facts): string {
  const key = snake(name)
  if (isIdName(name)) return (facts.source ?? facts.message ?? facts.messages[0])?.id ?? ''
  return (textRules.find(({ names }) => names.test(key)) ?? textRules.at(-1))?.say(facts) ?? ''
}

/** Other words for a decision; a schema that lists its values has one of them. */
const otherWords: Readonly<Record<string, readonly string[]>> = {
  hand_over: ['handover', 'hand-over', 'handoff', 'hand_off', 'escalate', 'human', 'person'],
  answer: ['reply', 'respond', 'auto', 'send', 'known', 'answered'],
  unknown: [
    'no_answer',
    'not_known',
    'dont_know',
    'silent',
    'none',
    'no_evidence',
    'escalate',
    'hand_over',
    'handover',
  ],
  positive: ['pos', 'good'],
  negative: ['neg', 'bad'],
  neutral: ['mixed'],
}

/** The value of a list of allowed ones that says what a field of this name says; the first when none does. */
export function choose(name: string, allowed: readonly unknown[], facts: Facts): unknown {
  const said = [
    textFor(name, facts),
    facts.judgement.intent,
    facts.judgement.sentiment.label,
    decisions(facts),
    facts.language,
    'unknown',
    'none',
    'other',
  ]
  const words = said.flatMap((word) => [word, ...(otherWords[word] ?? [])])
  const found = words.find((word) =>
    allowed.some((value) => typeof value === 'string' && snake(value) === snake(word)),
  )
  return (
    allowed.find(
      (value) => typeof value === 'string' && found !== undefined && snake(value) === snake(found),
    ) ?? allowed[0]
  )
}

/** Whether a field of yes and no says yes. */
export function truthFor(name: string, facts: Facts): boolean {
  const key = snake(name)
  if (/hand|human|person|escalat|operator/.test(key)) return needsPerson(facts)
  if (/inject|unsafe|suspicious|malicious|attack/.test(key)) return facts.hasInjection
  if (/unknown|missing|no_|not_|insufficient|refus/.test(key)) return !facts.answer.isKnown
  if (/known|found|grounded|answer|sufficient|evidence|enough|supported|can_/.test(key))
    return facts.answer.isKnown
  if (/lead|buy/.test(key)) return facts.judgement.strength >= 0.6
  if (/positive/.test(key)) return facts.judgement.sentiment.label === 'positive'
  if (/negative|complain/.test(key)) return facts.judgement.sentiment.label === 'negative'
  if (/spam/.test(key)) return facts.judgement.intent === 'spam_noise'
  return false
}

/** A figure from 0 to 1 by the name of its field and those beside it, and the range it has when the schema tells none. */
export function figureFor(
  name: string,
  beside: readonly string[],
  facts: Facts,
): { share: number; from: number; to: number } {
  const key = snake(name)
  const { judgement, answer } = facts
  if (/confiden|probab|certain/.test(key)) {
    const isReply =
      facts.message === undefined && !beside.some((other) => /intent|sentiment|label/.test(other))
    return { share: isReply ? (answer.isKnown ? 0.9 : 0.2) : judgement.confidence, from: 0, to: 1 }
  }
  if (/sentiment|polarity|positiv/.test(key)) return { share: judgement.sentiment.score, from: 0, to: 1 }
  if (/lead|intent|strength|purchase/.test(key)) return { share: judgement.strength, from: 1, to: 10 }
  if (/score|rating/.test(key)) {
    const isLead = beside.some((other) => /intent/.test(other))
    return isLead
      ? { share: judgement.strength, from: 1, to: 10 }
      : { share: judgement.sentiment.score, from: 0, to: 1 }
  }
  return { share: 0, from: 0, to: 1 }
}
