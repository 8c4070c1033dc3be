import { EventSourceParserStream } from 'eventsource-parser/stream'
import { ApiError } from './api-error.ts'
import { authorisedFetch } from './client.ts'

const againMs = 2000

/** What becomes of a stream that is followed. */
interface Follower<Frame> {
  /** A frame; true ends it. */
  onFrame(frame: Frame): boolean
  /** The line broke: what was told may be old until the next frame. */
  onBreak(): void
}

async function readFrames<Frame>(
  path: string,
  follower: Follower<Frame>,
  signal: AbortSignal,
): Promise<boolean> {
  const headers = { Accept: 'text/event-stream' }
  const response = await authorisedFetch(new Request(`${location.origin}${path}`, { headers, signal }))
  if (response.body === null) return false
  const frames = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  const reader = frames.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return false
    if (follower.onFrame(JSON.parse(value.data) as Frame)) return true
  }
}

/** Follows a stream of JSON frames, again when the line breaks, until a frame ends it or the answer stops it. */
export function followFrames<Frame>(path: string, follower: Follower<Frame>): () => void {
  const stop = new AbortController()
  const { signal } = stop
  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        if (await readFrames(path, follower, signal)) return
      } catch (error) {
        // A refusal stays one; only a lost line is worth another try.
        const isRefused = error instanceof ApiError && error.status >= 400 && error.status < 500
        if (signal.aborted || isRefused) return
      }
      if (signal.aborted) return
      follower.onBreak()
      await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }
  void run()
  return () => stop.abort()
}
