import type { Trait } from '../traits.ts'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a model adds that stands in no source. */
const inventions = 'It costs 4,711.00 EUR, see https://invented.example/offer or call +1 555 010 9999.'
/** A card number as shops use them for trials, and a password. */
const secrets = 'The card is 4111 1111 1111 1111 and the password is hunter2-Sesame.'

function changeLists(value: unknown, change: (list: unknown[]) => unknown[]): unknown {
  if (Array.isArray(value)) return change(value.map((item) => changeLists(item, change)))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changeLists(item, change)]))
}

function changeNumbers(value: unknown): unknown {
  if (typeof value === 'number') return 9999
  if (Array.isArray(value)) return value.map(changeNumbers)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changeNumbers(item)]))
}

const idKey = /^(?:id|message_?id|ref|messageId)$/

function withWrongId(item: unknown): unknown {
  if (typeof item === 'string') return 'nobody-asked-for-this'
  if (!isRecord(item)) return item
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [key, idKey.test(key) ? 'nobody-asked-for-this' : value]),
  )
}

/** An object as a model in trouble gives it. */
export function disturbValue(value: unknown, has: ReadonlySet<Trait>): unknown {
  let changed = value
  if (has.has('wrong-ids')) {
    changed = changeLists(changed, ([first, ...rest]) =>
      first === undefined ? [] : [withWrongId(first), ...rest],
    )
  }
  if (has.has('missing-ids')) changed = changeLists(changed, (list) => list.slice(0, -1))
  if (has.has('bad-scores')) changed = changeNumbers(changed)
  if (has.has('invents')) changed = addWords(changed, inventions)
  if (has.has('leaks')) changed = addWords(changed, secrets)
  return changed
}

/** Adds to the answer in an object: the field that is called so, or else the longest text. */
function addWords(value: unknown, words: string): unknown {
  if (!isRecord(value)) return value
  const texts = Object.entries(value).filter(([, item]) => typeof item === 'string') as [string, string][]
  const named = texts.find(([key]) => /answer|reply|text|draft/i.test(key))
  const longest = named ?? texts.sort(([, left], [, right]) => right.length - left.length)[0]
  return longest ? { ...value, [longest[0]]: `${longest[1]} ${words}` } : value
}

/** What a model in trouble makes of its text. */
export function disturbText(
  text: string,
  options: { has: ReadonlySet<Trait>; isObject: boolean; wasForced: boolean },
): string {
  const { has, isObject } = options
  if (has.has('empty')) return ''
  let changed = text
  if (isObject && has.has('no-object')) changed = 'I would rather not put that into an object.'
  if (!isObject && has.has('invents')) changed += ` ${inventions}`
  if (!isObject && has.has('leaks')) changed += ` ${secrets}`
  const isFenced = has.has('fences') || (has.has('old') && isObject)
  if (isFenced) {
    changed = isObject
      ? `Sure! Here is what you asked for:\n\n\`\`\`json\n${changed}\n\`\`\`\n\nLet me know if you need more.`
      : `\`\`\`\n${changed}\n\`\`\``
  }
  if (has.has('thinking')) {
    changed = `<think>\nThe user asks for something like {"id": "x"}. Let me think about the fences { and }.\n</think>\n\n${changed}`
  }
  return changed
}
