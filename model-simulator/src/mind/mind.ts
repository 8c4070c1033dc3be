import { type Ask, countTokens, firstTokens, type JsonSchema, type Said } from '../ask.ts'
import type { Fenced } from '../prompt/fences.ts'
import type { Trait } from '../traits.ts'
import { detectLanguage } from '../words/languages.ts'
import { answerFrom } from './answer.ts'
import { disturbText, disturbValue } from './disturbing.ts'
import type { Facts } from './facts.ts'
import { hasInjection, orderedWords } from './injections.ts'
import { judge } from './judging.ts'
import { readScene, type Scene } from './reading.ts'
import { fillSchema, schemaIn } from './schema.ts'

/** What a model says without a schema when JSON is all it was asked for. */
const plainSchema: JsonSchema = {
  type: 'object',
  properties: { answer: { type: 'string' }, sources: { type: 'array', items: { type: 'string' } } },
}

function factsOf(scene: Scene): Facts {
  const answer = answerFrom(scene)
  return {
    message: undefined,
    messages: scene.messages,
    source: undefined,
    answer,
    judgement: judge(scene.question),
    language: scene.language,
    hasInjection: scene.messages.some(({ text }) => hasInjection(text)),
  }
}

function aboutMessage(message: Fenced, facts: Facts): Facts {
  return {
    ...facts,
    message,
    judgement: judge(message.text),
    language: detectLanguage(message.text),
    hasInjection: hasInjection(message.text),
  }
}

/** A model that obeys is governed by the first text that gives orders: it judges all alike and says what it is told. */
function obey(scene: Scene): { about: typeof aboutMessage; facts: (facts: Facts) => Facts } | undefined {
  const orders = [...scene.messages, ...scene.evidence].find(({ text }) => hasInjection(text))
  if (!orders) return undefined
  const change = (facts: Facts): Facts => ({
    ...facts,
    answer: { ...facts.answer, text: orderedWords(orders.text), isKnown: true },
    judgement: {
      ...facts.judgement,
      intent: 'buying_intent',
      strength: 1,
      confidence: 1,
      reason: orderedWords(orders.text),
      sentiment: { score: 1, label: 'positive' },
      wantsPerson: false,
    },
  })
  return { facts: change, about: (message, facts) => change(aboutMessage(message, facts)) }
}

function schemaFor(ask: Ask, scene: Scene, has: ReadonlySet<Trait>): JsonSchema | undefined {
  if (ask.form.kind === 'schema' && !has.has('old')) return ask.form.schema
  const inPrompt = schemaIn(scene.instructions)
  if (inPrompt) return inPrompt
  return ask.form.kind === 'json' && !has.has('old') ? plainSchema : undefined
}

/** Answers: the same ask and the same traits, the same answer. */
export function think(ask: Ask, has: ReadonlySet<Trait>): Said {
  const scene = readScene(ask.turns)
  const obeying = has.has('obeys') ? obey(scene) : undefined
  const facts = obeying ? obeying.facts(factsOf(scene)) : factsOf(scene)
  const schema = schemaFor(ask, scene, has)
  const plain = schema
    ? JSON.stringify(disturbValue(fillSchema(schema, facts, obeying?.about ?? aboutMessage), has))
    : facts.answer.text
  const text = disturbText(plain, {
    has,
    isObject: schema !== undefined,
    wasForced: ask.form.kind !== 'text',
  })
  const input = ask.turns.reduce((sum, turn) => sum + countTokens(turn.text), 0)
  const cut = has.has('truncated') ? text.slice(0, Math.ceil(text.length / 2)) : text
  const most = ask.maxTokens === undefined ? cut : firstTokens(cut, ask.maxTokens)
  return {
    text: most,
    finish: most.length < text.length ? 'length' : 'stop',
    usage: { input, output: countTokens(most) },
  }
}
