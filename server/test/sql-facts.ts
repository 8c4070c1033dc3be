/** A table that a piece of SQL reads or writes, or a function it calls. */
export interface SqlFact {
  use: 'read' | 'write' | 'call'
  /** As it stands in the text; `?` when an expression stands there. */
  name: string
  /** Lines after the beginning of the text. */
  lineOffset: number
}

const writing = [
  /\b(?:INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?([\w?«»]+)/gi,
  /\bUPDATE\s+(?:ONLY\s+)?(?!SET\b)([\w?«»]+)(?:\s+(?:AS\s+)?(?!SET\b)\w+)?\s+SET\b/gi,
]
const reading = /(?<!\bDELETE\s+)\b(?:FROM|JOIN|USING)\s+/gi
const listEnd =
  /^(?:WHERE|JOIN|LEFT|INNER|CROSS|ON|SET|GROUP|ORDER|LIMIT|RETURNING|FOR|UNION|SELECT|USING|HAVING)\b|^[;)]/i

/** The first words of what stands between commas, up to where a list of tables ends. */
function listedNames(text: string, start: number): { name: string; at: number }[] {
  const found: { name: string; at: number }[] = []
  let depth = 0
  let isAwaited = true
  for (let at = start; at < text.length; at += 1) {
    const char = text.charAt(at)
    const isWordStart = /[\w«]/.test(char) && !/[\w«]/.test(text.charAt(at - 1))
    if (depth === 0 && (isWordStart || char === ')' || char === ';') && listEnd.test(text.slice(at))) break
    if (depth === 0 && isAwaited && isWordStart) {
      const name = /^[\w«»]+/.exec(text.slice(at))?.[0] ?? ''
      if (!/^(?:LATERAL|ONLY)$/i.test(name)) {
        found.push({ name, at })
        isAwaited = false
      }
    }
    if (char === '(') depth += 1
    if (char === ')') depth -= 1
    if (char === ',' && depth === 0) isAwaited = true
  }
  return found
}

/** What a piece of SQL reads, writes and calls; expressions in it stand as `?`, tables of drizzle as `«name»`. */
export function readSql(sql: string): SqlFact[] {
  const text = sql.replaceAll(/--.*$/gm, '')
  const lineOffset = (at: number) => text.slice(0, at).split('\n').length - 1
  const facts: SqlFact[] = writing.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({
      use: 'write' as const,
      name: match[1] ?? '',
      lineOffset: lineOffset(match.index),
    })),
  )
  for (const match of text.matchAll(reading)) {
    for (const { name, at } of listedNames(text, match.index + match[0].length))
      facts.push({ use: 'read', name, lineOffset: lineOffset(at) })
  }
  for (const match of text.matchAll(/\b([a-z]\w*)\s*\(/g))
    facts.push({ use: 'call', name: match[1] ?? '', lineOffset: lineOffset(match.index) })
  return facts
}

/** Tables that each function of the migrations writes, itself or through others; the newest definition counts. */
export function readSqlFunctions(migrations: readonly string[]): Map<string, Set<string>> {
  const bodies = new Map<string, SqlFact[]>()
  for (const text of migrations) {
    for (const match of text.matchAll(/CREATE (?:OR REPLACE )?FUNCTION (\w+)[\s\S]*?\$\$([\s\S]*?)\$\$/g))
      bodies.set(match[1] ?? '', readSql(match[2] ?? ''))
  }
  const writtenBy = (name: string, seen: ReadonlySet<string>): string[] =>
    (bodies.get(name) ?? []).flatMap((fact) => {
      if (fact.use === 'write') return [fact.name]
      const isOther = fact.use === 'call' && bodies.has(fact.name) && !seen.has(fact.name)
      return isOther ? writtenBy(fact.name, new Set([...seen, fact.name])) : []
    })
  return new Map([...bodies.keys()].map((name) => [name, new Set(writtenBy(name, new Set([name])))]))
}
