import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createLru } from './lru.ts'

suite('caches of a session', () => {
  test('what was used longest ago goes first, and there are never more than allowed', () => {
    const cache = createLru<number>(3)
    for (const [index, key] of ['a', 'b', 'c'].entries()) cache.set(key, index)
    cache.get('a')
    cache.set('b', 7)
    cache.set('d', 3)
    assert.deepEqual(
      [...cache.entries()],
      [
        ['d', 3],
        ['b', 7],
        ['a', 0],
      ],
    )
    for (let n = 0; n < 1000; n += 1) cache.set(`key ${n}`, n)
    assert.deepEqual([cache.size, cache.get('key 999'), cache.get('a')], [3, 999, undefined])
    cache.delete('key 998')
    cache.set('e', 1)
    assert.deepEqual([cache.size, cache.has('key 997')], [3, true])
  })

  test('an entry is forgotten when its time is over', () => {
    const cache = createLru<number>(3, 60_000)
    cache.set('now', 1)
    cache.set('then', 1, { start: performance.now() - 60_001 })
    assert.deepEqual([cache.get('now'), cache.get('then')], [1, undefined])
  })

  test('an empty one reserves nothing', () => {
    const before = process.memoryUsage()
    const caches = Array.from({ length: 200 }, () => createLru<number>(5000, 1000))
    const after = process.memoryUsage()
    const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers
    // With room for 5,000 entries reserved, each would take more than 100 KB.
    assert.ok(bytes / caches.length < 20_000, `${bytes / caches.length} bytes each`)
  })
})
