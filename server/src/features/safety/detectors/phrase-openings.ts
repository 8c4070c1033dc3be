/** Units of an opening at most: enough to tell "forget" from "for". */
const depth = 6

/** The offset behind the group that begins a pattern. */
function groupEnd(source: string): number {
  let open = 0
  for (let index = 0; index < source.length; index += 1) {
    const sign = source[index]
    if (sign === '\\') index += 1
    else if (sign === '[') index = source.indexOf(']', index)
    else if (sign === '(') open += 1
    else if (sign === ')') {
      open -= 1
      if (open === 0) return index + 1
    }
  }
  throw new Error(`a group without an end: ${source}`)
}

/** The branches of what stands in a group. */
function branchesOf(inner: string): string[] {
  const found: string[] = []
  let from = 0
  for (let index = 0; index < inner.length; index += 1) {
    const sign = inner[index]
    if (sign === '\\') index += 1
    else if (sign === '[') index = inner.indexOf(']', index)
    else if (sign === '(') index += groupEnd(inner.slice(index)) - 1
    else if (sign === '|') {
      found.push(inner.slice(from, index))
      from = index + 1
    }
  }
  return [...found, inner.slice(from)]
}

/** How the first element of a pattern can be written, as letters or as patterns, and where the next one begins. */
interface Element {
  letters: readonly string[]
  patterns: readonly string[]
  end: number
}

function firstElement(source: string): Element | undefined {
  if (source.startsWith('(?:')) {
    const end = groupEnd(source)
    return { letters: [], patterns: branchesOf(source.slice(3, end - 1)), end }
  }
  // What is looked at before and behind the place takes up no letters.
  if (source.startsWith('(?')) return { letters: [], patterns: [''], end: groupEnd(source) }
  const [list, signs = ''] = /^\[([\p{L}\p{N}]+)\]/u.exec(source) ?? []
  if (list !== undefined) return { letters: [...signs], patterns: [], end: list.length }
  const [written] = /^\\[^\p{L}\p{N}]|^[^\\.[\](){}^$*+?|]/u.exec(source) ?? []
  if (written === undefined) return undefined
  return { letters: [written.slice(-1)], patterns: [], end: written.length }
}

/**
 * What a text begins with wherever a pattern matches, up to six units of each; '' among them when that can be anything.
 * Knows what phrases are written with: letters, groups, lists of letters and quantifiers.
 */
export function openingsOf(source: string, most = depth): readonly string[] {
  const element = most > 0 ? firstElement(source) : undefined
  if (element === undefined) return ['']
  const [quantifier = ''] = /^(?:[*+?]|\{[\d,]+\})/.exec(source.slice(element.end)) ?? []
  const after = source.slice(element.end + quantifier.length)
  // What may come again ends what is known.
  const next = quantifier === '' || quantifier === '?' ? after : '.'
  const openings = [
    ...element.letters.flatMap((letter) => openingsOf(next, most - 1).map((opening) => letter + opening)),
    ...element.patterns.flatMap((pattern) => openingsOf(pattern + next, most)),
    ...(/^(?:[*?]|\{0)/.test(quantifier) ? openingsOf(after, most) : []),
  ]
  return [...new Set(openings)]
}
