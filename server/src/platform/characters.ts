/** Characters as people and the API count them: code points, so that an emoji is one and not two. */
export function countCharacters(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.codePointAt(index) ?? 0
    if (code > 0xffff) index += 1
    count += 1
  }
  return count
}

/** The first characters of a text, never half of one. */
export function firstCharacters(text: string, most: number): string {
  if (text.length <= most) return text
  let index = 0
  for (let count = 0; count < most && index < text.length; count += 1) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1
  }
  return text.slice(0, index)
}
