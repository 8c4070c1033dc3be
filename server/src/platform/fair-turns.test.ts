import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FairTurns } from './fair-turns.ts'

/** Work that begins when it is its turn and ends when told. */
function createWork(turns: FairTurns) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const runs: Promise<unknown>[] = []
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
  }
  return {
    begun,
    async add(key: string, name: string) {
      const run = turns.run(key, () => {
        begun.push(name)
        return new Promise<void>((resolve) => ends.set(name, resolve))
      })
      runs.push(run)
      await settle()
    },
    async end(name: string) {
      ends.get(name)?.()
      await settle()
    },
    all: () => Promise.all(runs),
  }
}

describe('fair turns', () => {
  test('a key never has more than its share, so that another one begins at once', async () => {
    const work = createWork(new FairTurns({ max: 3, maxPerKey: 2 }))
    for (const name of ['a1', 'a2', 'a3', 'a4']) await work.add('a', name)
    assert.deepEqual(work.begun, ['a1', 'a2'])
    await work.add('b', 'b1')
    assert.deepEqual(work.begun, ['a1', 'a2', 'b1'])
  })

  test('keys take turns, whatever one of them has waiting; within a key the order holds', async () => {
    const work = createWork(new FairTurns({ max: 1, maxPerKey: 1 }))
    for (const name of ['a1', 'a2', 'a3', 'a4']) await work.add('a', name)
    for (const name of ['b1', 'b2']) await work.add('b', name)
    await work.add('c', 'c1')
    for (const name of ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']) await work.end(name)
    assert.deepEqual(work.begun, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
    await work.all()
  })

  test('whose key has the fewest at work is next', async () => {
    const work = createWork(new FairTurns({ max: 3, maxPerKey: 3 }))
    for (const name of ['a1', 'a2', 'a3', 'a4']) await work.add('a', name)
    for (const name of ['b1', 'b2']) await work.add('b', name)
    for (const name of ['a1', 'a2', 'a3']) await work.end(name)
    assert.deepEqual(work.begun.slice(3), ['b1', 'a4', 'b2'])
  })

  test('a failure gives its turn back', async () => {
    const turns = new FairTurns({ max: 1, maxPerKey: 1 })
    const failing = turns.run('a', () => Promise.reject(new Error('mine')))
    const next = turns.run('a', async () => 'ran')
    await assert.rejects(failing, /mine/)
    assert.equal(await next, 'ran')
  })
})
