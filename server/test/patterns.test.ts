import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { phraseFamilies } from '../src/features/safety/detectors/injection-phrases.ts'
import { collectPatterns, hostileTexts, type ProgramPattern, type ProgramPatterns } from './patterns.ts'

/** What one pattern may cost on 64 KB of anything. */
const limitMs = 50
/** A thread that says nothing for so long is at a pattern that never ends. */
const silenceMs = 5_000
/** Enough to find those that are planted, of which no busy machine can make a good one. */
const plantedSilenceMs = 500

const texts = Object.entries(hostileTexts)
const workerUrl = new URL('./pattern-worker.ts', import.meta.url)

/** Phrases are compiled when a text first comes near them. */
const phrases = phraseFamilies.flatMap(({ phrases: all }) =>
  all.map(({ source }) => ({
    place: 'server/src/features/safety/detectors/phrase-index.ts',
    source,
    flags: 'uy',
  })),
)

type Message = { at: string } | { slow: { text: string; ms: number }[] }

/** Runs patterns in a thread of their own, so that one that never ends fails instead of hanging. */
class Runner {
  #worker = new Worker(workerUrl)

  /** The texts that are too much for a pattern. */
  run(pattern: ProgramPattern, patienceMs = silenceMs): Promise<string[]> {
    return new Promise((resolve) => {
      let at = ''
      const worker = this.#worker
      const end = (found: string[]) => {
        clearTimeout(timer)
        worker.removeAllListeners('message')
        resolve(found)
      }
      const timer = setTimeout(() => {
        void worker.terminate()
        this.#worker = new Worker(workerUrl)
        end([`${at}: no end`])
      }, patienceMs)
      worker.on('message', (message: Message) => {
        if ('slow' in message) return end(message.slow.map(({ text, ms }) => `${text}: ${ms} ms`))
        at = message.at
        timer.refresh()
      })
      worker.postMessage({ pattern, texts, limitMs })
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}

suite('patterns', () => {
  let runner: Runner
  let all: ProgramPatterns

  before(async () => {
    runner = new Runner()
    all = await collectPatterns(phrases)
  })
  after(() => runner.close())

  test('all are in the table: literals, and what is put together', () => {
    assert.ok(all.patterns.length > 500, String(all.patterns.length))
    assert.deepEqual(all.unseen, [], 'a pattern made after its module was loaded: give it to collectPatterns')
  })

  test(`each reads 64 KB of any hostile text within ${limitMs} ms`, async () => {
    const slow: string[] = []
    for (const pattern of all.patterns) {
      const found = await runner.run(pattern)
      if (found.length > 0)
        slow.push(`${pattern.place} /${pattern.source}/${pattern.flags}: ${found.join(', ')}`)
    }
    assert.deepEqual(slow, [], 'bound what repeats, or look behind for the beginning of the run')
  })

  test('a planted one is found, also one that never ends', async () => {
    for (const source of ['\\S+@\\S+', '\\s+$', '(?:a+)+$']) {
      const found = await runner.run({ place: 'planted', source, flags: 'u' }, plantedSilenceMs)
      assert.ok(found.length > 0, source)
    }
  })
})
