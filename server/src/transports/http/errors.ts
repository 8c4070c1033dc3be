import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { isOutage } from '../../platform/database/outages.ts'
import {
  AppError,
  defineError,
  malformedRequest,
  notFound,
  payloadTooLarge,
  tooManyRequests,
  unavailable,
} from '../../platform/errors.ts'
import { toJsonLine } from './answers.ts'

export const internalError = defineError('internal_error', 500, 'Internal error')
export const methodNotAllowed = defineError('method_not_allowed', 405, 'Method not allowed')

/** What goes out for an error; whatever is not an AppError goes out without text. */
export interface ErrorAnswer {
  status: number
  headers: Record<string, string>
  body: { detail: string; code: string; [key: string]: unknown }
}

/** Turns anything thrown into the contract's error body; logs what nobody foresaw. */
export function toErrorAnswer(error: unknown, log: Pick<Logger, 'error'>, requestId: string): ErrorAnswer {
  const known = error instanceof AppError ? error : (fromFramework(error) ?? fromOutage(error))
  if (known === undefined || known.status >= 500) {
    log.error({ err: error, request_id: requestId }, 'request failed')
  }
  if (known === undefined) {
    return { status: 500, headers: {}, body: { detail: internalError.text, code: internalError.code } }
  }
  return {
    status: known.status,
    headers: known.headers ?? {},
    body: { detail: known.message, code: known.code, ...known.details },
  }
}

/** Fastify's own refusals happen before an operation is known; their texts are replaced by ours. */
function fromFramework(error: unknown): AppError | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number')
    return undefined
  const { statusCode } = error
  if (statusCode === 413) return payloadTooLarge.create({ cause: error })
  if (statusCode === 404) return notFound.create({ cause: error })
  if (statusCode === 429) return tooManyRequests.create({ cause: error })
  return statusCode >= 400 && statusCode < 500 ? malformedRequest.create({ cause: error }) : undefined
}

/** The database is away for a moment, most likely: that is no mistake of the request or of the program. */
function fromOutage(error: unknown): AppError | undefined {
  if (!isOutage(error)) return undefined
  return unavailable.create({ cause: error, headers: { 'retry-after': '5' } })
}

/** The error handler of the server. */
export function createErrorHandler(
  log: Pick<Logger, 'error'>,
  announce: (request: FastifyRequest, reply: FastifyReply) => void,
) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const answer = toErrorAnswer(error, log, request.id)
    if (!reply.hasHeader('x-ratelimit-limit')) announce(request, reply)
    return reply
      .code(answer.status)
      .headers({ 'cache-control': 'no-store', ...answer.headers })
      .header('content-type', 'application/json; charset=utf-8')
      .send(toJsonLine(answer.body))
  }
}
