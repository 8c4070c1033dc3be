import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { ApiClient, fetchDoor } from '../../server/test/api-client.ts'
import type { TestAppOptions } from '../../server/test/harness.ts'
import { createLinkedApp, type LinkedApp } from '../../server/test/linked-session.ts'

const dashboardDirectory = join(import.meta.dirname, '../dist')
const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Somebody who can sign in. */
export interface Owner {
  email: string
  password: string
  fullName: string
  tenantName: string
  /** The API as this person. */
  api: ApiClient
}

/** How a page is looked at. */
export interface View {
  width?: number
  height?: number
  theme?: 'light' | 'dark'
  language?: 'en' | 'es' | 'pt' | 'he' | 'zh' | undefined
  /** Pixels of a picture for each of the page. */
  scale?: number
}

/** The real server with the simulator, and a browser before it. Made once for each test file. */
export interface DashboardWorld extends AsyncDisposable {
  app: LinkedApp
  origin: string
  browser: Browser
  /** Errors and warnings of every console since the last look, refusals of the content policy among them. */
  takeProblems(): string[]
  /** A tenant of its own with its owner. */
  owner(): Promise<Owner>
  /** A browser of one person: tabs of a context share cookies and storage. */
  context(view?: View): Promise<BrowserContext>
  /** A page in a context of its own, signed in, at a path. */
  signedIn(owner: Owner, path?: string, view?: View): Promise<Page>
  close(): Promise<void>
}

function findBrowser(): { executablePath?: string } {
  const found = process.env['CHROMIUM_PATH'] ?? browsers.find((path) => existsSync(path))
  return found === undefined ? {} : { executablePath: found }
}

/** Starts server, simulator and browser. */
export async function openWorld(config: TestAppOptions['config'] = {}): Promise<DashboardWorld> {
  const app = await createLinkedApp({ isLive: true, dashboardDirectory, config })
  const origin = `http://127.0.0.1:${await app.app.listen()}`
  const args = ['--no-sandbox', '--disable-background-networking', '--disable-component-update']
  const browser = await chromium.launch({ ...findBrowser(), args })
  const problems: string[] = []
  let count = 0

  async function owner(): Promise<Owner> {
    count += 1
    const person = {
      email: `person${count}@example.com`,
      password: 'a long enough password',
      fullName: `Person ${count}`,
      tenantName: `Tenant ${count}`,
    }
    const { email, password, fullName: full_name, tenantName: tenant_name } = person
    const open = new ApiClient(fetchDoor(origin))
    const signedUp = await open.post(201, '/auth/signup', { email, password, full_name, tenant_name })
    const headers = { authorization: `Bearer ${signedUp.access_token}` }
    return { ...person, api: new ApiClient(fetchDoor(origin), headers) }
  }

  async function context(view: View = {}): Promise<BrowserContext> {
    const {
      width = 1440,
      height = width < 500 ? 844 : 900,
      theme = 'light',
      language = 'en',
      scale = 1,
    } = view
    const made = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: scale,
      colorScheme: theme,
      locale: language,
      reducedMotion: 'reduce',
      hasTouch: width < 500,
    })
    made.on('page', (page) => watch(page, problems))
    return made
  }

  async function signedIn(person: Owner, path = '/', view: View = {}): Promise<Page> {
    const page = await (await context(view)).newPage()
    await page.goto(`${origin}/sign-in?to=${encodeURIComponent(path)}`)
    await page.locator('input[type=email]').fill(person.email)
    await page.locator('input[type=password]').fill(person.password)
    await page.locator('button[type=submit]').click()
    await page.locator('.app').waitFor()
    return page
  }

  const close = async () => {
    await browser.close()
    await app.close()
  }
  return {
    app,
    origin,
    browser,
    takeProblems: () => problems.splice(0),
    owner,
    context,
    signedIn,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function watch(page: Page, problems: string[]): void {
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return
    // A page that is closed or loaded anew leaves its stream in the middle.
    if (message.location().url.endsWith('/api/v2/events')) return
    problems.push(`${message.type()}: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error.message}`))
}
