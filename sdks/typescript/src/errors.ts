/** A field that the server refused, and why. */
export interface FieldError {
  field: string
  message: string
}

/** Whatever this package throws. */
export class MoltFlowError extends Error {
  override name = 'MoltFlowError'
}

/** The server was not reached, or its answer broke off. */
export class ConnectionError extends MoltFlowError {
  override name = 'ConnectionError'
}

/** There was no answer in time. */
export class TimeoutError extends ConnectionError {
  override name = 'TimeoutError'
}

/** What is known of a refusal. */
export interface Refusal {
  status: number
  headers: Headers
  /** The answer's JSON, or its text where it was none. */
  body: unknown
}

/** The server refused a request. Its kinds are classes of their own, by status. */
export class ApiError extends MoltFlowError {
  override name = 'ApiError'
  readonly status: number
  /** What went wrong, for people. */
  readonly detail: string
  /** What went wrong, for programs: docs/errors.md lists the codes. */
  readonly code: string | undefined
  /** Invalid fields, on 422. */
  readonly errors: readonly FieldError[]
  /** Names the request in the server's log. */
  readonly requestId: string | undefined
  /** The scopes that the call needs, when the key lacks one of them. */
  readonly requiredScopes: readonly string[]
  /** Seconds after which to ask again, where the server says so. */
  readonly retryAfter: number | undefined
  readonly headers: Headers
  readonly body: unknown

  constructor({ status, headers, body }: Refusal) {
    const { detail, code, errors } = readRefusal(status, body)
    super(`${status}: ${detail}`)
    this.status = status
    this.detail = detail
    this.code = code
    this.errors = errors
    this.requestId = headers.get('x-request-id') ?? undefined
    this.requiredScopes = (headers.get('x-required-scopes') ?? '').split(' ').filter(Boolean)
    this.retryAfter = readRetryAfter(headers)
    this.headers = headers
    this.body = body
  }
}

/** 400: well-formed, but not possible now. */
export class BadRequestError extends ApiError {
  override name = 'BadRequestError'
}
/** 401: no credential, or one that is unknown, expired or revoked. */
export class AuthenticationError extends ApiError {
  override name = 'AuthenticationError'
}
/** 403: a scope is missing (`requiredScopes`), the plan does not allow it, or a rule forbids the message. */
export class PermissionDeniedError extends ApiError {
  override name = 'PermissionDeniedError'
}
/** 404: there is no such thing. */
export class NotFoundError extends ApiError {
  override name = 'NotFoundError'
}
/** 409: there is one already. */
export class ConflictError extends ApiError {
  override name = 'ConflictError'
}
/** 422: fields are missing or wrong (`errors`). */
export class ValidationError extends ApiError {
  override name = 'ValidationError'
}
/** 429: too many requests (`retryAfter`). */
export class RateLimitError extends ApiError {
  override name = 'RateLimitError'
}
/** 5xx: the server failed, or a proxy before it. */
export class ServerError extends ApiError {
  override name = 'ServerError'
}

const classes: Readonly<Record<number, typeof ApiError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: ValidationError,
  429: RateLimitError,
}

/** The error for an answer that is none of success. */
export function errorOf(refusal: Refusal): ApiError {
  const { status } = refusal
  return new (classes[status] ?? (status >= 500 ? ServerError : ApiError))(refusal)
}

const mostShown = 200

function readRefusal(status: number, body: unknown) {
  if (typeof body === 'object' && body !== null) {
    const { detail, code, errors } = body as { detail?: unknown; code?: unknown; errors?: unknown }
    return {
      detail: typeof detail === 'string' ? detail : JSON.stringify(body).slice(0, mostShown),
      code: typeof code === 'string' ? code : undefined,
      errors: Array.isArray(errors) ? (errors as FieldError[]) : [],
    }
  }
  // A page of a proxy between here and the server: its words, without its marks.
  const text = String(body ?? '')
    .slice(0, 10_000)
    .replace(/<(style|script)\b[^>]{0,200}>[^<]{0,5000}/gi, ' ')
    .replace(/<[^<>]{0,1000}>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const said = text === '' ? 'an empty answer' : text.slice(0, mostShown)
  return {
    detail: `${said} (not an answer of MoltFlow: is the address right?)`,
    code: undefined,
    errors: [],
    status,
  }
}

function readRetryAfter(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text)
  const atMs = text === '' ? Number.NaN : Date.parse(text)
  return Number.isNaN(atMs) ? undefined : Math.max(0, (atMs - Date.now()) / 1000)
}
