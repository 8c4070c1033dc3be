import { scanText } from '../../safety/detectors/detectors.schema.ts'
import { detect } from '../../safety/detectors/detectors.service.ts'

const numberToken = /\d+(?:[.,:'’\u00a0\u202f]\d+)*/g
const listMarker = /^[ \t]{0,8}\d{1,2}[.)]\s/gm
const contactKinds = new Set(['urls', 'emails', 'phone_numbers'] as const)

/** `9:00` is 9 and `09:30` is 9:30, as people write the hours of a day. */
function canonicalTime(token: string): string {
  const [hour = '', ...rest] = token.split(':')
  const minutes = rest.filter((part) => !/^0+$/.test(part))
  return [String(Number(hour)), ...minutes].join(':')
}

/** A number whatever its separators: `1.200,50`, `1,200.50` and `1200.5` are one. */
function canonicalNumber(token: string): string {
  if (token.includes(':')) return canonicalTime(token)
  const last = /[.,](\d{1,2})$/.exec(token)
  const whole = (last === null ? token : token.slice(0, last.index)).replaceAll(/\D/g, '')
  const decimals = last?.[1]?.replace(/(?<!0)0+$/, '') ?? ''
  const plain = whole.replace(/^0+(?=\d)/, '')
  return decimals === '' ? plain : `${plain}.${decimals}`
}

function numbersOf(text: string): string[] {
  // Digits of other scripts are written as ASCII, so that ٢٠ in an answer is the 20 of a document.
  const { text: folded } = scanText(text)
  return [...folded.replaceAll(listMarker, ' ').matchAll(numberToken)].map(([token]) =>
    canonicalNumber(token),
  )
}

const withoutFrame = (found: string): string =>
  found
    .toLowerCase()
    .replace(/^https?:\/\/(?:www\.)?/, '')
    .replace(/[/.,;:!?)]{1,4}$/, '')

/** A text in which the links, addresses and phone numbers are blanks: their digits are no figures. */
function splitContacts(text: string): { rest: string; contacts: { kind: string; found: string }[] } {
  let rest = ''
  let at = 0
  const contacts: { kind: string; found: string }[] = []
  for (const { kind, start, end } of detect(text, contactKinds)) {
    if (start < at) continue
    rest += `${text.slice(at, start)} `
    contacts.push({ kind, found: text.slice(start, end) })
    at = end
  }
  return { rest: rest + text.slice(at), contacts }
}

const digitsOf = (text: string): string => scanText(text).text.replaceAll(/\D/g, '')

/** Numbers, links, addresses and phone numbers of a reply that stand in none of its sources. */
export function findUnsupported(reply: string, sources: readonly string[]): string[] {
  const known = new Set(sources.flatMap((source) => numbersOf(splitContacts(source).rest)))
  const all = sources.join('\n').toLowerCase()
  const digits = sources.map(digitsOf).join(' ')
  const { rest, contacts } = splitContacts(reply)
  const missing = contacts
    .filter(({ kind, found }) =>
      kind === 'phone_numbers' ? !digits.includes(digitsOf(found)) : !all.includes(withoutFrame(found)),
    )
    .map(({ found }) => found)
  for (const number of numbersOf(rest)) if (!known.has(number)) missing.push(number)
  return [...new Set(missing)]
}
