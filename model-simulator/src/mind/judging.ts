import { understand } from '../words/vocabulary.ts'

/** What the model thinks a message is after. */
export const intents = [
  'buying_intent',
  'product_inquiry',
  'support_request',
  'complaint',
  'off_topic',
  'spam_noise',
  'unknown',
] as const

/** One of {@link intents}. */
export type Intent = (typeof intents)[number]

/** How a message is judged; figures go from 0 to 1. */
export type Judgement = {
  intent: Intent
  /** How near to a purchase its author is. */
  strength: number
  confidence: number
  reason: string
  sentiment: { score: number; label: 'positive' | 'neutral' | 'negative' }
  wantsPerson: boolean
}

const productConcepts = ['price', 'delivery', 'stock', 'size', 'warranty', 'discount', 'opening', 'payment']

type Rule = { intent: Intent; strength: number; confidence: number; when: (has: Has) => boolean }
type Has = (...concepts: string[]) => number

/** The first that holds. */
const rules: readonly Rule[] = [
  { intent: 'spam_noise', strength: 0, confidence: 0.95, when: (has) => has('spam') > 0 },
  { intent: 'complaint', strength: 0.1, confidence: 0.9, when: (has) => has('complain') > 0 },
  {
    intent: 'complaint',
    strength: 0.1,
    confidence: 0.8,
    when: (has) => has('bad') > 0 && has('bad') > has('good') && has('buy', 'want') === 0,
  },
  {
    intent: 'support_request',
    strength: 0.2,
    confidence: 0.85,
    when: (has) => has('problem', 'return', 'cancel') > 0 && has('buy') === 0,
  },
  {
    intent: 'buying_intent',
    strength: 1,
    confidence: 0.95,
    when: (has) => has('buy') > 0 && has('want') > 0,
  },
  {
    intent: 'buying_intent',
    strength: 0.9,
    confidence: 0.9,
    when: (has) => has('buy', 'want') > 0 && has(...productConcepts, 'appointment', 'bicycle', 'repair') > 0,
  },
  {
    intent: 'buying_intent',
    strength: 0.8,
    confidence: 0.8,
    when: (has) => has('buy', 'want', 'appointment') > 0,
  },
  { intent: 'product_inquiry', strength: 0.6, confidence: 0.85, when: (has) => has(...productConcepts) > 0 },
  { intent: 'support_request', strength: 0.3, confidence: 0.7, when: (has) => has('repair') > 0 },
]

function judgeIntent(has: Has, isEmpty: boolean): Omit<Rule, 'when'> {
  if (isEmpty) return { intent: 'unknown', strength: 0, confidence: 0.3 }
  const rule = rules.find(({ when }) => when(has))
  return rule ?? { intent: 'off_topic', strength: 0, confidence: 0.6 }
}

/** "A person, please": nobody says more when that is all that is wanted. */
const isShort = (text: string): boolean => text.trim().length <= 20

/** Judges a message by the words in it; orders in its text are words like others. */
export function judge(text: string): Judgement {
  const { concepts, unknown } = understand(text)
  const has: Has = (...names) => names.reduce((sum, name) => sum + (concepts.get(name) ?? 0), 0)
  const { intent, strength, confidence } = judgeIntent(has, concepts.size === 0 && unknown.length === 0)
  const good = has('good')
  const bad = has('bad', 'complain') + 0.5 * has('problem')
  const score = good + bad === 0 ? 0.5 : (good - bad) / (2 * (good + bad + 0.5)) + 0.5
  const named = [...concepts.keys()]
  return {
    intent,
    strength,
    confidence,
    reason: named.length > 0 ? `speaks of ${named.join(', ')}` : 'speaks of nothing known',
    sentiment: {
      score: Math.round(score * 100) / 100,
      label: score > 0.6 ? 'positive' : score < 0.4 ? 'negative' : 'neutral',
    },
    wantsPerson: has('human') > 0 && (has('want', 'speak', 'contact') > 0 || isShort(text)),
  }
}
