import type { z } from 'zod'
import type { Context, Role } from './context.ts'
import type { ErrorDefinition } from './platform/errors.ts'
import type { Scope } from './scopes.ts'

/** What the plan must allow: a feature, or room below a counted limit. */
export interface PlanGate {
  /** A feature of the plan record, for example `bulk_send`. */
  feature?: string
  /** A limit of the plan record that this operation uses up by one, for example `max_sessions`. */
  limit?: string
  /** Also needs the tenant's consent to AI. Such a gate is asked before scopes and input, as the contract orders it. */
  consent?: 'ai'
}

type Part = z.ZodType | undefined
type OutputOf<S extends Part> = S extends z.ZodType ? z.output<S> : unknown

/** One public action as data: routes, OpenAPI, tools, permission checks and reference pages derive from it. */
export interface Operation<P extends Part = Part, Q extends Part = Part, B extends Part = Part> {
  /** Feature and verb, for example `webhooks.create`. */
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/api/v2`, with parameters in braces: `/webhooks/{id}`. */
  path: string
  /** Paths of older releases that are served as well and told nowhere. */
  aliases?: readonly string[]
  summary: string
  /** Scopes the credential must hold, all of them; `any` = any valid credential; `public` = none. */
  access: readonly Scope[] | 'any' | 'public'
  /** Roles a user must have one of; with `keys: 'refused'` an API key is refused whatever its scopes. */
  roles?: readonly Role[]
  keys?: 'refused'
  gate?: PlanGate
  params?: P
  query?: Q
  body?: B
  /**
   * Success. `raw` names the content type of an answer that is not JSON, given as `{ contentType, body }`; such an
   * operation may also return a plain object, which goes out as JSON and is what `schema` describes.
   */
  success: { status: 200 | 201 | 202 | 204; schema: z.ZodType; raw?: string }
  /** Refusals beyond those every operation has (401, 403 scope, 404 with an id, 422, 429). */
  errors?: readonly ErrorDefinition[]
  /** Bytes of the largest accepted body; default 1 MB, more answers 413. */
  maxBodyBytes?: number
  /** Also takes `multipart/form-data`: a file of at most so many bytes in the field `file`, the rest as in JSON. */
  upload?: { maxFileBytes: number }
  /**
   * Of a public operation: only what it refuses counts against the address. Its callers show a token that nobody can
   * guess, and how often one may do that is the operation's matter.
   */
  countsRefusals?: true
  /** Accepts `X-Refresh-Cookie`, with which browsers keep the refresh token where no script can read it. */
  takesRefreshCookie?: true
  /** Accepts `Idempotency-Key`, and is a change like others: not a send. */
  takesIdempotencyKey?: true
  /** The body is a message of a protocol: it reaches `run` unread, as `protocol` of the hints. */
  isProtocol?: true
  /** Accepts `Idempotency-Key` and `Prefer: respond-async`. */
  isSend?: boolean
  /** The checked input: params, query and body in one object. Returns the wire object, or an `Answer`. */
  run(ctx: Context, input: OutputOf<P> & OutputOf<Q> & OutputOf<B> & RequestHints): Promise<unknown>
}

/** A file as it was uploaded; name and type are what the caller says. */
export interface UploadedFile {
  path: string
  bytes: number
  /** Hexadecimal. */
  sha256: string
  fileName: string | undefined
  mimetype: string | undefined
}

/** Which protocol a call came through: texts of tools and agents are looked at more closely than those of programs. */
export type Door = 'rest' | 'mcp' | 'a2a'

/** What an operation may know about the request beside its input. */
export interface RequestHints {
  door: Door
  /** The header `Prefer: respond-async` was sent. */
  respondAsync: boolean
  /** The best of the operation's content types for the Accept header. */
  accepts: string
  /** The `User-Agent` header, cut at 400 characters; consent records keep it. */
  userAgent: string
  /** The headers `Range`, `If-Range` and `If-None-Match`, of operations that answer files. */
  conditions: { range?: string | undefined; ifRange?: string | undefined; ifNoneMatch?: string | undefined }
  /**
   * The header `X-Refresh-Cookie` was sent: a refresh token goes into a cookie, and comes from it. `token` is the cookie.
   * Only pages of this origin can send the header along with the cookie, so no other site can use it.
   */
  refreshCookie?: { token: string | undefined }
  /** Of operations that speak a protocol of their own. */
  protocol?: ProtocolHints
  /** The file that came with a multipart request; gone when the answer is out. */
  upload?: UploadedFile
  /**
   * `Idempotency-Key` with a SHA-256 (hex) of operation, checked body and uploaded file; absent when the header was
   * not sent.
   */
  idempotency?: { key: string; bodyHash: string }
}

/** The parts of a call of another operation, as a protocol's message names them. */
export interface InnerCall {
  params?: Record<string, string>
  query?: Record<string, unknown>
  body?: Record<string, unknown>
}

/** What an operation gets that speaks a protocol of its own. */
export interface ProtocolHints {
  /** The body as it came. */
  text: string
  /**
   * Runs another operation for the same caller: its input is checked, its gate asked and its change recorded. Its scopes
   * are not: whoever offers it under a name of its own says what that needs. Answers the wire object.
   */
  call(operationId: string, input: InnerCall): Promise<unknown>
}

/** An answer whose status, type or headers are not the usual ones. */
export class Answer {
  readonly status: number
  readonly body: unknown
  readonly headers: Record<string, string>
  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** Checks the types of an operation and widens it for the list. */
export function defineOperation<
  P extends Part = undefined,
  Q extends Part = undefined,
  B extends Part = undefined,
>(operation: Operation<P, Q, B>): Operation {
  return operation as unknown as Operation
}
