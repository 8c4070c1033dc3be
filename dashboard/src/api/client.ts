import { hashKey, type QueryKey } from '@tanstack/react-query'
import createClient from 'openapi-fetch'
import createQueries from 'openapi-react-query'
import { accessToken, freshToken } from './access-token.ts'
import { ApiError, readRefusal } from './api-error.ts'
import type { components, paths } from './schema.d.ts'

/** Shapes of the API by name, such as `Schemas['Webhook']`. */
export type Schemas = components['schemas']

const answerWithinMs = 30_000

function nameOf(request: Request): string {
  return `${request.method} ${new URL(request.url).pathname}`
}

async function send(request: Request, token: string | undefined): Promise<Response> {
  if (token !== undefined) request.headers.set('Authorization', `Bearer ${token}`)
  // Only the beginning of an answer is timed: files and streams, in both directions, may take as long as they like.
  const late = new AbortController()
  const isUpload = request.headers.get('Content-Type')?.startsWith('multipart/form-data') === true
  const timer = isUpload ? undefined : setTimeout(() => late.abort(), answerWithinMs)
  try {
    const signal = AbortSignal.any([request.signal, late.signal])
    return await fetch(request, { signal, credentials: 'omit' })
  } catch (cause) {
    if (request.signal.aborted) throw cause
    throw new ApiError({
      status: 0,
      code: late.signal.aborted ? 'timeout' : 'offline',
      message: late.signal.aborted ? 'The server did not answer in time' : 'The server could not be reached',
      request: nameOf(request),
      cause,
    })
  } finally {
    clearTimeout(timer)
  }
}

/** Sends a request as whoever is signed in; throws an `ApiError` for everything but success. */
export async function authorisedFetch(request: Request): Promise<Response> {
  const spare = request.clone()
  const token = await accessToken()
  let response = await send(request, token)
  if (response.status === 401 && token !== undefined) {
    const next = await freshToken(token)
    if (next !== undefined) response = await send(spare, next)
  }
  if (!response.ok) throw await readRefusal(response, nameOf(request))
  return response
}

/** The API by path, for what is done once: `api.POST('/api/v2/webhooks', { body })`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: authorisedFetch })

const plain = createQueries(api)

/** Pages of a list are kept apart from the same list as one answer, whose shape is another. */
const useInfiniteQuery: typeof plain.useInfiniteQuery = (method, path, init, options, client) => {
  const queryKeyHashFn = (key: QueryKey) => `pages ${hashKey(key)}`
  return plain.useInfiniteQuery(method, path, init, { ...options, queryKeyHashFn }, client)
}

/**
 * The API as queries: `queries.useQuery('get', '/api/v2/webhooks')`, `queries.queryOptions`, `queries.useMutation`. Keys
 * begin with method and path, so that what has changed is named by its path. Every error is an `ApiError`.
 */
export const queries = { ...plain, useInfiniteQuery }
