/** How long another server may take, and how much it may say. */
const timeoutMs = 15_000
const maxBytes = 5_000_000

/** Why the import cannot go on, for a person to read; never with a key or a body. */
export class ImportFailed extends Error {}

/** Asks a server for JSON; with `isOptional` a 404 is undefined. */
export type Ask = (path: string, options?: { isOptional?: boolean }) => Promise<unknown>

/** An address without what may be secret in it. */
export function showUrl(text: string): string {
  if (!URL.canParse(text)) return 'an address that is none'
  const { protocol, host, pathname, search } = new URL(text)
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`
}

async function readBounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.length
    if (length > maxBytes) throw new ImportFailed(`it says more than ${maxBytes / 1e6} MB`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** An answer, its JSON read. */
export interface Reply {
  status: number
  body: unknown
}

/** One request to a server that the operator names, wherever it is: it may well be on the same machine. */
export async function request(
  base: string,
  path: string,
  options: { headers: Record<string, string>; method?: string; body?: unknown },
): Promise<Reply> {
  const { headers, method = 'GET', body } = options
  const url = `${base.replace(/\/$/, '')}${path}`
  const hasBody = body !== undefined
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
      },
      ...(hasBody ? { body: JSON.stringify(body) } : {}),
      // A redirect would carry the key elsewhere.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await readBounded(response)
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  } catch (error) {
    throw new ImportFailed(`${showUrl(url)}: ${whyFailed(error)}`)
  }
}

function whyFailed(error: unknown): string {
  if (error instanceof ImportFailed) return error.message
  if (error instanceof SyntaxError) return 'what it answers is no JSON: is this its API?'
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`
  const { code } = ((error as Error).cause ?? {}) as { code?: string }
  return `nobody answers${code === undefined ? '' : ` (${code})`}`
}

/** Asks with a key in the header that the program wants. */
export function asker(base: string, headers: Record<string, string>): Ask {
  return async (path, { isOptional = false } = {}) => {
    const { status, body } = await request(base, path, { headers })
    if (status === 404 && isOptional) return undefined
    if (status === 401 || status === 403)
      throw new ImportFailed(`${showUrl(base)} refuses the key (${status})`)
    if (status !== 200) throw new ImportFailed(`${showUrl(base + path)} answered ${status}`)
    return body
  }
}
