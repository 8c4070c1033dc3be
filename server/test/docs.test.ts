import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { generateDocuments, writeErrors } from '../docs/documents.ts'
import { drawTower } from '../docs/draw-tower.ts'
import { listErrorDefinitions } from '../src/platform/errors.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** Generated files that differ from what the code says now. */
function findStale(generated: ReadonlyMap<string, string>, readFile: (path: string) => string): string[] {
  return [...generated].filter(([path, text]) => readFile(path) !== text).map(([path]) => path)
}

/** Codes declared in the source that the page does not tell. */
function findUndocumented(sources: readonly string[], page: string): string[] {
  const codes = sources.flatMap((text) =>
    [...text.matchAll(/defineError\(\s*'(\w+)'/g)].map((match) => match[1] ?? ''),
  )
  return codes.filter((code) => !page.includes(`| \`${code}\` |`))
}

/** Source files that a page names and that are not there, under this name or as the end of a path. */
function findMissingFiles(page: string, paths: readonly string[]): string[] {
  const names = [...page.matchAll(/`([\w./-]+\.ts)`/g)].map((match) => match[1] ?? '')
  return names.filter(
    (name) => !name.startsWith('x.') && !paths.some((path) => `/${path}`.endsWith(`/${name}`)),
  )
}

/** Scripts that people and programs rely on (running.md). */
const promisedScripts = ['start', 'test', 'demo', 'simulator', 'check', 'test:postgres', 'bench', 'docs']

function findMissingScripts(scripts: Record<string, string>): string[] {
  return promisedScripts.filter((name) => scripts[name] === undefined)
}

function lintOpenApi(path: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/redocly'), ['lint', path], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  })
  return { status, output: stdout + stderr }
}

describe('documentation', () => {
  test('generated pages are current; otherwise run: npm run docs', () => {
    assert.deepEqual(findStale(generateDocuments(), read), [])
  })

  test('every error code of the source is documented, also of code that no feature loads', () => {
    const sources = globSync('server/src/**/*.ts', { cwd: root }).filter((path) => !path.endsWith('.test.ts'))
    assert.deepEqual(findUndocumented(sources.map(read), read('docs/errors.md')), [])
  })

  test('every source file that a page names is there', () => {
    const sources = ['server/**/*.ts', 'simulator/**/*.ts', 'scripts/**/*.ts', 'dashboard/**/*.{ts,tsx}']
    const paths = globSync(sources, { cwd: root, exclude: ['**/node_modules'] })
    const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
    const missing = pages.flatMap((page) =>
      findMissingFiles(read(page), paths).map((file) => `${page}: ${file}`),
    )
    assert.deepEqual(missing, [])
  })

  test('every group of operations has a title and a sentence', () => {
    const { tags } = JSON.parse(read('docs/openapi.json'))
    assert.deepEqual(
      tags.filter((tag: Record<string, string>) => !tag.description || !tag['x-displayName']),
      [],
    )
  })

  test('the OpenAPI document has no lint errors', () => {
    const { status, output } = lintOpenApi('docs/openapi.json')
    assert.equal(status, 0, output)
  })

  test('the scripts that people rely on exist', () => {
    assert.deepEqual(findMissingScripts(JSON.parse(read('package.json')).scripts), [])
  })

  test('the changelog tells what this version brings', () => {
    assert.match(read('CHANGELOG.md'), /^## /m)
  })
})

describe('the checks themselves', () => {
  test('find a page that nobody generated again', () => {
    const generated = new Map([['docs/errors.md', writeErrors(listErrorDefinitions())]])
    assert.deepEqual(
      findStale(generated, () => `${generated.get('docs/errors.md')}edited by hand`),
      ['docs/errors.md'],
    )
    const more = [...listErrorDefinitions(), { code: 'brand_new', status: 400, text: 'New' }]
    assert.deepEqual(findStale(new Map([['docs/errors.md', writeErrors(more)]]), read), ['docs/errors.md'])
  })

  test('find a file that was moved', () => {
    const paths = ['server/src/engine/inbound/inbox.ts']
    assert.deepEqual(findMissingFiles('`engine/inbound/inbox.ts`, `inbox.ts`, `x.store.ts`', paths), [])
    assert.deepEqual(findMissingFiles('`engine/inbox.ts` and `box.ts`', paths), ['engine/inbox.ts', 'box.ts'])
  })

  test('find an undocumented code and a missing script', () => {
    assert.deepEqual(findUndocumented(["defineError('brand_new', 400, 'New')"], read('docs/errors.md')), [
      'brand_new',
    ])
    assert.deepEqual(findMissingScripts({ start: 'x' }), promisedScripts.slice(1))
  })

  test('draw an import that goes up in another colour than one that goes down', () => {
    const floors = ['high', 'low'].map((name) => ({ name, rooms: [{ name: 'room' }] }))
    const draw = (from: string, to: string) =>
      drawTower({
        floors,
        ground: [],
        transports: [],
        needs: new Map([[`${from} ${to}`, [{ from: `${from}/room`, to: `${to}/room` }]]]),
      })
    assert.match(draw('high', 'low'), /<title>high.room → low.room<.title>\n<rect class="few"/)
    assert.match(draw('low', 'high'), /<title>low.room → high.room<.title>\n<rect class="up"/)
  })

  test('find an invalid OpenAPI document', () => {
    const directory = mkdtempSync(join(tmpdir(), 'openapi-'))
    const document = JSON.parse(read('docs/openapi.json'))
    delete document.info.title
    writeFileSync(join(directory, 'openapi.json'), JSON.stringify(document))
    const { status } = lintOpenApi(join(directory, 'openapi.json'))
    rmSync(directory, { recursive: true })
    assert.equal(status, 1)
  })
})
