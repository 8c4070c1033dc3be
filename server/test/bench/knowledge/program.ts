// Run by the benchmark as a program of its own, for one kind of database: quality of retrieval, or its speed.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addDocument } from '../../knowledge-world.ts'
import { openModelWorld } from '../../model-world.ts'
import { languageSets } from './languages.ts'
import { type Judged, judgeMeaning, judgeSearch } from './quality.ts'
import { technicalFiles, tunedQuestions } from './technical.ts'

const root = join(import.meta.dirname, '../../../..')
const spaces = (text: string) => text.replace(/\s+/g, ' ')

const languageQuestions: Judged[] = languageSets.flatMap(({ language, name, paragraphs, questions }) =>
  questions.map(([question, at]) => ({
    set: language,
    question,
    isAnswer: ({ sourceName, text }) => sourceName === `${name}.md` && text.includes(paragraphs[at] ?? '\0'),
  })),
)
const technicalQuestions = (
  set: string,
  questions: readonly (readonly [string, string, string])[],
): Judged[] =>
  questions.map(([question, file, words]) => ({
    set,
    question,
    isAnswer: ({ sourceName, text }) => sourceName === file && spaces(text).includes(spaces(words)),
  }))

const world = await openModelWorld()
const { app } = world
const lines: unknown[] = []
for (const config of [{}, { embedding_model: process.env.EMBED ?? 'sim-embed' }]) {
  const tenant = await world.tenant(config)
  const other = await world.tenant(config)
  for (const { name, paragraphs } of languageSets)
    await addDocument(
      app,
      tenant,
      `${name}.md`,
      paragraphs.map((text, at) => `## §${at + 1}\n\n${text}\n`).join('\n'),
    )
  let chunks = 0
  for (const file of technicalFiles) {
    const form = await addDocument(app, other, file.replaceAll('/', '-'), await readFile(join(root, file)))
    chunks += form.chunk_count
  }
  console.log('chunks', chunks)
  const technical = technicalQuestions('technical', tunedQuestions).map((one, index) => ({
    ...one,
    isAnswer: (p: { sourceName: string; text: string }) => {
      const [, file, words] = tunedQuestions[index]!
      return p.sourceName === file.replaceAll('/', '-') && spaces(p.text).includes(spaces(words))
    },
  }))
  for (const [t, q] of [
    [tenant, languageQuestions],
    [other, technical],
  ] as const) {
    const a = await judgeSearch(t.ctx, t.id, q)
    for (const [set, { missed, ...f }] of Object.entries(a))
      console.log(JSON.stringify(config), set, JSON.stringify(f), missed.join(' | '))
    if ('embedding_model' in config) {
      const b = await judgeMeaning(t.ctx, t.id, q, async (ids) => {
        const { rows } = await app.app.ctx.db.pool.query(
          'SELECT c.id, c.content AS text, s.name AS "sourceName" FROM knowledge_chunks c JOIN knowledge_sources s ON s.id = c.source_id WHERE c.id = ANY($1)',
          [ids],
        )
        return new Map(rows.map((r) => [r.id, r]))
      })
      console.log('meaning', JSON.stringify({ ...b.all, missed: b.all?.missed.length }))
    }
  }
}
await world.close()
