import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Operation, RequestHints, UploadedFile } from '../../operation.ts'
import { validationFailed } from '../../platform/errors.ts'
import { readCookie, refreshCookieName } from '../../platform/refresh-cookie.ts'

const refreshCookieHeader = 'x-refresh-cookie'

const keyPattern = /^[\x21-\x7e]{1,255}$/

/** What an operation may know about the request beside its checked input, which idempotency keys are tied to. */
export function readHints(
  operation: Operation,
  headers: IncomingHttpHeaders,
  input: object,
  upload?: UploadedFile,
): Omit<RequestHints, 'door'> {
  const prefer = headers.prefer
  const hints: Omit<RequestHints, 'door'> = {
    respondAsync: typeof prefer === 'string' && /(?:^|[,\s])respond-async(?:$|[;,\s])/i.test(prefer),
    accepts: bestType(operation.success.raw, headers.accept),
    userAgent: (headers['user-agent'] ?? '').slice(0, 400),
    conditions: operation.success.raw === undefined ? noConditions : conditionsOf(headers),
    ...(upload === undefined ? {} : { upload }),
  }
  if (operation.takesRefreshCookie === true && headers[refreshCookieHeader] !== undefined)
    hints.refreshCookie = { token: readCookie(headers.cookie, refreshCookieName) }
  const key = headers['idempotency-key']
  if ((operation.isSend === true || operation.takesIdempotencyKey === true) && key !== undefined) {
    if (typeof key !== 'string' || !keyPattern.test(key)) {
      const message = 'must be 1 to 255 visible ASCII characters'
      const errors = [{ field: 'Idempotency-Key', message }]
      throw validationFailed.create({ message: `Idempotency-Key: ${message}`, details: { errors } })
    }
    hints.idempotency = { key, bodyHash: hashOf(operation.id, withFile(input, upload)) }
  }
  return hints
}

const noConditions = {}

function conditionsOf(headers: IncomingHttpHeaders): RequestHints['conditions'] {
  const ifRange = headers['if-range']
  return {
    range: headers.range,
    ifRange: typeof ifRange === 'string' ? ifRange : undefined,
    ifNoneMatch: headers['if-none-match'],
  }
}

/** The same file under the same name is the same request, wherever it lies meanwhile. */
function withFile(input: object, upload: UploadedFile | undefined): object {
  if (upload === undefined) return input
  const { sha256, fileName, mimetype } = upload
  return { ...input, file: { sha256, fileName, mimetype } }
}

function hashOf(operationId: string, input: object): string {
  return createHash('sha256').update(operationId).update('\n').update(canonicalJson(input)).digest('hex')
}

/** JSON with sorted keys, so that the same request in another order is the same request. */
export function canonicalJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
  return text ?? 'null'
}

const json = 'application/json'

/** The better of the raw type and JSON for an Accept header; the raw one when the caller does not care. */
export function bestType(raw: string | undefined, accept: string | undefined): string {
  if (raw === undefined) return json
  if (accept === undefined || accept === '*/*') return raw
  return weightOf(accept, json) > weightOf(accept, raw) ? json : raw
}

/** The weight of a type in an Accept header; the most specific range decides (RFC 9110, section 12.5.1). */
function weightOf(accept: string, type: string): number {
  const [main] = type.split('/')
  let best = { specificity: -1, weight: 0 }
  for (const part of accept.toLowerCase().split(',')) {
    const [range = '', ...parameters] = part.split(';').map((text) => text.trim())
    const specificity = [`*/*`, `${main}/*`, type].indexOf(range)
    if (specificity < 0 || specificity < best.specificity) continue
    const quality = parameters.find((text) => text.startsWith('q='))
    const weight = quality === undefined ? 1 : Number(quality.slice(2))
    best = { specificity, weight: Number.isNaN(weight) ? 1 : weight }
  }
  return best.weight
}
