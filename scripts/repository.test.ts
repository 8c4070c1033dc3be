import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { suite, test } from 'node:test'

const root = resolve(import.meta.dirname, '..')

interface LockedPackage {
  version?: string
  link?: boolean
  resolved?: string
  optionalDependencies?: Record<string, string>
}

const lock = JSON.parse(readFileSync(resolve(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>
}

/** Where node_modules would be searched for a package from inside another one. */
function isLocked(from: string, name: string): boolean {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${base ? `${base}/` : ''}node_modules/${name}`]) return true
    if (!base) return false
  }
}

suite('package-lock.json', () => {
  test('names no download address, so that every registry will do', () => {
    const withAddress = Object.entries(lock.packages).filter(([, entry]) => entry.resolved && !entry.link)
    assert.deepEqual(withAddress, [])
  })

  test('has the packages of every operating system, or npm ci refuses it', () => {
    // Vite names it for Windows, but it is not published: npm leaves it out, and npm ci takes that.
    const unpublished = ['napi-windows-process-start-time']
    const missing = Object.entries(lock.packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter(
        (name) => !isLocked(path, name) && !unpublished.includes(name),
      ),
    )
    assert.deepEqual(missing, [])
  })
})

// A pace of traffic, the length of an outage, quiet moments of the database and an end at any moment are what is tested
// there, and that nothing comes takes time.
const mayTakeTime =
  /journeys\/outages|journeys\/bulk-send|journeys\/channel-posts|journeys\/full-disk|crash\/crash-run|session\/disconnects/

suite('tests', () => {
  test('wait with `until` for what they wait for, and never for time alone', () => {
    const files = globSync('{server,simulator,model-simulator,scripts,dashboard,sdks}/**/*.test.ts', {
      cwd: root,
      exclude: (path) => path.includes('node_modules'),
    })
    const sleeping = files.filter((file) => {
      const text = readFileSync(resolve(root, file), 'utf8')
      return /setTimeout\sas|resolve, \d+\)|done, \d+\)/.test(text) && !mayTakeTime.test(file)
    })
    assert.ok(files.length > 100)
    assert.deepEqual(sleeping, [])
  })
})

suite('set-up', () => {
  test('does nothing when everything is there', () => {
    const result = spawnSync(process.execPath, ['scripts/setup.mjs', 'test'], { cwd: root, encoding: 'utf8' })
    assert.deepEqual([result.status, result.stdout, result.stderr], [0, '', ''])
  })
})

suite('documentation', () => {
  test('links only to files that exist', () => {
    const pages = [
      '*.md',
      'docs/**/*.md',
      'simulator/*.md',
      'model-simulator/*.md',
      'dashboard/*.md',
    ].flatMap((pattern) => globSync(pattern, { cwd: root }))
    const dead = pages.flatMap((page) => {
      const text = readFileSync(resolve(root, page), 'utf8').replace(/```[\s\S]*?```/g, '')
      const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '')
      return links
        .filter((link) => !/^[a-z]+:/.test(link) && !existsSync(resolve(root, dirname(page), link)))
        .map((link) => `${page}: ${link}`)
    })
    assert.deepEqual(dead, [])
  })

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))
    const pages = ['*.md', 'docs/**/*.md', '.ci/run'].flatMap((pattern) => globSync(pattern, { cwd: root }))
    const unknown = pages.flatMap((page) => {
      const text = readFileSync(resolve(root, page), 'utf8')
      const names = [...text.matchAll(/npm run ([a-z:-]+)/g)].map((match) => match[1] ?? '')
      return names.filter((name) => !(name in scripts)).map((name) => `${page}: npm run ${name}`)
    })
    assert.deepEqual(unknown, [])
  })

  test('tells every setting there is, and no other', () => {
    const source = readFileSync(resolve(root, 'server/src/config.ts'), 'utf8')
    const schema = source.slice(
      source.indexOf('environmentSchema'),
      source.indexOf('export interface Config'),
    )
    const settings = [...schema.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((match) => match[1])
    const page = readFileSync(resolve(root, 'docs/guides/configuration.md'), 'utf8')
    const rows = page.split('\n').filter((line) => line.startsWith('| `'))
    const told = rows.flatMap((row) =>
      [...(row.split(' | ')[0] ?? '').matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]),
    )
    assert.deepEqual(told.sort(), settings.sort())
  })
})
