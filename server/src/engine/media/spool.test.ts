import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { Semaphore } from '../../platform/semaphore.ts'
import { MediaSpool } from './spool.ts'

let directory = ''

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spool-'))
  process.env.TMPDIR = directory
})

after(() => rm(directory, { recursive: true }))

async function readAll(spool: MediaSpool): Promise<Buffer> {
  const whole = spool.read()
  return Buffer.isBuffer(whole) ? whole : Buffer.concat(await whole.toArray())
}

suite('a spool', () => {
  for (const pieces of [
    [],
    [1],
    [1000, 2000],
    [1_048_576],
    [1_048_576, 1],
    Array.from({ length: 80 }, () => 65_536),
  ]) {
    test(`gives back ${pieces.length} pieces as often as it is read, and leaves nothing`, async () => {
      const spool = new MediaSpool()
      const parts = pieces.map((size) => randomBytes(size))
      for (const part of parts) await spool.write(part)
      await spool.finish()
      const whole = Buffer.concat(parts)
      assert.equal(spool.bytes, whole.length)
      for (let time = 0; time < 2; time += 1) assert.ok((await readAll(spool)).equals(whole))
      assert.deepEqual(await readdir(directory), [])
      await spool.dispose()
      await spool.dispose()
    })
  }

  test('is in memory only while it is small', async () => {
    const spool = new MediaSpool()
    await spool.write(randomBytes(1_048_576))
    assert.ok(Buffer.isBuffer(spool.read()))
    await spool.write(randomBytes(1))
    assert.ok(!Buffer.isBuffer(spool.read()))
    await spool.dispose()
  })

  test('a reader that goes away does not close it', async () => {
    const spool = new MediaSpool()
    const bytes = randomBytes(3_000_000)
    await spool.write(bytes)
    await spool.finish()
    const half = spool.read()
    assert.ok(!Buffer.isBuffer(half))
    for await (const _piece of half) break
    assert.ok((await readAll(spool)).equals(bytes))
    await spool.dispose()
  })
})

suite('turns', () => {
  test('no more than so many run at once, in order, whatever fails', async () => {
    const turns = new Semaphore(3)
    let running = 0
    let most = 0
    const begun: number[] = []
    const work = (index: number) => async () => {
      begun.push(index)
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      if (index % 4 === 0) throw new Error('failed')
      return index
    }
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => turns.run(work(index))))
    assert.equal(most, 3)
    assert.deepEqual(
      begun,
      [...begun].sort((a, b) => a - b),
    )
    assert.equal(results.filter(({ status }) => status === 'rejected').length, 5)
    assert.equal(turns.isIdle, true)
    assert.equal(await turns.run(work(1)), 1)
  })
})
