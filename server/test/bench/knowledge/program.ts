// Run by the benchmark as a program of its own: how good retrieval is, by words and by both, on documents of which it is
// known which passage answers. Prints JSON.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { searchKnowledge } from '../../../src/features/ai/knowledge/knowledge.service.ts'
import { addDocument } from '../../knowledge-world.ts'
import { type ModelTenant, openModelWorld } from '../../model-world.ts'
import { languageSets } from './languages.ts'
import { type Judged, judgeMeaning, judgeSearch } from './quality.ts'
import { type TechnicalQuestion, technicalFiles, tunedQuestions, unseenQuestions } from './technical.ts'
import { unanswerable, unseenByLanguage } from './unseen-languages.ts'

const root = join(import.meta.dirname, '../../../..')
const spaces = (text: string) => text.replace(/\s+/g, ' ')
const nameOf = (file: string) => file.replaceAll('/', '-')

const languageQuestions: Judged[] = languageSets.flatMap(({ language, name, paragraphs, questions }) => {
  const judged = (set: string, asked: typeof questions): Judged[] =>
    asked.map(([question, at]) => ({
      set,
      question,
      isAnswer: ({ sourceName, text }) =>
        sourceName === `${name}.md` && text.includes(paragraphs[at] ?? '\0'),
    }))
  return [...judged(language, questions), ...judged('unseen', unseenByLanguage[language] ?? [])]
})

const technicalQuestions = (set: string, questions: readonly TechnicalQuestion[]): Judged[] =>
  questions.map(([question, ...answers]) => ({
    set,
    question,
    isAnswer: ({ sourceName, text }) =>
      answers.some(([file, words]) => sourceName === nameOf(file) && spaces(text).includes(spaces(words))),
  }))

await using world = await openModelWorld()
const { app } = world

async function readPassages(ids: readonly string[]) {
  const { rows } = await app.database.db.pool.query<{ id: string; text: string; sourceName: string }>(
    `SELECT c.id, c.content AS text, s.name AS "sourceName"
     FROM knowledge_chunks c JOIN knowledge_sources s ON s.id = c.source_id WHERE c.id = ANY($1)`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

async function judgeTenant(tenant: ModelTenant, judged: readonly Judged[], hasModel: boolean) {
  const search = await judgeSearch(tenant.ctx, tenant.id, judged)
  return hasModel
    ? { search, meaning: await judgeMeaning(tenant.ctx, tenant.id, judged, readPassages) }
    : { search }
}

async function measure(config: Record<string, unknown>, hasModel: boolean) {
  const [shops, manuals] = [await world.tenant(config), await world.tenant(config)]
  for (const { name, paragraphs } of languageSets) {
    const sections = paragraphs.map((text, at) => `## §${at + 1}\n\n${text}\n`)
    await addDocument(app, shops, `${name}.md`, sections.join('\n'))
  }
  let chunks = 0
  for (const file of technicalFiles)
    chunks += (await addDocument(app, manuals, nameOf(file), await readFile(join(root, file)))).chunk_count
  let answered = 0
  for (const query of unanswerable)
    answered +=
      (await searchKnowledge(shops.ctx, { tenantId: shops.id, query, topK: 5 })).results.length > 0 ? 1 : 0
  return {
    languages: await judgeTenant(shops, languageQuestions, hasModel),
    technical: await judgeTenant(
      manuals,
      [...technicalQuestions('tuned', tunedQuestions), ...technicalQuestions('unseen', unseenQuestions)],
      hasModel,
    ),
    chunks,
    unanswerable: { asked: unanswerable.length, answered },
  }
}

const words = await measure({}, false)
const both = await measure({ embedding_model: 'sim-embed' }, true)
process.stdout.write(JSON.stringify({ words, both }))
