import { z } from 'zod'
import { type ProviderName, type Rung, rungNames } from './models.schema.ts'

/** The ways that a provider has at all. */
export function rungsOf(provider: ProviderName): readonly Rung[] {
  return provider === 'anthropic' ? ['json_schema', 'text'] : rungNames
}

/** What providers refuse or read differently; the answer is checked against the whole schema all the same. */
const unportable: ReadonlySet<string> = new Set([
  '$schema',
  'default',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'propertyNames',
])

/** A schema as providers take it. */
export interface PortableSchema {
  schema: Record<string, unknown>
  /** Whether every field is required and no other is allowed: only then it may be enforced word by word. */
  isStrict: boolean
}

function simplify(value: unknown, isNames = false): unknown {
  if (Array.isArray(value)) return value.map((item) => simplify(item))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([name]) => isNames || !unportable.has(name))
  return Object.fromEntries(
    kept.map(([name, item]) => [
      name,
      name === 'enum' || name === 'const' ? item : simplify(item, !isNames && name === 'properties'),
    ]),
  )
}

function isStrictlyFormed(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isStrictlyFormed)
  if (typeof value !== 'object' || value === null) return true
  const { type, properties, required, additionalProperties } = value as Record<string, unknown>
  if (type === 'object') {
    const names = Object.keys((properties ?? {}) as object)
    const asked = new Set((required ?? []) as string[])
    if (additionalProperties !== false || names.some((name) => !asked.has(name))) return false
  }
  return Object.values(value).every(isStrictlyFormed)
}

/** A schema as providers take it: without what some of them refuse. */
export function toPortable(schema: z.ZodType): PortableSchema {
  const made = simplify(z.toJSONSchema(schema, { target: 'draft-7', io: 'output' })) as Record<
    string,
    unknown
  >
  return { schema: made, isStrict: isStrictlyFormed(made) }
}

/** What a model is told that is not held to the schema by its server. */
export function describeForm({ schema }: PortableSchema): string {
  return `Answer with one JSON value and nothing else: no explanation, no Markdown. It must match this JSON Schema:\n${JSON.stringify(schema)}`
}

/** What a model is told whose answer was not in the form. */
export function describeMisfit(problem: string): string {
  return `This answer does not match the JSON Schema: ${problem}. Give the whole answer once more, as one JSON value that matches it and nothing else.`
}

const thinkingTags = ['think', 'thinking', 'reasoning', 'thought']

/** The text without one kind of thoughts; in one walk, since servers may send anything. */
function withoutTag(text: string, tag: string): string {
  const [open, close] = [`<${tag}>`, `</${tag}>`]
  const firstEnd = text.indexOf(close)
  const firstStart = text.indexOf(open)
  // Some servers cut the beginning off with the prompt.
  let at = firstEnd >= 0 && (firstStart < 0 || firstStart > firstEnd) ? firstEnd + close.length : 0
  const pieces: string[] = []
  for (;;) {
    const start = text.indexOf(open, at)
    if (start < 0) return [...pieces, text.slice(at)].join('')
    pieces.push(text.slice(at, start))
    const end = text.indexOf(close, start)
    if (end < 0) return pieces.join('')
    at = end + close.length
  }
}

/** The text without what a model thought aloud before it answered; thoughts without an end leave nothing. */
export function withoutThinking(text: string): string {
  return thinkingTags.reduce(withoutTag, text).trim()
}

/** Where the JSON value that begins at a place ends, exclusively; undefined when it does not. */
function endOfValue(text: string, start: number): number | undefined {
  let depth = 0
  let isInText = false
  for (let at = start; at < text.length; at += 1) {
    const character = text[at]
    if (isInText) {
      if (character === '\\') at += 1
      else if (character === '"') isInText = false
    } else if (character === '"') isInText = true
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return undefined
}

const mostBeginnings = 20

/** The JSON values in a model's text, whatever it wrote around them: the whole text first, then each part that is one. */
function* valuesIn(answer: string): Generator<unknown> {
  // Before thoughts are taken out: a value may have such words in it.
  const plain = parseJson(answer)
  if (plain !== undefined) yield plain
  const text = withoutThinking(answer)
  let from = 0
  for (let tries = 0; tries < mostBeginnings; tries += 1) {
    const next = ['{', '['].map((sign) => text.indexOf(sign, from)).filter((at) => at >= 0)
    if (next.length === 0) return
    const start = Math.min(...next)
    const end = endOfValue(text, start)
    const value = end === undefined ? undefined : parseJson(text.slice(start, end))
    if (value !== undefined) yield value
    from = value === undefined || end === undefined ? start + 1 : end
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What became of reading an answer. */
export type ReadAnswer<T> = { object: T } | { problem: string; isJson: boolean }

/** Reads an answer in a form, from whatever a model wrote. */
export function readStructured<T>(text: string, schema: z.ZodType<T>): ReadAnswer<T> {
  let problem: string | undefined
  for (const value of valuesIn(text)) {
    const read = schema.safeParse(value)
    if (read.success) return { object: read.data }
    const [issue] = read.error.issues
    problem ??=
      issue === undefined ? 'it has another form' : `${issue.path.join('.') || 'the value'}: ${issue.message}`
  }
  return problem === undefined ? { problem: 'it is not JSON', isJson: false } : { problem, isJson: true }
}
