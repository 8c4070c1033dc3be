import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { identify } from '../src/features/account/auth/logins.service.ts'
import { hashPassword } from '../src/features/account/users/passwords.service.ts'
import { updateUser } from '../src/features/account/users/users.store.ts'
import type { TestApp, TestTenant } from './harness.ts'

/** What the people of these tests type. */
export const password = 'correct horse battery'
/** Where the program of these tests is answered. */
export const redirectUri = 'http://127.0.0.1:9999/callback'
const issuer = new URL('http://localhost:3000')

/** An answer with its text, as a browser or a client sees it. */
export interface Seen {
  status: number
  headers: Headers
  text: string
}

/** The installation as programs and browsers reach it. */
export class OAuthWorld {
  readonly app: TestApp
  readonly origin: string
  private constructor(app: TestApp, origin: string) {
    this.app = app
    this.origin = origin
  }

  static async open(app: TestApp): Promise<OAuthWorld> {
    return new OAuthWorld(app, `http://127.0.0.1:${await app.app.listen()}`)
  }

  /** A tenant whose owner has a password. */
  async tenant(): Promise<TestTenant> {
    const tenant = await this.app.tenant()
    const { ctx } = this.app.app
    const passwordHash = await hashPassword(ctx, password)
    await updateUser(ctx.db.sql, tenant.id, tenant.userId, { passwordHash })
    assert.ok(await identify(ctx, tenant.email, password, '127.0.0.1'))
    return tenant
  }

  /** Where a URL of the installation is really reached. */
  reach(url: string): string {
    return url.replace(issuer.origin, this.origin)
  }

  /** For the client library: http is fine on this machine. */
  get options() {
    const reach = (url: string) => this.reach(url)
    return {
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: (url: string, init?: object) => fetch(reach(url), init as RequestInit),
    }
  }

  async discover(): Promise<oauth.AuthorizationServer> {
    const answer = await oauth.discoveryRequest(issuer, { ...this.options, algorithm: 'oauth2' })
    return oauth.processDiscoveryResponse(issuer, answer)
  }

  /** A client that registered. */
  async register(metadata: object = {}): Promise<oauth.Client> {
    const said = { client_name: 'Test assistant', redirect_uris: [redirectUri], ...metadata }
    const answer = await oauth.dynamicClientRegistrationRequest(await this.discover(), said, this.options)
    return oauth.processDynamicClientRegistrationResponse(answer)
  }

  browser(): Browser {
    return new Browser(this)
  }

  /** The whole way: consent of a person, code, tokens. */
  async connect(
    tenant: Pick<TestTenant, 'email'>,
    wanted: { client?: oauth.Client; scope?: string; resource?: string } = {},
  ) {
    const server = await this.discover()
    const client = wanted.client ?? (await this.register())
    const asked = await this.ask(client, wanted)
    const back = await this.browser().consent(asked.url, tenant.email)
    const parameters = oauth.validateAuthResponse(server, client, back, asked.state)
    const answer = await this.exchange(server, client, parameters, asked.verifier, wanted.resource)
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer)
    return { server, client, parameters, verifier: asked.verifier, tokens }
  }

  exchange(
    server: oauth.AuthorizationServer,
    client: oauth.Client,
    parameters: URLSearchParams,
    verifier: string,
    resource?: string,
  ): Promise<Response> {
    const more = resource === undefined ? {} : { additionalParameters: { resource } }
    const options = { ...this.options, ...more }
    return oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      redirectUri,
      verifier,
      options,
    )
  }

  /** An authorization request. */
  async ask(
    client: oauth.Client,
    { scope, resource }: { scope?: string; resource?: string } = {},
    changes: Record<string, string | undefined> = {},
  ): Promise<{ url: string; state: string; verifier: string }> {
    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const parameters: Record<string, string | undefined> = {
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      scope,
      resource,
      ...changes,
    }
    const url = new URL('/oauth/authorize', issuer)
    for (const [name, value] of Object.entries(parameters))
      if (value !== undefined) url.searchParams.set(name, value)
    return { url: url.href, state, verifier }
  }

  async refresh(server: oauth.AuthorizationServer, client: oauth.Client, token: string, scope?: string) {
    const more = scope === undefined ? {} : { additionalParameters: { scope } }
    return oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, { ...this.options, ...more })
  }

  /** A call of the API with a token. */
  async call(token: string, path: string, origin = this.origin): Promise<Seen> {
    return see(await fetch(`${origin}/api/v2${path}`, { headers: { authorization: `Bearer ${token}` } }))
  }

  /** A form sent by a program. */
  async form(path: string, fields: Record<string, string>): Promise<Seen> {
    return see(await fetch(this.origin + path, { method: 'POST', body: new URLSearchParams(fields) }))
  }

  /** JSON sent by a program. */
  async json(path: string, body: unknown, text = JSON.stringify(body)): Promise<Seen> {
    const headers = { 'content-type': 'application/json' }
    return see(await fetch(this.origin + path, { method: 'POST', headers, body: text }))
  }
}

