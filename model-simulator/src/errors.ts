/** A refusal that the dialect of the request puts into its own words. */
export class ModelError extends Error {
  readonly status: number
  /** What OpenAI calls `code`; undefined where it has none. */
  readonly code: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    message: string,
    options: { code?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    this.status = status
    this.code = options.code
    this.headers = options.headers ?? {}
  }
}
