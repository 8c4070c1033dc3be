const none: readonly RegExpExecArray[] = []

/**
 * What `text.matchAll(pattern)` yields. That makes a copy of the pattern each time, which costs more than looking through
 * a text in which nothing is found, as most patterns do with most texts. `pattern` is global.
 */
export function matchesOf(pattern: RegExp, text: string): readonly RegExpExecArray[] {
  pattern.lastIndex = 0
  let match = pattern.exec(text)
  if (match === null) return none
  const found: RegExpExecArray[] = []
  for (; match !== null; match = pattern.exec(text)) {
    found.push(match)
    if (match[0] === '') pattern.lastIndex += 1
  }
  return found
}
