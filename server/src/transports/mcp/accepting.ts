/** Messages that a client can only hear as a stream. */
const streaming = new Set(['subscriptions/listen'])

/**
 * Whether an answer has to be one JSON text. Clients are to take both forms; many that are about say JSON, anything or
 * nothing, and would be refused by the letter.
 */
export function takesOnlyJson(accept: string | undefined, body: unknown): boolean {
  if (typeof body === 'object' && body !== null && 'method' in body && streaming.has(String(body.method)))
    return false
  return accept?.includes('text/event-stream') !== true
}

/** The answers of a stream as one JSON text; what was told on the way is left out. */
export async function toJsonResponse(response: Response, isBatch: boolean): Promise<Response> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return response
  const answers = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data:') && line.length > 'data: '.length)
    .map((line) => JSON.parse(line.slice('data:'.length)) as object)
    .filter((message) => 'result' in message || 'error' in message)
  return Response.json(isBatch ? answers : answers[0], { status: response.status })
}
