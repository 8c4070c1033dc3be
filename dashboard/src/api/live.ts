import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { mayBeSignedIn, onLoginChange } from './access-token.ts'
import { authorisedFetch } from './client.ts'
import { invalidatePaths, queryClient } from './query-client.ts'
import type { paths } from './schema.d.ts'

/** An event of the tenant's stream, as the API describes it. */
export type LiveEvent = paths['/api/v2/events']['get']['responses'][200]['content']['text/event-stream']

/** Which paths are old once an event of this name came: `{ 'lead.detected': ['/api/v2/leads'] }`. */
export type Invalidations = Readonly<Partial<Record<LiveEvent['event'], readonly string[]>>>

/** Whether events arrive; `since` says from when on they do not. */
export type LiveState = { is: 'live' } | { is: 'connecting'; since: Date }

const shortestWaitMs = 1000
const longestWaitMs = 30_000
/** The server says something every 20 seconds. */
const silentMs = 50_000
/** Events that come together are answered by one round of fetching. */
const gatherMs = 150

const stateListeners = new Set<() => void>()
const eventListeners = new Set<(event: LiveEvent) => void>()
let state: LiveState = { is: 'connecting', since: new Date() }

function enter(next: LiveState): void {
  if (next.is === state.is) return
  state = next
  for (const tell of stateListeners) tell()
}

/** For `useSyncExternalStore`. */
export const liveStore = {
  get: (): LiveState => state,
  subscribe(listener: () => void): () => void {
    stateListeners.add(listener)
    return () => stateListeners.delete(listener)
  },
}

/** Hears every event, for what is shown at once and not only fetched again. */
export function onLiveEvent(listener: (event: LiveEvent) => void): () => void {
  eventListeners.add(listener)
  return () => eventListeners.delete(listener)
}

/** Between two rounds of fetching at least, so that a busy number does not make every page ask all the time. */
const restMs = 1000

/**
 * Collects what is old and fetches it again in one go. The next round waits for the last: rounds that cut each other
 * off would, on a slow line, never bring anything.
 */
function createGatherer() {
  const waiting = new Set<string>()
  let isBusy = false
  let endedAt = Number.NEGATIVE_INFINITY
  async function run() {
    isBusy = true
    while (waiting.size > 0) {
      const pauseMs = Math.max(gatherMs, endedAt + restMs - performance.now())
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
      const prefixes = [...waiting]
      waiting.clear()
      await invalidatePaths(prefixes)
      endedAt = performance.now()
    }
    isBusy = false
  }
  return (paths: readonly string[]) => {
    for (const path of paths) waiting.add(path)
    if (!isBusy && waiting.size > 0) void run()
  }
}

/** Reads one stream to its end; a line that is silent for too long, or cut, is given up. */
async function read(stop: AbortSignal, onEvent: (event: EventSourceMessage) => void): Promise<void> {
  const line = new AbortController()
  const cut = () => line.abort()
  addEventListener('offline', cut)
  let silence: ReturnType<typeof setTimeout> | undefined
  const heard = () => {
    clearTimeout(silence)
    silence = setTimeout(cut, silentMs)
  }
  try {
    const request = new Request(`${location.origin}/api/v2/events`, {
      headers: { Accept: 'text/event-stream' },
      signal: AbortSignal.any([stop, line.signal]),
    })
    const { body } = await authorisedFetch(request)
    if (body === null) return
    const parser = createParser({ onEvent })
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      heard()
      const { done, value } = await reader.read()
      if (done) return
      parser.feed(value)
    }
  } finally {
    clearTimeout(silence)
    removeEventListener('offline', cut)
  }
}

/** Listens until stopped, again and again. A stream that ends with its token goes on at once. */
export function startLive(invalidations: readonly Invalidations[]): () => void {
  const stop = new AbortController()
  const gather = createGatherer()
  const wake = new EventTarget()
  const onWake = () => wake.dispatchEvent(new Event('wake'))
  addEventListener('online', onWake)
  const forgetLogin = onLoginChange((isSignedIn) => isSignedIn && onWake())
  let waitMs = shortestWaitMs

  function take({ event: name, data }: EventSourceMessage): void {
    const event = { event: name, data: JSON.parse(data) } as LiveEvent
    if (event.event === 'stream.ready') {
      waitMs = shortestWaitMs
      enter({ is: 'live' })
    }
    // What nobody heard is not asked for piece by piece: all that is shown is fetched again.
    if (name === 'stream.ready' || name === 'stream.lost') void queryClient.invalidateQueries()
    for (const map of invalidations) gather(map[event.event] ?? [])
    for (const tell of eventListeners) tell(event)
  }

  /** Until the time is over, or something changed that makes a try worth it. */
  function pause(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        wake.removeEventListener('wake', done)
        stop.signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = ms === undefined ? undefined : setTimeout(done, ms)
      wake.addEventListener('wake', done)
      stop.signal.addEventListener('abort', done)
    })
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      // A line that ends is no failure: it is tried again, and the bar says since when nothing comes.
      await read(stop.signal, take).catch(() => undefined)
      if (stop.signal.aborted) break
      enter({ is: 'connecting', since: new Date() })
      const isHopeless = !navigator.onLine || !mayBeSignedIn()
      await pause(isHopeless ? undefined : waitMs * (0.5 + Math.random() / 2))
      waitMs = Math.min(waitMs * 2, longestWaitMs)
    }
  }

  void run()
  return () => {
    stop.abort()
    removeEventListener('online', onWake)
    forgetLogin()
  }
}
