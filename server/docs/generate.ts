// Writes the generated pages; a test proves that nobody forgot to. Usage: npm run docs
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { generateDocuments } from './documents.ts'

const root = new URL('../../', import.meta.url)
for (const [path, text] of generateDocuments()) {
  writeFileSync(fileURLToPath(new URL(path, root)), text)
  console.log(`wrote ${path}`)
}
