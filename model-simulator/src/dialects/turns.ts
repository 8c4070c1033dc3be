import type { Ask, Turn } from '../ask.ts'
import { countTokens, lastTokens } from '../ask.ts'
import { ModelError } from '../errors.ts'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object in a field of a request; undefined when there is none. */
export function objectIn(
  body: Readonly<Record<string, unknown>>,
  name: string,
): Record<string, unknown> | undefined {
  const value = body[name]
  return isRecord(value) ? value : undefined
}

/** The model a request names. */
export function modelOf(body: Readonly<Record<string, unknown>>): string {
  const { model } = body as { model?: unknown }
  if (typeof model !== 'string' || model === '')
    throw new ModelError(400, 'you must provide a model parameter')
  return model
}

/** Text of a turn: a string, or the parts of it that are text. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('\n')
}

const roles: Readonly<Record<string, Turn['role']>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'user',
}

/** The turns of a request. */
export function turnsIn(messages: unknown): Turn[] {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new ModelError(400, "Invalid 'messages': it has to be an array with at least one message.")
  }
  return messages.map((message: unknown, index) => {
    const role = isRecord(message) ? roles[String(message['role'])] : undefined
    if (!isRecord(message) || role === undefined) {
      throw new ModelError(400, `Invalid value for messages[${index}].role.`)
    }
    return { role, text: textOf(message['content']) }
  })
}

/** The first positive figure among the fields of these names. */
export function figureIn(body: Readonly<Record<string, unknown>>, ...names: string[]): number | undefined {
  return names.map((name) => body[name]).find((value) => typeof value === 'number' && value > 0) as
    | number
    | undefined
}

/** What is left of a conversation in a small window: the system's words, and the end of the rest. Nobody is told. */
export function cutSilently(turns: Ask['turns'], tokens: number): Turn[] {
  const system = turns.filter(({ role }) => role === 'system')
  let left = tokens - system.reduce((sum, { text }) => sum + countTokens(text), 0)
  const kept: Turn[] = []
  for (const turn of turns.filter(({ role }) => role !== 'system').toReversed()) {
    if (left <= 0) break
    const size = countTokens(turn.text)
    kept.unshift(size <= left ? turn : { ...turn, text: lastTokens(turn.text, left) })
    left -= size
  }
  return [...system, ...kept]
}

const pieceLength = 24

/** A text in the pieces in which it is streamed. */
export function piecesOf(text: string): string[] {
  const letters = [...text]
  return Array.from({ length: Math.ceil(letters.length / pieceLength) }, (_, index) =>
    letters.slice(index * pieceLength, (index + 1) * pieceLength).join(''),
  )
}
