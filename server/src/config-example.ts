import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentSchema } from './config.ts'

/** The text of `.env.example`: every variable with its meaning and default. */
export function describeEnvironment(): string {
  const head = '# Every variable MoltFlow reads. Copy to .env and uncomment what you change.\n'
  const variables = Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const standard = schema.safeParse(undefined)
    // A default is shown as one writes it, not as the program sees it after conversion.
    const value = standard.success && standard.data !== undefined ? String(standard.data) : ''
    return `\n# ${schema.description ?? ''}\n#${name}=${value}\n`
  })
  return head + variables.join('')
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, '../../.env.example'), describeEnvironment())
