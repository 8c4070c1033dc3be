// Writes the types of the API from docs/openapi.json when they are older than it. Usage: node dashboard/build/generate-types.ts
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'

const source = join(import.meta.dirname, '../../docs/openapi.json')
const target = join(import.meta.dirname, '../src/api/schema.d.ts')

const text = readFileSync(source, 'utf8')
const mark = `// of ${createHash('sha256').update(text).digest('hex')}`
if (!existsSync(target) || !readFileSync(target, 'utf8').startsWith(mark)) {
  const types = await openapiTS(text, { silent: true, alphabetize: false })
  writeFileSync(target, `${mark}\n${astToString(types)}`)
}
