/** A piece of a message as WhatsApp's apps draw it. */
export type TextNode =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; children: TextNode[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; text: string; href: string }

/** A line or block of a message. */
export type TextBlock =
  | { kind: 'line' | 'quote'; children: TextNode[] }
  | { kind: 'item'; mark: string; children: TextNode[] }
  | { kind: 'code'; text: string }

const marks = { '*': 'bold', _: 'italic', '~': 'strike' } as const
type Mark = keyof typeof marks

const isMark = (letter: string | undefined): letter is Mark => letter !== undefined && letter in marks
const isWord = (letter: string | undefined) => letter !== undefined && /[\p{L}\p{N}]/u.test(letter)
const isSpace = (letter: string | undefined) => letter === undefined || /\s/.test(letter)
const link = /\b(?:https?:\/\/|www\.)[^\s<>"]+/gi
const addressStart = /^\(?(?:https?:\/\/|www\.)/i
const addressLength = 9
const trailing = /[.,;:!?)\]}'"»”’]$/

/** Where a mark that opens at `from` closes, or -1: after a letter, and not before one. */
function closingAt(text: string, mark: string, from: number): number {
  for (let at = text.indexOf(mark, from + 2); at >= 0; at = text.indexOf(mark, at + 1)) {
    if (!isSpace(text[at - 1]) && !isWord(text[at + 1])) return at
  }
  return -1
}

function withLinks(text: string): TextNode[] {
  const nodes: TextNode[] = []
  let from = 0
  for (const match of text.matchAll(link)) {
    let address = match[0]
    while (trailing.test(address) && !(address.endsWith(')') && address.includes('('))) {
      address = address.slice(0, -1)
    }
    const href = /^www\./i.test(address) ? `https://${address}` : address
    if (!URL.canParse(href)) continue
    if (match.index > from) nodes.push({ kind: 'text', text: text.slice(from, match.index) })
    nodes.push({ kind: 'link', text: address, href })
    from = match.index + address.length
  }
  if (from < text.length) nodes.push({ kind: 'text', text: text.slice(from) })
  return nodes
}

/** Marks inside a line. A mark that was found to have no end is not looked for again, so that the work stays linear. */
export function readInline(text: string, within: ReadonlySet<string> = new Set()): TextNode[] {
  const nodes: TextNode[] = []
  const endless = new Set<string>()
  let from = 0
  let at = 0
  let wordAt = 0
  const flush = (to: number) => {
    if (to > from) nodes.push(...withLinks(text.slice(from, to)))
  }
  while (at < text.length) {
    const letter = text[at] ?? ''
    if (isSpace(letter)) wordAt = at + 1
    const isInAddress = addressStart.test(text.slice(wordAt, wordAt + addressLength))
    const opens =
      (isMark(letter) || letter === '`') &&
      !within.has(letter) &&
      !endless.has(letter) &&
      !isWord(text[at - 1]) &&
      !isSpace(text[at + 1]) &&
      !isInAddress
    const end = opens ? closingAt(text, letter, at) : -1
    if (end < 0) {
      if (opens) endless.add(letter)
      at += 1
      continue
    }
    flush(at)
    const inner = text.slice(at + 1, end)
    if (isMark(letter)) {
      nodes.push({ kind: marks[letter], children: readInline(inner, new Set([...within, letter])) })
    } else nodes.push({ kind: 'code', text: inner })
    at = end + 1
    from = at
    wordAt = at
  }
  flush(text.length)
  return nodes
}

function readLine(line: string): TextBlock {
  const quote = /^> ?(.*)$/s.exec(line)
  if (quote !== null) return { kind: 'quote', children: readInline(quote[1] ?? '') }
  const item = /^(?:([-*])|(\d{1,3})\.) (.+)$/s.exec(line)
  if (item !== null) {
    const [, bullet, number, rest = ''] = item
    return { kind: 'item', mark: bullet === undefined ? `${number}.` : '•', children: readInline(rest) }
  }
  return { kind: 'line', children: readInline(line) }
}

const fence = '```'

/** A message's text as blocks: lines, quotes, items of lists, and code between three backticks. */
export function readText(text: string): TextBlock[] {
  const parts = text.split(fence)
  // Without an end, three backticks are only three backticks.
  if (parts.length % 2 === 0) parts.push(`${fence}${parts.pop() ?? ''}`)
  const blocks: TextBlock[] = []
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1 && index < parts.length - 1) {
      blocks.push({ kind: 'code', text: part.replace(/^\n|\n$/g, '') })
      continue
    }
    const isBeforeCode = index + 2 < parts.length
    const rest = index === 0 ? part : part.replace(/^\n/, '')
    const body = isBeforeCode ? rest.replace(/\n$/, '') : rest
    if (body !== '') blocks.push(...body.split('\n').map(readLine))
  }
  return blocks
}
