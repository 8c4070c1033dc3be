import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCrash } from './crash-run.ts'

const kills = Number(process.env['CRASH_KILLS'] ?? '100')

test(`kill -9 at ${kills} random moments loses nothing that was answered and doubles nothing`, {
  timeout: 300_000 + kills * 20_000,
}, async (t) => {
  const figures = await runCrash({ kills, log: (line) => t.diagnostic(line) })
  t.diagnostic(JSON.stringify(figures))
  console.log('crash test', figures)
  assert.deepEqual(figures.answeredLost, [], 'answered 2xx but missing')
  assert.deepEqual(figures.shownTwice, [], 'shown twice on a phone')
  assert.deepEqual(figures.inboundLost, [], 'inbound messages that never reached the webhook')
  assert.deepEqual(figures.sessionsLost, [], 'answered 201 but missing')
  assert.ok(figures.answered >= kills && figures.inboundSent >= kills, 'traffic flowed')
})
