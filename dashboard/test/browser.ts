import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { atEnd, isShared } from '../../scripts/tests/at-end.ts'
import { startLogin } from '../../server/src/features/account/auth/logins.service.ts'
import { createAccount } from '../../server/src/features/account/auth/sign-up.service.ts'
import { hashPassword } from '../../server/src/features/account/users/passwords.service.ts'
import { findAccount } from '../../server/src/features/account/users/users.service.ts'
import { refreshCookieName } from '../../server/src/platform/refresh-cookie.ts'
import { ApiClient, fetchDoor } from '../../server/test/api-client.ts'
import type { TestAppOptions } from '../../server/test/harness.ts'
import { liftRequestRate } from '../../server/test/lift-limits.ts'
import { createLinkedApp, type LinkedApp } from '../../server/test/linked-session.ts'

const dashboardDirectory = join(import.meta.dirname, '../dist')
const password = 'a long enough password'
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
  /** Where the browser is. */
  timeZone?: string
  /** Pixels of a picture for each of the page. */
  scale?: number
}

/** The real server with the simulator, and a browser before it. */
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
  /**
   * A page, signed in, at a path. The one before it of the same view is closed, and of what that kept only the cache
   * stays: a browser that knows the files shows a page in a quarter of the time.
   */
  signedIn(owner: Owner, path?: string, view?: View): Promise<Page>
  close(): Promise<void>
}

function findBrowser(): { executablePath?: string } {
  const found = process.env['CHROMIUM_PATH'] ?? browsers.find((path) => existsSync(path))
  return found === undefined ? {} : { executablePath: found }
}

/** A name of this machine that is no secure place to browsers, as addresses in a local network are. */
export const plainHost = 'moltflow.test'
const args = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  `--host-resolver-rules=MAP ${plainHost} 127.0.0.1`,
]
let browserOfAll: Promise<Browser> | undefined
let worldOfAll: Promise<DashboardWorld> | undefined

function startBrowser(): Promise<Browser> {
  return chromium.launch({ ...findBrowser(), args })
}

/** One for all test files of a process, as is the server: each starts in seconds. */
function sharedBrowser(): Promise<Browser> {
  browserOfAll ??= startBrowser().then((browser) => {
    atEnd(() => browser.close())
    return browser
  })
  return browserOfAll
}

/** Server, simulator and browser, which test files share when they run in one process; each has tenants of its own. */
export async function openWorld(): Promise<DashboardWorld> {
  if (!isShared) return openOwnWorld()
  worldOfAll ??= openOwnWorld().then((world) => {
    atEnd(world.close)
    return world
  })
  const world = await worldOfAll
  // What the file leaves open must not be heard of in the next one.
  const close = async () => {
    await Promise.all(
      world.browser.contexts().flatMap((context) => context.pages().map((page) => page.close())),
    )
    world.takeProblems()
  }
  return { ...world, close, [Symbol.asyncDispose]: close }
}

/** The same with a server of its own, for what looks at a whole installation or is configured otherwise. */
export async function openOwnWorld(config: TestAppOptions['config'] = {}): Promise<DashboardWorld> {
  const app = await createLinkedApp({ isLive: true, dashboardDirectory, config })
  const origin = `http://127.0.0.1:${await app.app.listen()}`
  const browser = isShared ? await sharedBrowser() : await startBrowser()
  const problems: string[] = []
  const desks = new Map<string, BrowserContext>()
  const passwordHash = await hashPassword(app.app.ctx, password)
  let count = 0

  async function owner(): Promise<Owner> {
    count += 1
    const person = {
      email: `person${count}@example.com`,
      password,
      fullName: `Person ${count}`,
      tenantName: `Tenant ${count}`,
    }
    const { ctx } = app.app
    await ctx.db.transaction((sql) =>
      createAccount(ctx, sql, { ...person, passwordHash, isEmailVerified: true }),
    )
    // Nobody opens a page a second for a minute; tests do.
    await liftRequestRate(ctx.db)
    const { access_token: token } = await loginOf(app, person.email)
    return { ...person, api: new ApiClient(fetchDoor(origin), { authorization: `Bearer ${token}` }) }
  }

  async function context(view: View = {}): Promise<BrowserContext> {
    const {
      width = 1440,
      height = width < 500 ? 844 : 900,
      theme = 'light',
      language = 'en',
      timeZone,
      scale = 1,
    } = view
    const made = await browser.newContext({
      viewport: { width, height },
      deviceScaleFactor: scale,
      colorScheme: theme,
      locale: language,
      reducedMotion: 'reduce',
      hasTouch: width < 500,
      ...(timeZone === undefined ? {} : { timezoneId: timeZone }),
    })
    made.on('page', (page) => watch(page, problems))
    return made
  }

  async function signedIn(person: Owner, path = '/', view: View = {}): Promise<Page> {
    const name = JSON.stringify(view)
    const desk = desks.get(name) ?? (await context(view))
    desks.set(name, desk)
    desk.once('close', () => desks.delete(name))
    for (const open of desk.pages()) await open.close()
    await desk.setOffline(false)
    await desk.clearCookies()
    const { refresh_token: value } = await loginOf(app, person.email)
    const cookie = { name: refreshCookieName, value, domain: new URL(origin).hostname, path: '/api/v2/auth' }
    await desk.addCookies([{ ...cookie, httpOnly: true, sameSite: 'Strict' }])
    const page = await desk.newPage()
    // Something of the origin, where nothing runs.
    await page.goto(`${origin}/favicon.svg`)
    await page.evaluate(`localStorage.clear(); localStorage.setItem('moltflow.signed-in', '1')`)
    await page.goto(`${origin}${path}`)
    await page.locator('.app').waitFor()
    return page
  }

  const close = async () => {
    if (isShared) await Promise.all([...desks.values()].map((desk) => desk.close()))
    else await browser.close()
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

/** A login as somebody has it who signed in by hand, which is tested where it is tested and costs a page and a password. */
async function loginOf({ app: { ctx } }: LinkedApp, email: string) {
  return ctx.db.transaction(async (sql) => {
    const user = await findAccount(sql, email)
    if (user === undefined) throw new Error(`nobody has the address ${email}`)
    return startLogin(ctx, sql, user, { ip: '127.0.0.1', userAgent: 'test' })
  })
}

function watch(page: Page, problems: string[]): void {
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return
    // A page that is closed or loaded anew leaves its stream in the middle.
    if (message.location().url.endsWith('/api/v2/events')) return
    problems.push(`${message.type()}: ${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.name}: ${error.stack ?? error.message}`))
}
