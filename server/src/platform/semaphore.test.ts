import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Semaphore } from './semaphore.ts'

describe('semaphore', () => {
  test('at most so many run at once, the others in the order they came', async () => {
    const semaphore = new Semaphore(2)
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
    const begun: number[] = []
    const runs = gates.map((gate, index) =>
      semaphore.run(async () => {
        begun.push(index)
        await gate.promise
      }),
    )
    assert.deepEqual([begun, semaphore.waitingCount, semaphore.isIdle], [[0, 1], 2, false])
    gates[1]?.resolve()
    await runs[1]
    assert.deepEqual(begun, [0, 1, 2])
    for (const gate of gates) gate.resolve()
    await Promise.all(runs)
    assert.deepEqual([begun, semaphore.isIdle], [[0, 1, 2, 3], true])
  })

  test('work that fails gives its slot to the next', async () => {
    const semaphore = new Semaphore(1)
    const failing = semaphore.run(() => Promise.reject(new Error('mine')))
    const next = semaphore.run(async () => 'ran')
    await assert.rejects(failing, /mine/)
    assert.equal(await next, 'ran')
    assert.equal(semaphore.isIdle, true)
  })
})
