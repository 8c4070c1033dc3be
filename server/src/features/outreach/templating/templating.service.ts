import { createHash } from 'node:crypto'
import { countCharacters } from '../../../platform/characters.ts'
import { validationFailed } from '../../../platform/errors.ts'

/** Longest text of a message, in characters; a filled text that is longer is sent to nobody (`too_long`). */
export const mostTextCharacters = 4096

/** Whom a text is filled for; the phone in digits. */
export interface TemplatePerson {
  phone: string
  name: string | null
  /** What a list knows of its member; an untrusted object: any key, any value. */
  variables?: Readonly<Record<string, unknown>> | null
}

/** A text for one person, or why that person gets none. */
export type FilledText = { text: string } | { skip: 'too_long' | 'empty' }

/**
 * `\{{` is two braces and no placeholder; `{{name}}` and `{{name|fallback}}` are placeholders; any other `{{` is a
 * mistake that nobody means a thousand people to read.
 */
const tokens = /\\\{\{|\{\{([^{}|]{1,100})(?:\|([^{}]{0,1000}))?\}\}|\{\{/g

const builtIn = ['name', 'phone'] as const

/** How names of variables are compared: case, spaces at the ends and the way accents are written do not matter. */
function foldName(name: string): string {
  return name.trim().normalize('NFC').toLowerCase()
}

/** The placeholders of a text as written, each with whether it has a fallback; undefined for one that is malformed. */
function* placeholdersOf(text: string): Generator<{ name: string; hasFallback: boolean } | undefined> {
  for (const [token, name, fallback] of text.matchAll(tokens)) {
    if (token.startsWith('\\')) continue
    if (name === undefined || name.trim() === '') yield undefined
    else yield { name: name.trim(), hasFallback: fallback !== undefined }
  }
}

function findProblem(text: string, knownVariables: Iterable<string>): string | undefined {
  const known = new Set([...builtIn, ...[...knownVariables].map(foldName)])
  for (const placeholder of placeholdersOf(text)) {
    if (placeholder === undefined)
      return 'has {{ that begins no placeholder; write {{name}} or {{name|fallback}}, or \\{{ for the braces'
    const { name, hasFallback } = placeholder
    if (hasFallback || known.has(foldName(name))) continue
    return `{{${name}}} is unknown: nobody on the list has it; give it a fallback as in {{${name}|there}}`
  }
  return undefined
}

/**
 * Checks a text with placeholders before anything is sent. `knownVariables` are the names of variables that somebody on
 * the list has, beside `name` and `phone`. Throws 422 that begins with `field` and names the placeholder.
 */
export function checkTemplate(
  text: string,
  knownVariables: Iterable<string> = [],
  field = 'message_content',
): void {
  const message = findProblem(text, knownVariables)
  if (message === undefined) return
  throw validationFailed.create({
    message: `${field}: ${message}`,
    details: { errors: [{ field, message }] },
  })
}

/** A value as people read it; what is no plain value is none. */
function readValue(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined
  const text = String(value).trim()
  return text === '' ? undefined : text
}

/** The value of a placeholder for a person; only what the object itself holds counts, so `constructor` is unknown. */
function findValue(written: string, person: TemplatePerson): string | undefined {
  const wanted = foldName(written)
  if (wanted === 'name') return readValue(person.name)
  if (wanted === 'phone') return `+${person.phone}`
  const variables = person.variables ?? {}
  if (Object.hasOwn(variables, written)) return readValue(variables[written])
  const key = Object.keys(variables).find((each) => foldName(each) === wanted)
  return key === undefined ? undefined : readValue(variables[key])
}

/**
 * The text for a person: each placeholder once, by the person's value, else its fallback, else nothing. What a value
 * holds is never read again, so a person called `{{phone}}` or `$&` is greeted by exactly that.
 */
export function renderTemplate(text: string, person: TemplatePerson): string {
  const filled = text.replaceAll(tokens, (token: string, name?: string, fallback?: string) => {
    if (token.startsWith('\\')) return '{{'
    if (name === undefined || name.trim() === '') return token
    return findValue(name.trim(), person) ?? fallback?.trim() ?? ''
  })
  return filled.trim()
}

/** The text for a person as it may be sent: neither longer than WhatsApp takes nor empty. */
export function fillText(text: string, person: TemplatePerson): FilledText {
  const filled = renderTemplate(text, person)
  if (filled === '') return { skip: 'empty' }
  return countCharacters(filled) > mostTextCharacters ? { skip: 'too_long' } : { text: filled }
}

/** What of a job decides which text somebody gets. */
export interface VariedJob {
  id: string
  variants: readonly string[] | null
}

/**
 * Which of a job's variants the recipient at a position (from 0) gets. Evenly: of any so many recipients in a row each
 * variant goes to one, in an order that changes, so that what repeats in a list does not meet the same text each time.
 * The same answer every time it is asked, after a crash too.
 */
export function chooseVariant(job: VariedJob, position: number): number {
  const count = job.variants?.length ?? 0
  if (count < 2) return 0
  const round = Math.floor(position / count)
  const order = Array.from({ length: count }, (_, index) => index)
  const bytes = createHash('sha256').update(`${job.id} ${round}`).digest()
  for (let at = count - 1; at > 0; at -= 1) {
    const other = bytes.readUInt16BE(at * 2) % (at + 1)
    const kept = order[at] as number
    order[at] = order[other] as number
    order[other] = kept
  }
  return order[position % count] as number
}
