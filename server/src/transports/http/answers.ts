import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { Operation } from '../../operation.ts'
import type { OperationAnswer } from '../call-operation.ts'

/** The type of every JSON answer. */
export const jsonType = 'application/json; charset=utf-8'

/** An answer that is not JSON, as operations with `success.raw` return it. */
interface RawAnswer {
  contentType: string
  body: string | Uint8Array | Readable
}

/** JSON as a line: in a terminal the prompt stands below an answer, and tools that read lines see its end. */
export function toJsonLine(body: unknown): string {
  return `${JSON.stringify(body)}\n`
}

/** Sends what an operation answered. */
export function sendResult(
  reply: FastifyReply,
  operation: Operation,
  { status, headers, body }: OperationAnswer,
): FastifyReply {
  reply.code(status).headers(headers)
  // Every answer belongs to one tenant: no cache in between may keep it.
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  if (body === undefined) return reply.send()
  if (operation.success.raw !== undefined && isRaw(body)) {
    return reply.header('content-type', body.contentType).send(body.body)
  }
  return reply.header('content-type', jsonType).send(toJsonLine(body))
}

function isRaw(body: unknown): body is RawAnswer {
  return typeof body === 'object' && body !== null && 'contentType' in body && 'body' in body
}
