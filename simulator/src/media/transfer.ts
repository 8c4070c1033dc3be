import type { IncomingMessage, ServerResponse } from 'node:http'
import type { World } from '../world.ts'

/** What goes out, and what is wrong with it. */
export type Transfer = {
  bytes: Buffer
  /** One byte in the middle is another. */
  isCorrupt: boolean
  /** The connection ends halfway. */
  isCut: boolean
  bytesPerSecond?: number
}

const ticksPerSecond = 20

/** Sends a file or the range of it that was asked for. */
export function send(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  transfer: Transfer,
): void {
  const whole = transfer.isCorrupt ? corrupted(transfer.bytes) : transfer.bytes
  const range = rangeOf(request.headers.range, whole.length)
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${whole.length}` }).end()
    return
  }
  const [start, end] = range ?? [0, whole.length]
  const bytes = whole.subarray(start, end)
  response.writeHead(range ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': bytes.length,
    'accept-ranges': 'bytes',
    ...(range && { 'content-range': `bytes ${start}-${end - 1}/${whole.length}` }),
  })
  if (request.method === 'HEAD') response.end()
  else if (transfer.isCut) response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy())
  else if (transfer.bytesPerSecond) throttle(world, response, bytes, transfer.bytesPerSecond)
  else response.end(bytes)
}

/** Answers with a problem in the form of the media service. */
export function sendError(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify({ error: { code: status, message } })}\n`)
}

function corrupted(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const middle = copy.length >> 1
  copy[middle] = (copy[middle] ?? 0) ^ 0xff
  return copy
}

/** First byte and the one after the last of a `Range` header with one range. */
function rangeOf(
  header: string | undefined,
  length: number,
): [start: number, end: number] | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (!first && !last) return undefined
  const start = first ? Number(first) : Math.max(0, length - Number(last))
  const end = first && last ? Math.min(Number(last) + 1, length) : length
  return start < end ? [start, end] : 'unsatisfiable'
}

function throttle(world: World, response: ServerResponse, bytes: Buffer, bytesPerSecond: number): void {
  const step = Math.max(1, Math.ceil(bytesPerSecond / ticksPerSecond))
  const waitMs = (step / bytesPerSecond) * 1000
  const next = (offset: number) => {
    if (response.destroyed) return
    if (offset >= bytes.length) {
      response.end()
      return
    }
    response.write(bytes.subarray(offset, offset + step))
    world.after(waitMs, () => next(offset + step))
  }
  next(0)
}
