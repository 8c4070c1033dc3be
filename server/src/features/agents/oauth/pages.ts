import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type Scope, scopeCatalogue } from '../../../scopes.ts'

/** How the pages look; a file of its own, so that no policy has to allow inline styles. */
export const pageStyle = readFileSync(join(import.meta.dirname, 'page.css'))

/** Text that has been made safe to stand in a page. */
class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A page or a part of one: whatever is filled in is escaped, unless it was made here. */
function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  let text = parts[0] ?? ''
  for (const [index, value] of values.entries()) text += fillIn(value) + (parts[index + 1] ?? '')
  return new Html(text)
}

function fillIn(value: string | Html | readonly Html[]): string {
  if (value instanceof Html) return value.text
  if (typeof value === 'string') return value.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
  return value.map(fillIn).join('')
}

/** A page. */
export interface OAuthPage {
  readonly text: string
}

function page(title: string, base: string, body: Html, head: Html = html``): OAuthPage {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${title} · MoltFlow</title>
    <link rel="icon" href="${base}/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${base}/oauth/page.css">
    ${head}
  </head>
  <body>
    <main>
      <p class="brand"><span class="mark" aria-hidden="true"></span>MoltFlow</p>
      ${body}
    </main>
  </body>
</html>
`
}

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Sends a page that nothing may be added to, no other page may frame and no cache keeps. */
export function sendPage(response: ServerResponse, status: number, { text }: OAuthPage): void {
  response.setHeader('content-security-policy', policy)
  // A form of a page without referrer says "Origin: null", which is what foreign pages say too.
  response.setHeader('referrer-policy', 'same-origin')
  response.setHeader('cache-control', 'no-store')
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.statusCode = status
  response.end(text)
}

/** Who asks, and where the answer goes. */
export interface Asker {
  clientName: string
  /** Of the address that describes the client; undefined for one that registered. */
  clientHost: string | undefined
  redirectUri: string
  /** Path of the form. */
  action: string
  /** Path before ours, when a proxy serves the installation below one. */
  base: string
}

function alert(message: string | undefined): Html {
  return message === undefined ? html`` : html`<p class="alert" role="alert">${message}</p>`
}

function describe({ clientName, clientHost }: Asker): Html {
  const from = clientHost === undefined ? html`` : html` (${clientHost})`
  return html`<strong>${clientName}</strong>${from}`
}

/** The page on which somebody signs in. */
export function loginPage(asker: Asker, { email, message }: { email: string; message?: string }): OAuthPage {
  const body = html`<h1>Sign in</h1>
      <p class="lead">${describe(asker)} wants access to your workspace. Next you see what it asks for.</p>
      ${alert(message)}
      <form method="post" action="${asker.action}">
        <div class="field">
          <label for="email">E-mail address</label>
          <input id="email" name="email" type="email" value="${email}" autocomplete="username" required maxlength="254"
            autocapitalize="none" spellcheck="false">
        </div>
        <div class="field">
          <label for="password">Password</label>
          <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">
        </div>
        <button class="primary" name="decision" value="login" type="submit">Sign in</button>
        <button class="secondary" name="decision" value="deny" type="submit" formnovalidate>Cancel</button>
      </form>`
  return page('Sign in', asker.base, body)
}

/** The page on which somebody reads what is asked for, and decides. */
export function consentPage(
  asker: Asker,
  {
    email,
    tenantName,
    scopes,
    message,
  }: { email: string; tenantName: string; scopes: readonly Scope[]; message?: string },
): OAuthPage {
  const choices = scopes.map(
    (scope) => html`<label class="choice">
            <input type="checkbox" name="scope" value="${scope}" checked>
            <span>${scopeCatalogue[scope]} <code>${scope}</code></span>
          </label>`,
  )
  const body = html`<h1>Allow access?</h1>
      <p class="lead">${describe(asker)} wants to act in the workspace <strong>${tenantName}</strong> as
        <strong>${email}</strong>.</p>
      ${alert(message)}
      <form method="post" action="${asker.action}">
        <fieldset>
          <legend>It may</legend>
          ${choices}
        </fieldset>
        <p class="hint">The name is what the program says of itself. Your answer goes to
          <strong>${hostOf(asker.redirectUri)}</strong>: allow it only if that is where you come from. You can take the
          access back at any time.</p>
        <button class="primary" name="decision" value="allow" type="submit">Allow</button>
        <button class="secondary" name="decision" value="deny" type="submit">Do not allow</button>
      </form>`
  return page('Allow access?', asker.base, body)
}

/** Host and port of an address, the machine itself in words. */
export function hostOf(address: string): string {
  if (!URL.canParse(address)) return address
  const { host, hostname } = new URL(address)
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname) ? `this computer (${host})` : host
}

/** The page that says why it goes no further. */
export function errorPage(error: string, description: string | undefined, base = ''): OAuthPage {
  const body = html`<h1>This did not work</h1>
      <p class="lead">Go back to the program that sent you here, and start again.</p>
      <p class="alert" role="alert">${description ?? error}</p>
      <p class="hint"><code>${error}</code></p>`
  return page('This did not work', base, body)
}

/**
 * Leads on without being a redirect: some browsers ask the policy of a form for every address that its answer leads to,
 * and where a client's address leads on to, a program perhaps, nobody knows.
 */
export function continuePage(base: string, address: string): OAuthPage {
  const body = html`<h1>One moment</h1>
      <p class="lead"><a href="${address}">Continue</a></p>`
  const head = html`<meta http-equiv="refresh" content="0;url=${address}">`
  return page('One moment', base, body, head)
}
