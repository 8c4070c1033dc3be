/** A schema as clients send it: JSON Schema, of which the mind reads what it needs. */
export type JsonSchema = { readonly [key: string]: unknown }

/** One turn of a conversation, its parts of text put together. */
export type Turn = { role: 'system' | 'user' | 'assistant'; text: string }

/** What a client wants the answer to look like. */
export type Form = { kind: 'text' } | { kind: 'json' } | { kind: 'schema'; schema: JsonSchema }

/** A question to the model, whatever dialect it came in. */
export type Ask = {
  model: string
  turns: readonly Turn[]
  form: Form
  maxTokens: number | undefined
}

/** Figures of a call, in tokens of four characters. */
export type Usage = { input: number; output: number }

/** An answer, before its dialect dresses it. */
export type Said = { text: string; finish: 'stop' | 'length'; usage: Usage }

const charactersPerToken = 4

/** How many tokens a text has: the same figure for the same text, nothing more is promised. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / charactersPerToken)
}

/** What as many tokens of a text are. */
export function firstTokens(text: string, tokens: number): string {
  return text.slice(0, tokens * charactersPerToken)
}

/** The end of a text, as many tokens of it. */
export function lastTokens(text: string, tokens: number): string {
  return tokens <= 0 ? '' : text.slice(-tokens * charactersPerToken)
}
