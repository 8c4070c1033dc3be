import type { Turn } from '../ask.ts'
import { type Fenced, takeApart } from '../prompt/fences.ts'
import { detectLanguage, type Language } from '../words/languages.ts'

/** What the model has before it: all that it may answer from. */
export type Scene = {
  evidence: readonly Fenced[]
  /** Texts to look at or to answer: the messages of the last turn that has some. */
  messages: readonly Fenced[]
  /** What is asked: the last of those messages, or the last words of the user where there is no fence. */
  question: string
  language: Language
  /** The words of whoever wrote the prompt. */
  instructions: string
}

/** Reads a conversation. */
export function readScene(turns: readonly Turn[]): Scene {
  const read = turns.map(({ role, text }) => ({ role, ...takeApart(text) }))
  const fenced = read.flatMap((turn) => turn.fenced)
  const last = read.findLast(
    ({ role, fenced: found }) => role === 'user' && found.some(({ kind }) => kind === 'message'),
  )
  const messages = (last?.fenced ?? []).filter(({ kind }) => kind === 'message')
  const question = messages.at(-1)?.text ?? read.findLast(({ role }) => role === 'user')?.outside.trim() ?? ''
  return {
    evidence: fenced.filter(({ kind }) => kind === 'evidence'),
    messages,
    question,
    language: detectLanguage(question),
    instructions: read
      .filter(({ role }) => role !== 'assistant')
      .map(({ outside }) => outside)
      .join('\n'),
  }
}
