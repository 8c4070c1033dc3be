import { type ApiError, readRefusal } from './api-error.ts'

/**
 * The access token lives here and nowhere else: neither storage nor cookies that scripts can read ever hold one. What
 * prolongs a login is a cookie that only the server sees, and the header below asks for it.
 */
const refreshHeader = { 'X-Refresh-Cookie': '1' }
const basePath = '/api/v2/auth'
const signedInMark = 'moltflow.signed-in'
const lockName = 'moltflow-refresh'
/** Prolonged this long before its end, so that a slow clock or answer does not matter. */
const earlyMs = 60_000

interface Held {
  token: string
  /** In this browser's time, whatever the server's clock says. */
  endsAt: number
}

interface TokenMessage {
  kind: 'token' | 'signed-out'
  token?: string
}

let held: Held | undefined
const listeners = new Set<(isSignedIn: boolean) => void>()
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('moltflow-login')

channel?.addEventListener('message', (event: MessageEvent<TokenMessage>) => {
  if (event.data.kind === 'token' && event.data.token !== undefined) hold(event.data.token)
  if (event.data.kind === 'signed-out') forget()
})

function lifetimeMs(token: string): number {
  const [, payload = ''] = token.split('.')
  const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as {
    exp: number
    iat: number
  }
  return (claims.exp - claims.iat) * 1000
}

function hold(token: string): void {
  const wasHeld = held !== undefined
  held = { token, endsAt: Date.now() + lifetimeMs(token) }
  localStorage.setItem(signedInMark, '1')
  if (!wasHeld) for (const tell of listeners) tell(true)
}

function drop(): void {
  held = undefined
  localStorage.removeItem(signedInMark)
}

function forget(): void {
  const wasHeld = held !== undefined
  drop()
  if (wasHeld) for (const tell of listeners) tell(false)
}

/** Told when somebody is signed in, and when the login has ended without being asked to in this tab. */
export function onLoginChange(listener: (isSignedIn: boolean) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Whether this browser was signed in when it was last heard of: asking is only worth it then. */
export function mayBeSignedIn(): boolean {
  return held !== undefined || localStorage.getItem(signedInMark) !== null
}

/** Keeps the token of an answer that signed somebody in, for all tabs. */
export function takeToken(token: string): void {
  hold(token)
  channel?.postMessage({ kind: 'token', token } satisfies TokenMessage)
}

/** A token that is good for a while, or undefined when nobody is signed in. Tabs prolong one after another. */
export async function accessToken(): Promise<string | undefined> {
  if (held !== undefined && held.endsAt - Date.now() > earlyMs) return held.token
  if (!mayBeSignedIn()) return undefined
  return prolong(held?.token)
}

/** As `accessToken`, for whoever was refused with this one. */
export async function freshToken(refused: string): Promise<string | undefined> {
  if (held !== undefined && held.token !== refused) return held.token
  return prolong(refused)
}

/** Messages between tabs are slower than locks: so long a lock is kept after a token was told, and a token waited for. */
const [toldMs, heardMs] = [100, 1_000]

/** Not by a timer of the page, which a page in the background has slowed down. */
const pause = (ms: number) =>
  new Promise<void>((resolve) => {
    AbortSignal.timeout(ms).addEventListener('abort', () => resolve(), { once: true })
  })

let last: Promise<unknown> = Promise.resolve()

/** One after another: of all tabs, or of this one where the browser has no locks, as on addresses without https. */
function inTurn<T>(run: (hasWaited: boolean) => Promise<T>): Promise<T> {
  if ('locks' in navigator)
    return new Promise((resolve, reject) => {
      const take = async (hasWaited: boolean) => {
        await run(hasWaited).then(resolve, reject)
        await pause(toldMs)
        return true
      }
      navigator.locks
        .request(lockName, { ifAvailable: true }, (lock) => lock !== null && take(false))
        .then((isDone) => isDone || navigator.locks.request(lockName, () => take(true)))
        .catch(reject)
    })
  const turn = last.then(
    () => run(false),
    () => run(false),
  )
  last = turn.catch(() => undefined)
  return turn
}

/** Waits for a token that another tab tells. */
function hearToken(): Promise<void> {
  const heard = new Promise<void>((resolve) => {
    channel?.addEventListener('message', () => resolve(), { once: true })
  })
  return Promise.race([heard, pause(heardMs)])
}

let running: Promise<string | undefined> | undefined

/** Gets another token than an old one; whoever asks in this tab meanwhile gets the same. */
async function prolong(old: string | undefined): Promise<string | undefined> {
  const joined = await running
  if (joined !== undefined && joined !== old) return joined
  running ??= refresh(old).finally(() => {
    running = undefined
  })
  return running
}

function refresh(old: string | undefined): Promise<string | undefined> {
  // Another tab was faster, or another request of this one.
  const isFresh = () => held !== undefined && held.token !== old && held.endsAt - Date.now() > earlyMs
  return inTurn(async (hasWaited) => {
    if (hasWaited && !isFresh()) await hearToken()
    if (isFresh()) return held?.token
    // Of many tabs whose login has ended, the first to be told tells the others.
    if (!mayBeSignedIn()) return undefined
    const request = 'POST /api/v2/auth/refresh'
    const response = await fetch(`${basePath}/refresh`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...refreshHeader },
      body: '{}',
      credentials: 'same-origin',
      // The answer carries the next cookie: it must arrive even when this page is left meanwhile.
      keepalive: true,
    })
    if (response.ok) {
      const { access_token: token } = (await response.json()) as { access_token: string }
      takeToken(token)
      return token
    }
    const refusal = await readRefusal(response, request)
    if (response.status !== 401 && response.status !== 403) throw refusal
    forget()
    return undefined
  })
}

/** Signs in; the cookie that prolongs the login comes with the answer. Throws the refusal. */
export async function signIn(email: string, password: string): Promise<void> {
  takeToken(await askForLogin(`${basePath}/login`, { email, password }))
}

/** Creates the first owner and signs in. */
export async function signInBySetUp(body: object): Promise<void> {
  takeToken(await askForLogin('/api/v2/setup', body))
}

/** Chooses a new password with a recovery link and signs in. */
export async function signInByRecovery(token: string, password: string): Promise<void> {
  takeToken(await askForLogin('/api/v2/setup/recover', { token, password }))
}

/** Joins the tenant of an invitation and signs in. */
export async function signInByInvitation(body: object): Promise<void> {
  takeToken(await askForLogin('/api/v2/invitations/accept', body))
}

async function askForLogin(path: string, body: object): Promise<string> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...refreshHeader },
    body: JSON.stringify(body),
    credentials: 'same-origin',
  })
  if (!response.ok) throw (await readRefusal(response, `POST ${path}`)) satisfies ApiError
  const answer = (await response.json()) as { access_token: string }
  return answer.access_token
}

/**
 * Ends the login in every tab, and tells the others. This one leaves for the page where one signs in, and does not ask for
 * that over the page that it leaves.
 */
export async function signOut(): Promise<void> {
  const token = await accessToken().catch(() => undefined)
  if (token !== undefined) {
    await fetch(`${basePath}/logout`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}`, ...refreshHeader },
      body: '{}',
      credentials: 'same-origin',
    })
  }
  drop()
  channel?.postMessage({ kind: 'signed-out' } satisfies TokenMessage)
}
