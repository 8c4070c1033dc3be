import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { generateDocuments, writeErrors } from '../docs/documents.ts'
import { drawTower } from '../docs/draw-tower.ts'
import { features } from '../src/features.ts'
import { listErrorDefinitions } from '../src/platform/errors.ts'
import { buildOpenApi } from '../src/transports/http/openapi.ts'
import { actionIds, actionLimits, buildActions } from '../src/transports/http/openapi-actions.ts'
import type { JsonObject } from '../src/transports/http/openapi-schemas.ts'

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

/** Operations by path and method, as far as these tests look. */
type Described = Record<
  string,
  Record<
    string,
    {
      operationId: string
      summary: string
      description?: string
      parameters?: { name: string; required: boolean; description?: string; schema: JsonObject }[]
      requestBody?: { content: Record<string, { schema?: { required?: string[] }; example?: unknown }> }
      responses: Record<string, { content?: JsonObject }>
    }
  >
>

/** What an importer of GPT Actions would refuse. */
function findActionProblems(document: JsonObject): string[] {
  const all = Object.values(document.paths as Described).flatMap((methods) => Object.entries(methods))
  const servers = document.servers as { url: string }[]
  const { schemas } = document.components as { schemas: JsonObject }
  const text = JSON.stringify(document)
  const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1] ?? '')
  const sentences = [...text.matchAll(/"(?:description|summary)":"((?:[^"\\]|\\.)*)"/g)]
  return [
    ...(servers.length === 1 && URL.canParse(servers[0]?.url ?? '')
      ? []
      : ['not one server with an address']),
    ...(all.length > actionLimits.operations ? [`${all.length} operations`] : []),
    ...all.flatMap(([method, action]) => findProblemsOfAction(method, action)),
    ...named.filter((name) => schemas[name] === undefined).map((name) => `${name} is not there`),
    ...sentences
      .filter(([, sentence = '']) => sentence.length > actionLimits.parameterDescription)
      .map(([, sentence]) => `${sentence} is longer than allowed`),
    ...(text.length > actionLimits.answer ? [`${text.length} characters`] : []),
  ]
}

function findProblemsOfAction(method: string, action: Described[string][string]): string[] {
  const { operationId, description = '', parameters = [], requestBody, responses } = action
  const types = [requestBody, ...Object.values(responses)].flatMap((part) => Object.keys(part?.content ?? {}))
  const isMarked = (action as unknown as JsonObject)['x-openai-isConsequential'] === (method !== 'get')
  const problems = {
    'the operation id has other characters': !/^[a-zA-Z0-9_]{1,64}$/.test(operationId),
    'says not whether it changes something': !isMarked,
    'is longer than allowed': description.length > actionLimits.description,
    'not JSON': types.some((type) => type !== 'application/json'),
    'a parameter is longer than allowed': parameters.some(
      (one) => (one.description ?? '').length > actionLimits.parameterDescription,
    ),
    'too many rows': parameters.some(
      ({ name, required, schema }) => /limit$/.test(name) && !(required && Number(schema.maximum) <= 20),
    ),
  }
  return Object.entries(problems)
    .filter(([, is]) => is)
    .map(([problem]) => `${operationId}: ${problem}`)
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

describe('the document for GPT Actions', () => {
  const operations = features.flatMap((feature) => feature.operations ?? [])
  const actions = buildActions({ operations, version: '1.0.0', serverUrl: 'https://wa.example.com' })
  const whole = buildOpenApi({ operations, version: '1.0.0' })

  test('keeps every limit of its importers', () => {
    assert.deepEqual(findActionProblems(actions), [])
    const ids = Object.values(actions.paths as Described).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    assert.deepEqual(ids.toSorted(), actionIds.map((id) => id.replaceAll('.', '_')).toSorted())
  })

  test('has the examples that are sent to the demo', () => {
    for (const [path, methods] of Object.entries(actions.paths as Described)) {
      for (const [method, { requestBody }] of Object.entries(methods)) {
        const described = (whole.paths as Described)[path]?.[method]
        assert.deepEqual(
          requestBody?.content['application/json']?.example,
          described?.requestBody?.content['application/json']?.example,
        )
      }
    }
  })

  test('the check finds what importers refuse', () => {
    const text = JSON.stringify(actions)
    const problems = (broken: string) => findActionProblems(JSON.parse(broken)).join('\n')
    assert.match(problems(text.replace('"messages_send"', '"messages.send"')), /operation id/)
    assert.match(
      problems(text.replaceAll('"description":"List ', `"description":"${'List '.repeat(100)}`)),
      /is longer than/,
    )
    assert.match(problems(text.replace('https://wa.example.com', '/')), /one server/)
    assert.match(problems(text.replace('application/json', 'text/event-stream')), /not JSON/)
    assert.match(
      problems(text.replace('#/components/schemas/Session"', '#/components/schemas/No"')),
      /No is not/,
    )
    assert.match(problems(text.replace('"maximum":20', '"maximum":100')), /rows/)
  })
})

describe('the events of webhooks', () => {
  test('each is described with an example of its whole body', () => {
    const { webhooks } = JSON.parse(read('docs/openapi.json')) as { webhooks: Described }
    const lacking = Object.entries(webhooks).filter(([name, { post }]) => {
      const { example, schema } = post?.requestBody?.content['application/json'] ?? {}
      const told = example as { event?: string; data?: object } | undefined
      const isWhole = schema?.required?.every((field) => field in (example as object))
      return post?.description === undefined || told?.event !== name || isWhole !== true
    })
    assert.ok(Object.keys(webhooks).length > 20)
    assert.deepEqual(lacking, [])
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