async function see(response: Response): Promise<Seen> {
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** As much of a browser as these pages need: cookies by path, redirects, forms. */
export class Browser {
  readonly world: OAuthWorld
  readonly cookies = new Map<string, { value: string; path: string }>()
  /** Where it stands. */
  url = ''

  constructor(world: OAuthWorld) {
    this.world = world
  }

  /** Opens an address of the installation and follows its redirects, up to one that leads elsewhere. */
  async open(url: string): Promise<Seen> {
    return this.#follow(url, {})
  }

  /** Sends the form of the page it stands on. */
  async submit(
    fields: Record<string, string | string[]>,
    headers: Record<string, string> = {},
  ): Promise<Seen> {
    const body = new URLSearchParams()
    for (const [name, values] of Object.entries(fields))
      for (const value of [values].flat()) body.append(name, value)
    const own = { origin: issuer.origin, 'sec-fetch-site': 'same-origin', ...headers }
    return this.#follow(this.url, { method: 'POST', body, headers: own })
  }

  /** Signs in and allows what is asked for; answers the client's address with its parameters. */
  async consent(url: string, email: string): Promise<URL> {
    await this.open(url)
    const page = await this.submit({ email, password, decision: 'login' })
    assert.equal(page.status, 200, page.text)
    await this.submit({ scope: offered(page), decision: 'allow' })
    return new URL(this.url)
  }

  async #follow(start: string, init: RequestInit): Promise<Seen> {
    let [url, next] = [start, init]
    for (let hops = 0; hops < 10; hops += 1) {
      const { pathname } = new URL(url)
      const mine = [...this.cookies].filter(([, { path }]) => pathname.startsWith(path))
      const cookie = mine.map(([name, { value }]) => `${name}=${value}`).join('; ')
      const response = await fetch(this.world.reach(url), {
        ...next,
        headers: { accept: 'text/html', ...next.headers, ...(cookie === '' ? {} : { cookie }) },
        redirect: 'manual',
      })
      this.url = url
      for (const line of response.headers.getSetCookie()) this.#keep(line)
      const seen = await see(response)
      const onward = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(seen.text)?.[1]
      const location = onward ?? seen.headers.get('location')
      if (location === null) return seen
      ;[url, next] = [new URL(location, url).href, {}]
      this.url = url
      if (new URL(url).origin !== issuer.origin) return seen
    }
    throw new Error(`led round in circles: ${url}`)
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    const path = /; *path=([^;]+)/i.exec(line)?.[1] ?? '/'
    if (value === '') this.cookies.delete(name)
    else this.cookies.set(name, { value, path })
  }
}

/** The scopes that a consent page offers. */
export function offered({ text }: Seen): string[] {
  return [...text.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope = '']) => scope)
}
