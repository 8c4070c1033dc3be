import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Context } from './context.ts'

/** A request to a door: what came, with nothing read into it. */
export interface DoorRequest {
  method: string
  /** Path and query as they came. */
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** Who asks, by the trusted proxies. */
  ip: string
}

/**
 * A path of the host that follows a protocol of its own instead of the API's: what its requests and answers look like is
 * said by a standard, and often by a library that wants Node's own answer. It is no operation and not below `/api/v2`.
 */
export interface Door {
  id: string
  method: 'GET' | 'POST'
  /** From the host root, with parameters as the router writes them: `/oauth/interaction/:uid`. */
  path: string
  /** Bytes of the largest body; more is 413. */
  maxBodyBytes?: number
  /** Requests per minute and address; default as for public operations. */
  perMinute?: number
  /** Only what it refuses counts against the address: its callers show something that nobody can guess. */
  countsRefusals?: true
  /** Writes the answer and ends it; the usual security headers are set already. `ctx` has an anonymous caller. */
  serve(ctx: Context, request: DoorRequest, response: ServerResponse): Promise<void>
}
