import type { Context } from '../../../context.ts'
import { safeFetch } from '../../../platform/outgoing/safe-fetch.ts'

/** Vectors of a batch of texts are the longest answers. */
const maxBytes = 48 * 1024 * 1024
/** What of an answer's headers is of use; a body is given unpacked. */
const keptHeaders = ['content-type', 'retry-after', 'retry-after-ms', 'x-request-id']

/** A `fetch` for the libraries of providers that goes where outgoing requests may go, and nowhere else. */
export function createModelFetch(
  ctx: Pick<Context, 'config'>,
  { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal | undefined },
): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const { body } = init
    if (body !== undefined && body !== null && typeof body !== 'string' && !(body instanceof Uint8Array))
      throw new TypeError('the body of a request to a provider is text or bytes')
    const url = input instanceof Request ? input.url : String(input)
    const given = [signal, init.signal ?? undefined].filter((part) => part !== undefined)
    const answer = await safeFetch(url, {
      allow: ctx.config.outgoingAllow,
      method: init.method === 'POST' ? 'POST' : 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      ...(body === undefined || body === null ? {} : { body: body as string | Uint8Array<ArrayBuffer> }),
      ...(given.length === 0 ? {} : { signal: AbortSignal.any(given) }),
      timeoutMs,
      maxBytes,
    })
    const headers = keptHeaders.flatMap((name) => {
      const value = answer.headers.get(name)
      return value === null ? [] : [[name, value] as [string, string]]
    })
    const isEmpty = answer.body.length === 0 || answer.status === 204 || answer.status === 304
    return new Response(isEmpty ? null : new Uint8Array(answer.body), { status: answer.status, headers })
  }
}
