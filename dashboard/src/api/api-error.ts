/** One field that the server refused. */
export interface FieldProblem {
  field: string
  message: string
}

interface ErrorBody {
  detail?: unknown
  code?: unknown
  errors?: unknown
}

/** An answer that is no success, or no answer at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** 0 when the server did not answer. */
  readonly status: number
  /** For programs, such as `validation_failed`; `offline` and `timeout` are ours. */
  readonly code: string
  readonly fields: readonly FieldProblem[]
  readonly requestId: string | undefined
  /** What was asked, without its query. */
  readonly request: string
  readonly retryAfterSeconds: number | undefined
  readonly at: Date

  constructor(init: {
    status: number
    code: string
    message: string
    request: string
    fields?: readonly FieldProblem[]
    requestId?: string | undefined
    retryAfterSeconds?: number | undefined
    cause?: unknown
  }) {
    super(init.message, { cause: init.cause })
    this.status = init.status
    this.code = init.code
    this.fields = init.fields ?? []
    this.requestId = init.requestId
    this.request = init.request
    this.retryAfterSeconds = init.retryAfterSeconds
    this.at = new Date()
  }

  /** What to send along when asking for help: no texts, no numbers of people, no keys. */
  get details(): string {
    return [
      `${this.request} -> ${this.status === 0 ? 'no answer' : this.status} ${this.code}`,
      this.message,
      ...(this.requestId === undefined ? [] : [`request id ${this.requestId}`]),
      this.at.toISOString(),
    ].join('\n')
  }
}

function fieldsOf(errors: unknown): FieldProblem[] {
  if (!Array.isArray(errors)) return []
  return errors.filter(
    (entry): entry is FieldProblem =>
      typeof entry === 'object' && entry !== null && typeof entry.field === 'string',
  )
}

/** Reads a refusal; what is no JSON of the API, such as a proxy's page, keeps its status. */
export async function readRefusal(response: Response, request: string): Promise<ApiError> {
  const body: ErrorBody = await response.json().then(
    (value) => (typeof value === 'object' && value !== null ? value : {}),
    () => ({}),
  )
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ApiError({
    status: response.status,
    code: typeof body.code === 'string' ? body.code : `http_${response.status}`,
    message: typeof body.detail === 'string' ? body.detail : response.statusText,
    fields: fieldsOf(body.errors),
    request,
    requestId: response.headers.get('x-request-id') ?? undefined,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  })
}
