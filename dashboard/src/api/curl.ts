/** A call as the curl line of it is made: the path as in the API, with its parameters. */
export interface CurlCall {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** As in the OpenAPI document: `/api/v2/webhooks/{id}`. */
  path: string
  params?: { path?: Readonly<Record<string, string>>; query?: Readonly<Record<string, unknown>> }
  body?: unknown
}

/** For a shell: single quotes end, an escaped one follows, single quotes begin. */
const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

function queryOf(query: Readonly<Record<string, unknown>> = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue
    for (const item of Array.isArray(value) ? value : [value]) parameters.append(name, String(item))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

/** The same call for a terminal. Never holds a secret: the key is a variable. */
export function toCurl({ method, path, params, body }: CurlCall): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params?.path?.[name] ?? `{${name}}`),
  )
  const verb = method === 'get' ? '' : `-X ${method.toUpperCase()} `
  const lines = [
    `curl ${verb}"$MOLTFLOW_URL${filled}${queryOf(params?.query)}"`,
    '-H "X-API-Key: $MOLTFLOW_KEY"',
  ]
  if (body !== undefined)
    lines.push('-H "Content-Type: application/json"', `-d ${quote(JSON.stringify(body))}`)
  return lines.join(' \\\n  ')
}

/** The scopes that a key needs for it; fetched when first asked for. */
export async function scopesOf({ method, path }: CurlCall): Promise<readonly string[]> {
  const { scopes } = await import('virtual:required-scopes')
  return scopes[`${method} ${path}`] ?? []
}
