import { RE2JS } from 're2js'
import { countCharacters } from './characters.ts'

/** Longest pattern that is accepted, in characters. */
export const maxPatternLength = 1000
/** Largest program of one pattern: matching costs at most program size times text length, about 20 ns each. */
const maxProgramSize = 500
/** What replacing may cost in all before it gives up: about 100 ms. */
const replaceBudget = 5_000_000

/** A pattern cannot be used; the message says why, for whoever wrote it. */
export class PatternRefused extends Error {}

/** A regular expression from outside. It runs in linear time, so that no pattern can stop the process. */
export interface SafePattern {
  /** Instructions of the compiled program: the cost of matching one character. */
  readonly size: number
  matches(text: string): boolean
  /** The text with every match replaced; undefined when that would cost too much. */
  replaceAll(text: string, replacement: string): string | undefined
}

function parse(text: string): RE2JS {
  try {
    return RE2JS.compile(text, RE2JS.CASE_INSENSITIVE)
  } catch (cause) {
    // The parser's own words name the place; anything else it throws is a refusal just the same.
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : 'unknown'
    throw new PatternRefused(`is not a valid regular expression (RE2 syntax): ${reason}`, { cause })
  }
}

/** Compiles a pattern in RE2 syntax, ignoring case. Throws PatternRefused. */
export function compilePattern(text: string): SafePattern {
  if (text.length === 0) throw new PatternRefused('must not be empty')
  if (countCharacters(text) > maxPatternLength)
    throw new PatternRefused(`has more than ${maxPatternLength} characters`)
  const compiled = parse(text)
  const size = compiled.programSize()
  if (size > maxProgramSize) {
    throw new PatternRefused('is too complex: use fewer or smaller repetitions')
  }
  if (compiled.matcher('').find()) throw new PatternRefused('matches the empty text, and so every message')
  return {
    size,
    matches: (input) => compiled.matcher(input).find(),
    replaceAll: (input, replacement) => replaceMatches(compiled, size, input, replacement),
  }
}

function replaceMatches(
  compiled: RE2JS,
  size: number,
  input: string,
  replacement: string,
): string | undefined {
  const matcher = compiled.matcher(input)
  const parts: string[] = []
  let end = 0
  let spent = 0
  for (;;) {
    // Each search may have to read all that is left.
    spent += size * (input.length - end)
    if (spent > replaceBudget) return undefined
    if (!matcher.find()) break
    parts.push(input.slice(end, matcher.start()), replacement)
    end = matcher.end()
  }
  return parts.length === 0 ? input : parts.join('') + input.slice(end)
}
