import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { suite, test } from 'node:test'

const source = join(import.meta.dirname, '../src')

interface SourceFile {
  /** From `src`, with slashes. */
  path: string
  text: string
}

const files: SourceFile[] = globSync('**/*.{ts,tsx,css}', { cwd: source })
  .filter((path) => !path.endsWith('schema.d.ts'))
  .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(source, path), 'utf8') }))
const code = files.filter(({ path }) => !path.endsWith('.css'))
const styles = files.filter(({ path }) => path.endsWith('.css'))

/** What a file imports of ours, from `src`. */
function importsOf({ path, text }: SourceFile): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g)].map(([, target = '']) =>
    relative(source, resolve(source, dirname(path), target)).replaceAll('\\', '/'),
  )
}

/** The lines on which a pattern stands, named. */
function linesWith(of: readonly SourceFile[], pattern: RegExp): string[] {
  return of.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  )
}

const foundation = /^(?:api|i18n|kit|shell|words)\//

suite('the code of the dashboard', () => {
  test('is read: the rules below would be silent about files they do not see', () => {
    assert.ok(code.length > 100)
    assert.ok(styles.length > 15)
  })

  test('has areas that know the foundation and themselves, and no other area', () => {
    const strangers = code.flatMap((file) => {
      const [, area] = /^areas\/([^/]+)\//.exec(file.path) ?? []
      if (area === undefined) return []
      return importsOf(file)
        .filter((target) => !foundation.test(target) && !target.startsWith(`areas/${area}/`))
        .map((target) => `${file.path} imports ${target}`)
    })
    assert.deepEqual(strangers, [])
  })

  test('has a foundation that knows no area', () => {
    const known = code
      .filter(({ path }) => /^(?:api|i18n|kit|shell|words|login)\//.test(path))
      .flatMap((file) => importsOf(file).map((target) => ({ path: file.path, target })))
      .filter(({ target }) => target.startsWith('areas/'))
    assert.deepEqual(known, [])
  })

  test('talks to the network in src/api alone', () => {
    const others = code.filter(({ path }) => !path.startsWith('api/'))
    assert.deepEqual(
      linesWith(others, /\bfetch\(|XMLHttpRequest|new EventSource|new WebSocket|sendBeacon/),
      [],
    )
  })

  test('asks for nothing that browsers lack on addresses without https, but in the one place that does without', () => {
    const others = code.filter(({ path }) => !/^kit\/(?:new-key|copy-text)\.ts$/.test(path))
    assert.deepEqual(linesWith(others, /randomUUID|navigator\.clipboard|crypto\.subtle|serviceWorker/), [])
    const withLocks = code.filter(({ text }) => text.includes('navigator.locks'))
    assert.ok(withLocks.every(({ text }) => text.includes("'locks' in navigator")))
  })

  test('has files of at most 400 lines', () => {
    const long = code.filter(({ path, text }) => text.split('\n').length > 401 && path !== 'kit/shapes.tsx')
    assert.deepEqual(
      long.map(({ path }) => path),
      [],
    )
  })

  test('shows no words but those of the catalogues', () => {
    const wordInElement = />\s*[A-Za-z][a-z]{2,}[^<>{}=;]*<\//
    const wordInAttribute = /\s(?:aria-label|title|placeholder|alt)="[^"]*[A-Za-z]{3,}/
    const ours = /<(?:b|code|kbd)[^>]*>(?:MoltFlow|npm run admin -- recover|Enter|Esc)</
    const found = [...linesWith(code, wordInElement), ...linesWith(code, wordInAttribute)]
    assert.deepEqual(
      found.filter((line) => !ours.test(line)),
      [],
    )
  })

  test('keeps tokens out of every store that scripts can read', () => {
    const stores = linesWith(code, /(?:local|session)Storage\.setItem|document\.cookie|indexedDB/)
    assert.deepEqual(
      stores.filter(
        (line) =>
          /setItem\([^)]*token|cookie|indexedDB/i.test(line) && !line.startsWith('login/setup-link.ts'),
      ),
      [],
    )
  })
})

suite('the styles of the dashboard', () => {
  test('name no side of the screen: start and end follow the language', () => {
    const physical =
      /(?:^|[\s;{])(?:(?:margin|padding|border)-(?:left|right)|left|right|float|(?:border-)?(?:top|bottom)-(?:left|right)-radius)\s*:/
    assert.deepEqual(linesWith(styles, physical), [])
    assert.deepEqual(linesWith(styles, /text-align:\s*(?:left|right)/), [])
  })

  test('take colours from the tokens', () => {
    const areas = styles.filter(({ path }) => path.startsWith('areas/'))
    assert.deepEqual(linesWith(areas, /#[0-9a-f]{3,8}\b|rgba?\(|hsl\(/i), [])
  })

  test('of an area name classes of its own: what was visited stays loaded, and would change the pages of others', () => {
    const areasOf = new Map<string, Set<string>>()
    for (const { path, text } of styles.filter((file) => file.path.startsWith('areas/')))
      for (const [, selectors = ''] of text.replaceAll(/\/\*[^*]*\*\//g, '').matchAll(/([^{};]+)\{/g))
        for (const selector of selectors.split(',')) {
          const [, name] = /\.([a-z][\w-]*)/.exec(selector) ?? []
          if (name === undefined) continue
          const areas = areasOf.get(name) ?? new Set()
          areasOf.set(name, areas.add(path.split('/')[1] ?? ''))
        }
    assert.ok(areasOf.size > 100)
    const shared = styles.filter(({ path }) => !path.startsWith('areas/')).map(({ text }) => text)
    const isShared = (name: string) => shared.some((text) => new RegExp(`\\.${name}\\b`).test(text))
    const clashes = [...areasOf].filter(([name, areas]) => areas.size > 1 && !isShared(name))
    assert.deepEqual(
      clashes.map(([name, areas]) => `.${name}: ${[...areas].join(', ')}`),
      [],
    )
  })

  test('load nothing from elsewhere', () => {
    assert.deepEqual(linesWith(files, /url\(\s*['"]?https?:|@import\s+['"]?https?:/), [])
  })
})
