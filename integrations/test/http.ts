import type { RoutedAnswer, RoutedRequest } from './n8n-routing.ts'

/** An answer with its bytes read as its type says. */
export interface Answered extends RoutedAnswer {
  text: string
}

/** Sends a request the way n8n's client does: nothing instead of an empty body. */
export async function sendRouted(request: RoutedRequest, key: string): Promise<Answered> {
  const { url, method, qs, body, headers, encoding } = request
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(qs)) query.set(name, String(value))
  const hasBody = Object.keys(body).length > 0
  const response = await fetch(`${url}${query.size > 0 ? `?${query}` : ''}`, {
    method,
    headers: { ...headers, 'x-api-key': key, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    ...(hasBody ? { body: JSON.stringify(body) } : {}),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const text = bytes.toString('utf8')
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== ''
  const parsed = encoding === 'arraybuffer' && response.ok ? bytes : isJson ? JSON.parse(text) : text
  return { statusCode: response.status, body: parsed, text }
}

/** The same, but what is refused is thrown. */
export async function sendOrThrow(request: RoutedRequest, key: string): Promise<Answered> {
  const answer = await sendRouted(request, key)
  if (answer.statusCode >= 400) {
    throw new Error(
      `${request.method} ${request.url} answered ${answer.statusCode}: ${answer.text.slice(0, 300)}`,
    )
  }
  return answer
}
