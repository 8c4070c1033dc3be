// Measures how soon the dashboard can be used on this machine, first load and later ones, with the built files.
// Usage: node dashboard/test/first-load.ts
import { loadavg } from 'node:os'
import { openWorld } from './browser.ts'

const rounds = 5

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

await using world = await openWorld()
const owner = await world.owner()
const signInMs: number[] = []
const overviewMs: number[] = []
const againMs: number[] = []
for (let round = 0; round < rounds; round += 1) {
  // A context of its own has an empty cache.
  const context = await world.context()
  const page = await context.newPage()
  let startedMs = performance.now()
  await page.goto(`${world.origin}/sign-in`)
  await page.locator('input[type=password]').fill(owner.password)
  signInMs.push(performance.now() - startedMs)
  await page.locator('input[type=email]').fill(owner.email)
  startedMs = performance.now()
  await page.locator('button[type=submit]').click()
  await page.getByRole('link', { name: 'Connect a number' }).waitFor()
  overviewMs.push(performance.now() - startedMs)
  startedMs = performance.now()
  await page.reload()
  await page.getByRole('link', { name: 'Connect a number' }).waitFor()
  againMs.push(performance.now() - startedMs)
  await context.close()
}
const row = (times: readonly number[]) => times.map((ms) => ms.toFixed(0)).join(', ')
console.log(`load of the machine ${loadavg().map((value) => value.toFixed(1))}`)
console.log(`sign-in page usable after ${median(signInMs).toFixed(0)} ms (${row(signInMs)})`)
console.log(`overview after signing in ${median(overviewMs).toFixed(0)} ms (${row(overviewMs)})`)
console.log(`overview loaded again ${median(againMs).toFixed(0)} ms (${row(againMs)})`)
