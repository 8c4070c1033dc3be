/** Keywords as a person writes them: one a line, or with commas; each once, in the order written. */
export function readKeywords(text: string): string[] {
  const words = text.split(/[\n,،、，;]/).map((word) => word.trim())
  return [...new Set(words.filter((word) => word !== ''))]
}
