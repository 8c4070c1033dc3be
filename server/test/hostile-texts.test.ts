import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { foreignTo } from '../src/features/safety/content-policy/languages.ts'
import { detectorKinds } from '../src/features/safety/detectors/detectors.schema.ts'
import { detect } from '../src/features/safety/detectors/detectors.service.ts'
import { compilePattern } from '../src/platform/safe-patterns.ts'
import { hostileTexts } from './patterns.ts'

/** What all detectors together may cost on 64 KB, and each of the other readers. */
const limitMs = 150
const texts = Object.entries(hostileTexts)

/** CPU of the quickest of three runs: others use the machine too. */
function cpuMs(run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3 && best > limitMs; round += 1) {
    const before = process.threadCpuUsage()
    run()
    const { user, system } = process.threadCpuUsage(before)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

suite('64 KB of hostile text', () => {
  const kinds = new Set(detectorKinds)
  // The patterns of tenants run in linear time whatever they are: the engine has no backtracking.
  const own = ['(a+)+$', '(\\w+\\s?)*!$', '([a-z]+)+@'].map((text) => compilePattern(text))

  test('are read by all detectors, languages and patterns of tenants in bounded time', async () => {
    const isForeign = await foreignTo(['en', 'he'])
    const slow: string[] = []
    for (const [name, text] of texts) {
      const ms = {
        detectors: cpuMs(() => detect(text, kinds)),
        languages: cpuMs(() => isForeign(text)),
        own: cpuMs(() => own.map((pattern) => pattern.matches(text))),
      }
      for (const [what, spent] of Object.entries(ms))
        if (spent > limitMs) slow.push(`${what} of ${name}: ${Math.round(spent)} ms`)
    }
    assert.deepEqual(slow, [])
  })
})
