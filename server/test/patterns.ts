import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import ts from 'typescript'

/** A regular expression of the program, and where it stands. */
export interface ProgramPattern {
  place: string
  source: string
  flags: string
}

const root = join(import.meta.dirname, '../..')

/** What a file says of patterns: its literals, and the places where it makes others. */
export interface PatternFacts {
  literals: ProgramPattern[]
  makes: string[]
}

/** The regular expressions of one file. */
export function readPatterns(path: string, text: string): PatternFacts {
  const literals: ProgramPattern[] = []
  const makes: string[] = []
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const visit = (node: ts.Node): void => {
    const place = `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/')
      literals.push({ place, source: node.text.slice(1, end), flags: node.text.slice(end + 1) })
    }
    const isMade = ts.isNewExpression(node) || ts.isCallExpression(node)
    if (isMade && node.expression.getText() === 'RegExp') makes.push(place)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return { literals, makes }
}

/** The sources of the server that run in production. */
function readSources(): { path: string; text: string }[] {
  return globSync('server/src/**/*.ts', { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** Patterns that modules put together when they are loaded: by a thread that has loaded nothing yet. */
async function recordMadePatterns(paths: readonly string[]): Promise<ProgramPattern[]> {
  const urls = paths.map((path) => pathToFileURL(join(root, path)).href)
  const worker = new Worker(new URL('./pattern-collector.ts', import.meta.url), { workerData: urls })
  const [made] = (await once(worker, 'message')) as [ProgramPattern[]]
  return made
}

/** All patterns of the program, and the places that make patterns which nobody has seen. */
export interface ProgramPatterns {
  patterns: ProgramPattern[]
  unseen: string[]
}

/**
 * Every pattern of the program: literals by their text, others as they are made when the modules are loaded. What is made
 * later than that has to come as `later`, whose place is the file.
 */
export async function collectPatterns(later: readonly ProgramPattern[]): Promise<ProgramPatterns> {
  const facts = readSources().map(({ path, text }) => ({ path, ...readPatterns(path, text) }))
  const making = facts.filter(({ makes }) => makes.length > 0).map(({ path }) => path)
  const made = [...(await recordMadePatterns(making)), ...later]
  const seen = new Set(made.map(({ place }) => place))
  const unseen = facts.flatMap(({ path, makes }) =>
    makes.filter((place) => !seen.has(place) && !seen.has(path)),
  )
  const byText = new Map<string, ProgramPattern>()
  for (const pattern of [...facts.flatMap(({ literals }) => literals), ...made]) {
    const key = `/${pattern.source}/${pattern.flags}`
    const same = byText.get(key)
    byText.set(key, same === undefined ? pattern : { ...same, place: `${same.place}, ${pattern.place}` })
  }
  return { patterns: [...byText.values()], unseen }
}

/** Characters of a hostile text: the longest body that most operations take. */
export const hostileLength = 65_536

/** What slows patterns down: long runs of what they repeat, ending in what they do not take. */
export const hostileTexts: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'a',
    'A',
    ' ',
    '\n',
    '\r\n',
    '\t ',
    '0',
    '1',
    '0 ',
    '1-',
    '1.',
    '1,',
    '+1',
    '(1',
    '@',
    'a@',
    '@a',
    'a@b.',
    'a.',
    '.',
    '-',
    '_',
    '/',
    ':',
    'http://',
    'a:/',
    '<',
    '<a',
    '[',
    '("',
    '"',
    "'",
    "a'",
    '=',
    'a=',
    '%41',
    '&a=',
    ';',
    ',a',
    '\\',
    'Aa',
    'a ',
    'a b ',
    'i ',
    'é',
    '\u0301',
    '\u200d',
    '\u202e',
    '😀',
    '👩\u200d',
    '漢',
    'ア',
    'א',
    'ا ',
    'ไ',
    'password ',
    'password: ',
    'token is ',
    'ignore all ',
    'BEGIN:VCARD',
    'BEGIN:VCARD\n',
    'FN:a\n ',
    '-----BEGIN ',
    'sk-',
    'eyJ',
    'system: ',
  ].map((unit) => {
    // A sign at the end that nothing takes makes a pattern give back all it has read.
    const text = unit.repeat(Math.ceil(hostileLength / unit.length)).slice(0, hostileLength - 2)
    return [JSON.stringify(unit), `${text}\u0000!`]
  }),
)
