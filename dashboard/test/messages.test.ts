import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { suite, test } from 'node:test'
import { compileMessage } from '@lingui/message-utils/compileMessage'

const source = join(import.meta.dirname, '../src')
const languages = ['en', 'es', 'pt', 'he', 'zh'] as const
const cardinal = { en: 'en', es: 'es', pt: 'pt-PT', he: 'he', zh: 'zh' } as const

type Words = Record<string, string>
type Part = string | [name: string, kind?: string, branches?: Record<string, unknown>]

const folders = [...new Set(globSync('**/messages/*.json', { cwd: source }).map(dirname))].sort()
const read = (folder: string, language: string) =>
  JSON.parse(readFileSync(join(source, folder, `${language}.json`), 'utf8')) as Words

/** Placeholders of a message, those in branches, too. */
function placeholders(compiled: unknown): string[] {
  if (!Array.isArray(compiled)) return []
  return compiled.flatMap((part: Part) => {
    if (typeof part === 'string') return []
    const [name, , branches] = part
    const inner = typeof branches === 'object' ? Object.values(branches).flatMap(placeholders) : []
    return [name, ...inner]
  })
}

/** Plurals of a message with the categories they have words for. */
function plurals(compiled: unknown): string[][] {
  if (!Array.isArray(compiled)) return []
  return compiled.flatMap((part: Part) => {
    if (typeof part === 'string') return []
    const [, kind, branches] = part
    if (typeof branches !== 'object') return []
    const inner = Object.values(branches).flatMap(plurals)
    return kind === 'plural' ? [Object.keys(branches), ...inner] : inner
  })
}

const tagsOf = (text: string) => [...text.matchAll(/<\/?(\w+)>/g)].map(([tag]) => tag).sort()
const set = (items: readonly string[]) => [...new Set(items)].filter((name) => name !== '#').sort()

suite('the words of the dashboard', () => {
  test('are there for every area in all five languages', () => {
    assert.ok(folders.length >= 15)
    for (const folder of folders) {
      const present = globSync('*.json', { cwd: join(source, folder) }).map((name) => basename(name, '.json'))
      assert.deepEqual(present.sort(), [...languages].sort(), folder)
    }
  })

  for (const folder of folders) {
    test(`lack no key and have the same placeholders in all languages: ${folder}`, () => {
      const english = read(folder, 'en')
      for (const language of languages) {
        const words = read(folder, language)
        assert.deepEqual(Object.keys(words).sort(), Object.keys(english).sort(), language)
        for (const [key, text] of Object.entries(words)) {
          const name = `${language} ${key}`
          assert.notEqual(text.trim(), '', name)
          const compiled = compileMessage(text)
          const original = compileMessage(english[key] ?? '')
          assert.deepEqual(set(placeholders(compiled)), set(placeholders(original)), name)
          assert.deepEqual(tagsOf(text), tagsOf(english[key] ?? ''), name)
        }
      }
    })

    test(`have a word for every kind of number of their language: ${folder}`, () => {
      for (const language of languages) {
        const { pluralCategories } = new Intl.PluralRules(cardinal[language]).resolvedOptions()
        // Millions in Spanish and Portuguese take another form of words around them, not of the noun.
        const needed = pluralCategories.filter((category) => category !== 'many')
        for (const [key, text] of Object.entries(read(folder, language))) {
          for (const branches of plurals(compileMessage(text))) {
            const exact = branches.some((name) => /^\d+$/.test(name))
            const missing = exact ? [] : needed.filter((category) => !branches.includes(category))
            const isWhole = missing.length === 0 || (language === 'he' && missing.join() === 'two')
            assert.ok(isWhole, `${language} ${key} lacks ${missing}`)
          }
        }
      }
    })
  }
})
