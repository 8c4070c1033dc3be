/** What an API caller may see of one invalid field. */
export interface FieldProblem {
  field: string
  message: string
}

/** One documented way to fail: its code is listed in docs/errors.md, its text is public. */
export interface ErrorDefinition {
  readonly code: string
  readonly status: number
  readonly text: string
  /** Makes the error; `message` replaces the public text, `cause` is only logged. */
  create(options?: ErrorOptions & AppErrorOptions): AppError
}

/** Public and private parts of one occurrence of an error. */
export interface AppErrorOptions {
  message?: string
  /** Additional public keys of the answer, for example `errors`. */
  details?: Record<string, unknown>
  /** Response headers that belong to the refusal, for example `Retry-After`. */
  headers?: Record<string, string>
}

/** The one error class that reaches callers: everything else is an internal error without text. */
export class AppError extends Error {
  readonly code: string
  readonly status: number
  readonly details: Record<string, unknown> | undefined
  readonly headers: Record<string, string> | undefined

  constructor(
    definition: Pick<ErrorDefinition, 'code' | 'status' | 'text'>,
    options: ErrorOptions & AppErrorOptions = {},
  ) {
    super(
      options.message ?? definition.text,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.name = 'AppError'
    this.code = definition.code
    this.status = definition.status
    this.details = options.details
    this.headers = options.headers
  }
}

const definitions = new Map<string, ErrorDefinition>()

/** Declares an error once; two definitions under one code are a programming mistake and stop the start. */
export function defineError(code: string, status: number, text: string): ErrorDefinition {
  if (definitions.has(code)) throw new Error(`error code ${code} is defined twice`)
  const definition: ErrorDefinition = {
    code,
    status,
    text,
    create: (options) => new AppError(definition, options),
  }
  definitions.set(code, definition)
  return definition
}

/** Every error definition loaded so far, sorted by code: the source of docs/errors.md. */
export function listErrorDefinitions(): ErrorDefinition[] {
  return [...definitions.values()].sort((a, b) => a.code.localeCompare(b.code))
}

export const notFound = defineError('not_found', 404, 'Not found')

/** A 404 that says which thing is unknown, as in `Webhook not found`: a caller may have named several. */
export function unknownThing(thing: string): AppError {
  return notFound.create({ message: `${thing} not found` })
}

export const validationFailed = defineError('validation_failed', 422, 'Validation failed')
export const malformedRequest = defineError('malformed_request', 400, 'The request could not be read')
export const unauthorized = defineError('unauthorized', 401, 'Authentication required')
export const forbidden = defineError('forbidden', 403, 'Not allowed')
export const missingScope = defineError('missing_scope', 403, 'The credential lacks a required scope')
export const planLimitReached = defineError('plan_limit_reached', 403, 'A limit of the plan is reached')
export const tooManyRequests = defineError('too_many_requests', 429, 'Too many requests')
export const payloadTooLarge = defineError('payload_too_large', 413, 'The request body is too large')
export const unavailable = defineError('unavailable', 503, 'Not available right now')
