/** A JSON answer whose keys the caller knows from the API reference. */
export type Json = Record<string, unknown>

/** Calls one JSON API; refuses any answer but 2xx with what the API said. */
export type Call = <T = Json>(method: string, path: string, body?: object) => Promise<T>

/** A client for a JSON API with fixed headers. */
export function createClient(baseUrl: string, headers: Record<string, string> = {}): Call {
  return async <T>(method: string, path: string, body?: object) => {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`)
    return (text ? JSON.parse(text) : undefined) as T
  }
}

/** Asks again every 200 ms until there is something to return. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`waited too long for ${what}`)
    await new Promise((done) => setTimeout(done, 200))
  }
}
