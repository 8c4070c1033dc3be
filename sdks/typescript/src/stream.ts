import { type CallOptions, type Client, type Request, sleep } from './client.ts'
import { ApiError, ConnectionError } from './errors.ts'

/** How a stream is listened to. */
export interface StreamOptions extends CallOptions {
  /** Goes on after this event, where the stream has ids. */
  lastEventId?: string | undefined
}

/** Events as they happen. It connects again by itself; `break` or the signal ends it. */
export interface EventStream<Event> extends AsyncIterable<Event & { id?: string }> {}

/** Milliseconds without a byte after which a connection counts as lost: the server says something every 20 s. */
const silenceMs = 65_000
const mostWaitMs = 30_000

/** Where a stream stands, over all of its connections. */
interface Position {
  lastEventId: string | undefined
  /** What the server asks to wait before connecting again. */
  waitMs: number
  failures: number
}

type Until = { field: string; values: readonly string[] } | undefined

/** Listens, and connects again after the last event when the connection is lost. */
export async function* openStream<Event>(
  client: Client,
  request: Request,
  until: Until,
  options: StreamOptions,
): AsyncGenerator<Event & { id?: string }> {
  const { signal } = options
  const position: Position = { lastEventId: options.lastEventId, waitMs: 1000, failures: 0 }
  for (;;) {
    try {
      for await (const event of listen(client, request, position, signal)) {
        yield event as unknown as Event & { id?: string }
        if (isLast(event.data, until)) return
      }
    } catch (error) {
      if (signal?.aborted === true) return
      // Refused for good; whatever else there is passes.
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error
      position.failures += 1
    }
    await pause(position, signal)
    if (signal?.aborted === true) return
  }
}

function isLast(data: unknown, until: Until): boolean {
  if (until === undefined) return false
  return until.values.includes(String((data as Record<string, unknown>)[until.field]))
}

/** One connection, until it ends or is lost. */
async function* listen(
  client: Client,
  request: Request,
  position: Position,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ event: string; data: unknown; id?: string }> {
  const { lastEventId } = position
  const again = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const response = await client.open({ ...request, headers: { ...request.headers, ...again } })
  for await (const frame of readFrames(response, signal)) {
    position.failures = 0
    if (frame.retryMs !== undefined) position.waitMs = frame.retryMs
    if (frame.id !== undefined) position.lastEventId = frame.id
    if (frame.data === undefined) continue
    const id = frame.id === undefined ? {} : { id: frame.id }
    yield { event: frame.event ?? 'message', data: JSON.parse(frame.data) as unknown, ...id }
  }
}

/** Waits longer after each failure, and never as long as others do. */
async function pause({ waitMs, failures }: Position, signal: AbortSignal | undefined): Promise<void> {
  const longMs = Math.min(mostWaitMs, waitMs * 2 ** Math.max(0, failures - 1))
  await sleep(longMs * (0.5 + Math.random() / 2), signal).catch(() => undefined)
}

interface Frame {
  event: string | undefined
  data: string | undefined
  id: string | undefined
  retryMs: number | undefined
}

/** Reads the lines of server-sent events: any line break, blocks cut anywhere, a mark at the start. */
async function* readFrames(response: Response, signal: AbortSignal | undefined): AsyncGenerator<Frame> {
  if (response.body === null) throw new ConnectionError('the stream has no body')
  const reader = response.body.getReader()
  const stop = () => void reader.cancel().catch(() => undefined)
  signal?.addEventListener('abort', stop)
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read())
      if (done) return
      rest += decoder.decode(value, { stream: true })
      // A line break of two characters may be cut in half.
      const isCut = rest.endsWith('\r')
      const blocks = (isCut ? rest.slice(0, -1) : rest).replace(/\r\n?/g, '\n').split('\n\n')
      rest = (blocks.pop() ?? '') + (isCut ? '\r' : '')
      for (const block of blocks) yield readFrame(block)
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    stop()
  }
}

async function withinSilence<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionError('the stream fell silent')), silenceMs)
  })
  try {
    return await Promise.race([promise, silence])
  } finally {
    clearTimeout(timer)
  }
}

function readFrame(block: string): Frame {
  const frame: Frame = { event: undefined, data: undefined, id: undefined, retryMs: undefined }
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') frame.event = value
    if (name === 'data') frame.data = frame.data === undefined ? value : `${frame.data}\n${value}`
    if (name === 'id') frame.id = value
    if (name === 'retry' && /^\d{1,9}$/.test(value)) frame.retryMs = Number(value)
  }
  return frame
}
