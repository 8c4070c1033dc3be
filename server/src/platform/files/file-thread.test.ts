import assert from 'node:assert/strict'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { until } from '../../../test/until.ts'
import { FileThread, FileThreadError } from './file-thread.ts'

type Task = { say?: string; fail?: string; end?: boolean }

const port = new URL('./file-thread-port.ts', import.meta.url)
const entry = new URL(
  `data:text/javascript,${encodeURIComponent(`
  import { serveFiles } from ${JSON.stringify(port.href)}
  serveFiles(function* ({ say, fail, end }) {
    if (end) process.exit(1)
    yield
    if (fail) throw Object.assign(new Error('no room'), { code: fail })
    return say
  })
`)}`,
)

suite('file thread', () => {
  test('starts with the first task, answers each with its own result, ends when idle, starts again', async () => {
    const thread = new FileThread<Task, string>(entry, 1)
    assert.equal(thread.isRunning, false)
    const words = Array.from({ length: 30 }, (_, n) => `word ${n}`)
    const running = words.map((say) => thread.run({ say }))
    assert.equal(thread.isRunning, true)
    assert.deepEqual(await Promise.all(running), words)
    await until('the thread has ended', () => !thread.isRunning || undefined, { everyMs: 1 })
    assert.equal(await thread.run({ say: 'again' }), 'again')
    await until('the thread has ended', () => !thread.isRunning || undefined, { everyMs: 1 })
  })

  test('an error in the thread reaches who asked, and nobody else', async () => {
    const thread = new FileThread<Task, string>(entry, 1)
    const [bad, good] = [thread.run({ fail: 'ENOSPC' }), thread.run({ say: 'fine' })]
    await assert.rejects(bad, (error: unknown) => {
      assert.ok(error instanceof FileThreadError)
      assert.deepEqual([error.message, error.code], ['no room', 'ENOSPC'])
      return true
    })
    assert.equal(await good, 'fine')
  })

  test('a thread that ends fails what it worked on; what waited and what follows gets a new one', async () => {
    const thread = new FileThread<Task, string>(entry, 1)
    const lost = thread.run({ end: true })
    // More than are worked on at once, so that some wait.
    const others = Array.from({ length: 20 }, () => thread.run({ say: 'here' }))
    await assert.rejects(lost, /the file thread failed/)
    const ends = await Promise.allSettled(others)
    assert.ok(ends.filter((end) => end.status === 'fulfilled').length >= 13)
    assert.equal(await thread.run({ say: 'after' }), 'after')
  })

  test('an idle thread does not keep the process alive', async () => {
    const code = `
      import { FileThread } from ${JSON.stringify(new URL('./file-thread.ts', import.meta.url).href)}
      const thread = new FileThread(new URL(${JSON.stringify(entry.href)}), 3600000)
      await thread.run({ say: 'once' })
    `
    const outer = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`))
    const [exitCode] = await once(outer, 'exit')
    assert.equal(exitCode, 0)
  })
})
