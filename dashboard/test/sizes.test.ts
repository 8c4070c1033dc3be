import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'

const built = join(import.meta.dirname, '../dist')
const kilobyte = 1024

interface Chunk {
  file: string
  isEntry?: boolean
  imports?: string[]
  dynamicImports?: string[]
}

const manifest = JSON.parse(readFileSync(join(built, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>

/** A chunk and all that it needs at once. */
function withImports(name: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[name]
  if (chunk === undefined || seen.has(name)) return seen
  seen.add(name)
  for (const other of chunk.imports ?? []) withImports(other, seen)
  return seen
}

/** Bytes that the server sends for these chunks to a browser of today. */
function compressed(names: Iterable<string>): number {
  let sum = 0
  for (const name of names) {
    const { file } = manifest[name] ?? { file: '' }
    if (file.endsWith('.js')) sum += statSync(join(built, `${file}.br`)).size
  }
  return sum
}

const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry) ?? ''
const shell = withImports(entry)
const words = [...Object.keys(manifest)].filter((name) => /words\/messages\/en\.json/.test(name))

suite('the built dashboard', () => {
  test('loads at most 200 KB of compressed script before its first page, whichever that is', () => {
    const pages = Object.keys(manifest).filter((name) => /areas\/.*-page\.tsx$/.test(name))
    assert.ok(pages.length >= 14)
    const sizes = pages.map((page) => ({
      page,
      bytes: compressed(new Set([...shell, ...words, ...withImports(page)])),
    }))
    const heavy = sizes.filter(({ bytes }) => bytes > 200 * kilobyte)
    assert.deepEqual(heavy, [])
  })

  test('loads at most 30 KB more for charts, and only with a page that has one', () => {
    const charts = Object.keys(manifest).filter((name) => name.endsWith('kit/chart-canvas.tsx'))
    for (const name of charts) {
      assert.ok(!shell.has(name))
      const more = [...withImports(name)].filter((part) => !shell.has(part))
      assert.ok(compressed(more) <= 30 * kilobyte, `${compressed(more)} bytes`)
    }
  })

  test('keeps every page out of what is loaded first', () => {
    const early = [...shell].filter((name) => /-page\.tsx$/.test(name))
    assert.deepEqual(early, [])
  })

  test('has nothing from elsewhere in its page', () => {
    const page = readFileSync(join(built, 'index.html'), 'utf8')
    assert.doesNotMatch(page, /https?:\/\//)
    assert.doesNotMatch(page, /<script(?![^>]*\ssrc=)/)
    assert.doesNotMatch(page, /<style|\son\w+=|\sstyle=/)
  })
})
