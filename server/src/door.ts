import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Caller, Context } from './context.ts'
import type { InnerCall, Operation } from './operation.ts'

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

/** A tool as a door offers it to callers of another protocol. */
export interface OfferedTool {
  name: string
  title: string
  description: string
  group: string
  inputSchema: Readonly<Record<string, unknown>>
  mayCall(caller: Caller): boolean
  /** Runs it as the context's caller; refusals are results too. Texts of other people stand between marks. */
  call(ctx: Context, given: Readonly<Record<string, unknown>>): Promise<OfferedResult>
}

/** What a tool answered. */
export interface OfferedResult {
  isRefused: boolean
  texts: readonly string[]
  pictures: readonly { mimeType: string; data: string }[]
}

/** What a door may use of the product without knowing it. */
export interface DoorServices {
  tools: readonly OfferedTool[]
  /** Runs an operation as the context's caller, who needs its scopes; answers the wire object. */
  call(ctx: Context, operation: Operation['id'], input: InnerCall): Promise<unknown>
  /** A value between the marks for texts of other people. */
  fence(value: unknown): string
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
  /** Who may enter; without it everybody, as an anonymous caller. Whoever may not is refused as on every operation. */
  entry?: Pick<Operation, 'access' | 'gate'>
  /** Writes the answer and ends it; the usual security headers are set already. `ctx` has the caller of `entry`. */
  serve(ctx: Context, request: DoorRequest, response: ServerResponse, services: DoorServices): Promise<void>
}
