import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KeyedMutex } from './keyed-mutex.ts'

describe('keyed mutex', () => {
  test('work under one key runs one after another, in the order it was asked for', async () => {
    const mutex = new KeyedMutex()
    const log: string[] = []
    const first = Promise.withResolvers<void>()
    const runs = [
      mutex.run('a', async () => {
        log.push('first begins')
        await first.promise
        log.push('first ends')
      }),
      mutex.run('a', async () => void log.push('second')),
      mutex.run('a', async () => void log.push('third')),
    ]
    first.resolve()
    await Promise.all(runs)
    assert.deepEqual(log, ['first begins', 'first ends', 'second', 'third'])
  })

  test('another key waits for nobody', async () => {
    const mutex = new KeyedMutex()
    const never = Promise.withResolvers<void>()
    const held = mutex.run('a', () => never.promise)
    assert.equal(await mutex.run('b', async () => 'done'), 'done')
    never.resolve()
    await held
  })

  test('a failure is its own: who waits behind it runs all the same', async () => {
    const mutex = new KeyedMutex()
    const failing = mutex.run('a', () => Promise.reject(new Error('mine')))
    const next = mutex.run('a', async () => 'ran')
    await assert.rejects(failing, /mine/)
    assert.equal(await next, 'ran')
  })
})
