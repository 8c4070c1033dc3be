/** One bad request: who asks, what, and the answer it must get. */
export interface BadRequest {
  as: Asker
  call: string
  /** An object is sent as JSON, a string as it is. */
  body?: unknown
  headers?: Record<string, string>
  status: number
  /** What `detail` must say; for 422 the field it must name. */
  says: RegExp
}

/** `owner` and `member` come with access tokens, `reader` and `sender` with keys of few scopes, `nobody` with nothing. */
export type Asker = 'owner' | 'member' | 'settingsKey' | 'reader' | 'sender' | 'nobody' | 'free'

/** A bad request of somebody; `says` is what the refusal must name. */
export const row = (
  as: Asker,
  call: string,
  body: unknown,
  status: number,
  says: RegExp,
  headers?: Record<string, string>,
): BadRequest => ({
  as,
  call,
  status,
  says,
  ...(body === undefined ? {} : { body }),
  ...(headers === undefined ? {} : { headers }),
})
/** One of the owner, who may do everything. */
export const owner = (
  call: string,
  body: unknown,
  status: number,
  says: RegExp,
  headers?: Record<string, string>,
) => row('owner', call, body, status, says, headers)
/** A text of a length. */
export const long = (length: number) => 'x'.repeat(length)
/** An id that nothing has. */
export const nobody = '01990000-0000-7000-8000-000000000000'
