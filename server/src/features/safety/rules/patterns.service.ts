import { defineError, validationFailed } from '../../../platform/errors.ts'
import { compilePattern, PatternRefused } from '../../../platform/safe-patterns.ts'

export const tooManyPatterns = defineError(
  'too_many_patterns',
  400,
  'The tenant has as many rules as it may have, or they are too complex together',
)

/** Rules of one kind that a tenant may have. */
const maxRules = 200
/** What all of them together may cost per character: some milliseconds for the longest message. */
const maxTotalSize = 3000

/** Refuses (422, naming the field) a pattern that does not compile, is too complex or matches everything. */
export function requirePattern(pattern: string): void {
  try {
    compilePattern(pattern)
  } catch (cause) {
    if (!(cause instanceof PatternRefused)) throw cause
    const errors = [{ field: 'pattern', message: cause.message }]
    throw validationFailed.create({ message: `pattern: ${cause.message}`, details: { errors }, cause })
  }
}

/** Refuses (400) one more or a changed rule when a tenant's rules would become too many or too slow together. */
export function requirePatternBudget(
  existing: readonly { id: string; pattern: string }[],
  added: { id: string; pattern: string },
): void {
  const rules = [...existing.filter(({ id }) => id !== added.id), added]
  if (rules.length > maxRules)
    throw tooManyPatterns.create({ message: `There are ${maxRules} rules already` })
  const size = rules.reduce((total, { pattern }) => total + compilePattern(pattern).size, 0)
  if (size > maxTotalSize) {
    throw tooManyPatterns.create({ message: 'The rules of the tenant are too complex together' })
  }
}
