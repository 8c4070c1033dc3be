import { type CountryCode, isSupportedCountry } from 'libphonenumber-js'
import { z } from 'zod'
import { type AppError, validationFailed } from '../../../platform/errors.ts'

/** Bytes of the largest file. */
export const maxImportBytes = 100 * 1024 * 1024
/** More refused lines are counted, but not told one by one. */
export const mostRefusalsTold = 10_000

/** A refusal of the whole file, naming what about it. */
export function refuseImport(field: string, message: string): AppError {
  return validationFailed.create({
    message: `${field}: ${message}`,
    details: { errors: [{ field, message }] },
  })
}

/** A column: its header, or its number from 1. */
const column = z.union([z.string().trim().min(1).max(300), z.int().min(1).max(10_000)], {
  error: 'must be the header of a column, or its number from 1',
})

const columns = z
  .record(z.string(), z.union([column, z.record(z.string(), column)]))
  .transform((given) => {
    const { variables, ...named } = given
    const nested = typeof variables === 'object' ? variables : variables === undefined ? {} : { variables }
    const byField = new Map<string, string | number>()
    for (const [field, value] of [...Object.entries(named), ...Object.entries(nested)])
      if (typeof value !== 'object') byField.set(field.trim(), value)
    return byField
  })
  .refine((byField) => byField.has('phone'), {
    message: 'field required: which column has the numbers',
    path: ['phone'],
  })
  .meta({
    description:
      'Which columns to read, by header or number from 1: `phone`, `name`, and any other name for a placeholder; as JSON. Without it they are found by their headers, and every other column becomes a value for placeholders',
  })

const delimiter = z
  .string()
  .transform((text) => (text === '\\t' || text.toLowerCase() === 'tab' ? '\t' : text))
  .refine((text) => /^[^\p{L}\p{N}"\r\n]$/u.test(text), {
    message: 'must be one sign such as a comma, a semicolon, or tab',
  })
  .meta({ type: 'string', description: 'What stands between cells; found out if it is not given' })

const encoding = z
  .string()
  .trim()
  .max(40)
  .transform((label, context) => {
    try {
      return new TextDecoder(label).encoding
    } catch {
      context.addIssue({
        code: 'custom',
        message: 'is not known; there are utf-8, utf-16le, windows-1252 and those of browsers',
      })
      return z.NEVER
    }
  })
  .meta({ type: 'string', description: 'Of the file, as browsers call it; found out if it is not given' })

const country = z
  .string()
  .trim()
  .toUpperCase()
  .refine((code) => isSupportedCountry(code), { message: 'must be a country such as DE (ISO 3166-1)' })
  .transform((code) => code as CountryCode)
  .meta({
    type: 'string',
    description: 'Country of numbers without a country code; without it they are refused',
  })

/** How to read a file, and its text where none is uploaded. */
export const importBody = z.object({
  csv: z
    .string()
    .min(1)
    .optional()
    .meta({
      examples: ['phone,name,city\n+15550100101,Ada,Berlin\n'],
      description: 'The text of the file, for callers that send JSON instead of uploading it; at most 1 MB',
    }),
  columns: columns.optional(),
  default_country: country.optional(),
  encoding: encoding.optional(),
  delimiter: delimiter.optional(),
})

/** How to read a file, checked. */
export type ImportInput = z.output<typeof importBody>

/** What came of an import. */
export const importAnswer = z
  .object({
    added: z.int(),
    duplicates: z
      .int()
      .meta({ description: 'Lines whose number is on the list already, or above in the file' }),
    refused: z.array(
      z.object({
        line: z.int().meta({ description: 'Of the file, from 1; its first line where a row has several' }),
        value: z.string(),
        reason: z.string(),
      }),
    ),
    member_count: z.int(),
    delimiter: z.string(),
    encoding: z.string(),
    refused_count: z.int().meta({ description: `At most ${mostRefusalsTold} of them are in \`refused\`` }),
  })
  .meta({ id: 'CustomGroupImport', description: 'What came of the lines of a file' })
