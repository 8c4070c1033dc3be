// Pictures of every page: light and dark, 1440 and 390 wide.
// Usage: npm run screenshots -- [--to DIR] [--from http://127.0.0.1:3000 --email E --password P] [--only webhooks] [--language he]
// Without --from it starts a server of its own with an empty tenant; with it, whatever runs there, such as `npm run demo`.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { openWorld, type View } from './browser.ts'

const { values } = parseArgs({
  options: {
    to: { type: 'string', default: join(import.meta.dirname, '../../.cache/screenshots') },
    from: { type: 'string' },
    email: { type: 'string', default: 'demo@example.com' },
    password: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    language: { type: 'string', default: 'en' },
  },
})
const directory = resolve(values.to)

/** A page, and how its picture is called. A function finds what has an id of its own by clicking. */
const pages: readonly { name: string; path: string; open?: (page: Page) => Promise<void> }[] = [
  { name: 'overview', path: '/' },
  ...'inbox groups leads contacts campaigns schedules channels analytics reports sessions webhooks safety settings'
    .split(' ')
    .map((name) => ({ name, path: `/${name}` })),
  { name: 'webhook', path: '/webhooks', open: openFirst },
  ...'anti-spam content opt-outs words audit'
    .split(' ')
    .map((part) => ({ name: `safety-${part}`, path: `/safety/${part}` })),
  ...'people keys plan workspace outreach'
    .split(' ')
    .map((part) => ({ name: `settings-${part}`, path: `/settings/${part}` })),
  { name: 'palette', path: '/', open: (page) => page.keyboard.press('Control+k') },
]

/** Opens the first row of the table of a page, where it has one. */
async function openFirst(page: Page): Promise<void> {
  const link = page.locator('.table tbody a').first()
  if ((await link.count()) > 0) await link.click()
}

/** A page is still once nothing is fetched and no skeleton is left. */
async function settle(page: Page): Promise<void> {
  await page
    .locator('.skel')
    .first()
    .waitFor({ state: 'detached' })
    .catch(() => undefined)
  await page.evaluate('document.fonts.ready')
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
}

mkdirSync(directory, { recursive: true })
const world = await openWorld()
try {
  const somebody = await world.owner()
  const { email, password } = values.from === undefined ? somebody : values
  const origin = values.from ?? world.origin
  for (const theme of ['light', 'dark'] as const) {
    for (const width of [1440, 390]) {
      const context = await world.context({ theme, width, language: values.language as View['language'] })
      const page = await context.newPage()
      await page.goto(`${origin}/sign-in`)
      await page.screenshot({ path: join(directory, `sign-in-${theme}-${width}.png`) })
      await page.locator('input[type=email]').fill(email)
      await page.locator('input[type=password]').fill(password)
      await page.locator('button[type=submit]').click()
      await page.locator('.app').waitFor()
      for (const { name, path, open } of pages.filter((entry) => entry.name.includes(values.only))) {
        await page.goto(`${origin}${path}`)
        await page.locator('h1').waitFor()
        await settle(page)
        await open?.(page)
        await settle(page)
        await page.screenshot({ path: join(directory, `${name}-${theme}-${width}.png`) })
        console.log(`${name} ${theme} ${width}`)
      }
      await context.close()
    }
  }
} finally {
  await world.close()
}
