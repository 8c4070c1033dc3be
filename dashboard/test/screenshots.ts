// Pictures of every page of every area: light and dark, 1440 and 390 wide, of an empty tenant and of the demo's world.
// Usage: npm run screenshots -- [--to DIR] [--only webhooks] [--world full|empty] [--language he] [--docs]
//   [--from http://127.0.0.1:3000 --email E --password P]: of whatever runs there instead of a demo of its own.
// --docs makes the few that docs/screenshots holds, compressed.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { type DashboardWorld, openWorld, type View } from './browser.ts'
import { startDemo } from './screenshot-demo.ts'
import { moments } from './screenshot-moments.ts'
import { chatPath, findPlaces, type Read } from './screenshot-places.ts'

const { values } = parseArgs({
  options: {
    to: { type: 'string', default: join(import.meta.dirname, '../../.cache/screenshots') },
    from: { type: 'string' },
    email: { type: 'string', default: 'demo@example.com' },
    password: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    world: { type: 'string', default: '' },
    language: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
})
const docsDirectory = join(import.meta.dirname, '../../docs/screenshots')

interface Target {
  kind: 'full' | 'empty'
  origin: string
  email: string
  password: string
}

/** Waits until nothing is fetched for a moment; the stream of events goes on for ever. */
function watchRequests(page: Page): () => Promise<void> {
  const open = new Set<unknown>()
  let changedMs = performance.now()
  const isStream = (url: string) => /\/events$|\/progress$/.test(new URL(url).pathname)
  const note = (change: () => void) => {
    change()
    changedMs = performance.now()
  }
  page.on('request', (request) => isStream(request.url()) || note(() => open.add(request)))
  for (const event of ['requestfinished', 'requestfailed'] as const)
    page.on(event as 'requestfinished', (request) => note(() => open.delete(request)))
  return async () => {
    const deadline = performance.now() + 15_000
    while ((open.size > 0 || performance.now() - changedMs < 350) && performance.now() < deadline)
      await page.evaluate('new Promise((done) => requestAnimationFrame(done))')
  }
}

async function signIn(page: Page, { origin, email, password }: Target): Promise<Read> {
  await page.goto(`${origin}/sign-in`)
  await page.locator('input[type=email]').fill(email)
  await page.locator('input[type=password]').fill(password)
  await page.locator('button[type=submit]').click()
  await page.locator('.app').waitFor()
  return createReader({ origin, email, password })
}

/** Goes somewhere as a link does: loading each page anew would ask for more tokens than anybody gets. */
async function go(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState({}, '', ${JSON.stringify(path)})`)
  await page.locator('h1').first().waitFor({ state: 'attached' })
}

/** The API as this person, with a login of its own. */
async function createReader(person: Omit<Target, 'kind'>): Promise<Read> {
  const { origin, email, password } = person
  const login = await fetch(`${origin}/api/v2/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  const { access_token: token } = (await login.json()) as { access_token: string }
  return async <T>(path: string) => {
    const answer = await fetch(`${origin}/api/v2${path}`, { headers: { authorization: `Bearer ${token}` } })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
    return (await answer.json()) as T
  }
}

/** All pages and moments of one look at a world. */
async function shootAll(world: DashboardWorld, target: Target, view: View, only: string): Promise<number> {
  const context = await world.context(view)
  const page = await context.newPage()
  const settle = watchRequests(page)
  const { theme, width, language = 'en' } = view
  const suffix = `${language === 'en' ? '' : `${language}-`}${theme}-${width}`
  const folder = join(directory, target.kind)
  const save = async (name: string) => {
    await settle()
    await page.screenshot({ path: join(folder, `${name}-${suffix}.png`) })
    console.log(`${target.kind} ${name} ${suffix}`)
  }
  mkdirSync(folder, { recursive: true })
  await page.goto(`${target.origin}/sign-in`)
  await page.locator('input[type=email]').waitFor()
  await save('sign-in')
  const read = await signIn(page, target)
  const places = await findPlaces(page, read)
  const chosen = places.filter(({ name }) => name.includes(only))
  for (const { name, path } of chosen) {
    await go(page, path)
    await save(name)
  }
  // Moments are found by their English words.
  const extra =
    language === 'en' ? moments.filter(({ isFull }) => target.kind === 'full' || isFull !== true) : []
  for (const { name, path, open, isDialog = true } of extra.filter((moment) => moment.name.includes(only))) {
    await go(page, await path(read))
    await settle()
    await open(page)
    const dialog = page.getByRole('dialog')
    if (isDialog) await dialog.waitFor()
    await save(name)
    // The first may close a tip alone.
    for (let time = 0; time < 2; time += 1) await page.keyboard.press('Escape')
    if (isDialog) await dialog.waitFor({ state: 'detached' })
  }
  await context.close()
  return chosen.length
}

/** The few that the documentation shows, at twice the pixels and compressed. */
async function shootForDocs(world: DashboardWorld, target: Target): Promise<void> {
  mkdirSync(docsDirectory, { recursive: true })
  for (const { name, place, theme = 'light', width = 1440, language = 'en', chat } of kept) {
    const context = await world.context({ theme, width, language, scale: 2 })
    const page = await context.newPage()
    const settle = watchRequests(page)
    const read = await signIn(page, target)
    const known = (await findPlaces(page, read)).find((one) => one.name === place)?.path
    await go(page, known ?? (await moments.find((one) => one.name === place)?.path(read)) ?? '/')
    if (chat !== undefined) await go(page, await chatPath(read, chat))
    await settle()
    const picture = await page.screenshot()
    await sharp(picture)
      .webp({ quality: 82 })
      .toFile(join(docsDirectory, `${name}.webp`))
    console.log(`docs/screenshots/${name}.webp`)
    await context.close()
  }
}

const kept: readonly {
  name: string
  place: string
  theme?: 'dark'
  width?: number
  language?: NonNullable<View['language']>
  /** Whose conversation of the demo is opened. */
  chat?: string
}[] = [
  { name: 'overview', place: 'overview' },
  { name: 'overview-dark', place: 'overview', theme: 'dark' },
  { name: 'inbox', place: 'inbox', chat: 'Tom Whitlock' },
  { name: 'inbox-hebrew', place: 'inbox', language: 'he', chat: 'נועה ברק' },
  { name: 'inbox-phone', place: 'inbox', width: 390, theme: 'dark', chat: 'Lucía Marín' },
  { name: 'leads', place: 'leads' },
  { name: 'campaign', place: 'campaigns-campaignId' },
  { name: 'analytics', place: 'analytics', theme: 'dark' },
  { name: 'analytics-phone', place: 'analytics', width: 390 },
  { name: 'report', place: 'reports-reportId' },
  { name: 'sessions', place: 'sessions' },
  { name: 'delivery-failed', place: 'delivery-failed', theme: 'dark' },
]

const directory = resolve(values.to)
const world = await openWorld()
try {
  await using stack = new AsyncDisposableStack()
  const wantsFull = values.world !== 'empty'
  const demo = wantsFull && values.from === undefined ? stack.use(await startDemo()) : undefined
  const { email, password } = await world.owner()
  const empty: Target = { kind: 'empty', origin: world.origin, email, password }
  const given = { origin: values.from ?? '', email: values.email, password: values.password }
  const full: Target = { kind: 'full', ...(demo ?? given) }
  if (values.docs) await shootForDocs(world, full)
  else {
    const targets = [...(wantsFull ? [full] : []), ...(values.world === 'full' ? [] : [empty])]
    for (const target of targets)
      for (const theme of ['light', 'dark'] as const)
        for (const width of [1440, 390]) {
          const language = values.language as View['language']
          await shootAll(world, target, { theme, width, language }, values.only)
          if (language === undefined && target.kind === 'full')
            await shootAll(world, target, { theme, width, language: 'he' }, values.only || 'inbox')
        }
  }
  const problems = world.takeProblems()
  for (const problem of new Set(problems)) console.log(problem)
  if (problems.length > 0) process.exitCode = 1
} finally {
  await world.close()
}
