import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { mayBeSignedIn, onLoginChange } from './access-token.ts'
import { ApiError } from './api-error.ts'
import { authorisedFetch } from './client.ts'
import { invalidatePaths, queryClient } from './query-client.ts'
import type { paths } from './schema.d.ts'

/** An event of the tenant's stream, as the API describes it. */
export type LiveEvent = paths['/api/v2/events']['get']['responses'][200]['content']['text/event-stream']

/** Which paths are old once an event of this name came: `{ 'lead.detected': ['/api/v2/leads'] }`. */
export type Invalidations = Readonly<Partial<Record<LiveEvent['event'], readonly string[]>>>

/** Whether events arrive; `since` says from when on they do not. Without a place for a stream, all is asked for now and then. */
export type LiveState = { is: 'live' } | { is: 'asking' } | { is: 'connecting'; since: Date }

const shortestWaitMs = 1000
const longestWaitMs = 30_000
/** The server says something every 20 seconds. */
const silentMs = 50_000
/** While the tenant has no place for another stream, what is shown is fetched this often. */
const askMs = 20_000
/** The tab that listens says something at least as often as the server; one that is silent for longer is replaced. */
const leaderSilentMs = silentMs + 20_000
/** One tab of a browser listens for all of them. */
const leaderLock = 'moltflow-live'

/** What the tab that listens tells the others. */
type TabMessage =
  | { kind: 'event'; name: string; data: string }
  | { kind: 'state'; state: LiveState }
  /** It still listens; or: who does, should say how it stands. */
  | { kind: 'beat' | 'hello' }

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
async function read(
  stop: AbortSignal,
  onEvent: (event: EventSourceMessage) => void,
  onBeat: () => void,
): Promise<void> {
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
      onBeat()
      const { done, value } = await reader.read()
      if (done) return
      parser.feed(value)
    }
  } finally {
    clearTimeout(silence)
    removeEventListener('offline', cut)
  }
}

/**
 * Listens until stopped, again and again. A stream that ends with its token goes on at once. Of all tabs of a browser the
 * one that holds the lock listens, and tells the others; when it goes, another one takes its place.
 */
export function startLive(invalidations: readonly Invalidations[]): () => void {
  const stop = new AbortController()
  const gather = createGatherer()
  const wake = new EventTarget()
  const onWake = () => wake.dispatchEvent(new Event('wake'))
  addEventListener('online', onWake)
  const forgetLogin = onLoginChange((isSignedIn) => isSignedIn && onWake())
  const channel = new BroadcastChannel('moltflow-live')
  const tell = (message: TabMessage) => channel.postMessage(message)

  /** Here and in the other tabs; a tab that is told does not tell again. */
  function take(name: string, data: string): void {
    const event = { event: name, data: JSON.parse(data) } as LiveEvent
    if (event.event === 'stream.ready') enter({ is: 'live' })
    // What nobody heard is not asked for piece by piece: all that is shown is fetched again.
    if (name === 'stream.ready' || name === 'stream.lost') void queryClient.invalidateQueries()
    for (const map of invalidations) gather(map[event.event] ?? [])
    for (const listener of eventListeners) listener(event)
  }

  const follower = followOthers(channel, take, stop.signal)
  void takeTurns((turn) => lead({ take, tell, stop: turn, channel, wake }), {
    stop: stop.signal,
    follower,
    tell,
  })
  return () => {
    stop.abort()
    channel.close()
    removeEventListener('online', onWake)
    forgetLogin()
  }
}

/** What a tab knows of the one that listens. */
interface Follower {
  heardAt: number
  isLeading: boolean
}

function followOthers(
  channel: BroadcastChannel,
  take: (name: string, data: string) => void,
  stop: AbortSignal,
): Follower {
  const follower: Follower = { heardAt: performance.now(), isLeading: false }
  const onMessage = ({ data: message }: MessageEvent<TabMessage>) => {
    if (follower.isLeading || message.kind === 'hello') return
    follower.heardAt = performance.now()
    if (message.kind === 'event') take(message.name, message.data)
    if (message.kind !== 'state') return
    // A tab that was asking by itself, or waited, fetches what it may have missed.
    if (message.state.is === 'live' && state.is !== 'live') void queryClient.invalidateQueries()
    enter(message.state)
  }
  channel.addEventListener('message', onMessage, { signal: stop })
  return follower
}

/** Waits for the turn to listen, and takes it from a tab that holds it and has gone silent. */
async function takeTurns(
  listen: (turn: AbortSignal) => Promise<void>,
  { stop, follower, tell }: { stop: AbortSignal; follower: Follower; tell(message: TabMessage): void },
): Promise<void> {
  // Where the browser has no locks, as on addresses without https, every tab listens for itself.
  if (!('locks' in navigator)) return listen(stop)
  const hold = async (options: LockOptions) => {
    const turn = new AbortController()
    const run = () => {
      follower.isLeading = true
      return listen(AbortSignal.any([stop, turn.signal]))
    }
    // Refused when the page is left, and when another tab took the turn: then this one follows again.
    await navigator.locks.request(leaderLock, options, run).catch(() => undefined)
    turn.abort()
    follower.isLeading = false
    follower.heardAt = performance.now()
  }
  tell({ kind: 'hello' })
  const timer = setInterval(() => {
    const isFollowing = !follower.isLeading && !document.hidden
    if (isFollowing && performance.now() - follower.heardAt > leaderSilentMs) void hold({ steal: true })
  }, silentMs / 2)
  stop.addEventListener('abort', () => clearInterval(timer))
  while (!stop.aborted) await hold({ signal: stop })
}

interface Leading {
  take(name: string, data: string): void
  tell(message: TabMessage): void
  stop: AbortSignal
  channel: BroadcastChannel
  wake: EventTarget
}

/** Reads the stream for all tabs. */
async function lead({ take, tell, stop, channel, wake }: Leading): Promise<void> {
  let waitMs = shortestWaitMs
  const enterAll = (next: LiveState) => {
    enter(next)
    tell({ kind: 'state', state: next })
  }
  const onHello = ({ data: message }: MessageEvent<TabMessage>) => {
    if (message.kind === 'hello') tell({ kind: 'state', state })
  }
  channel.addEventListener('message', onHello, { signal: stop })

  /** Until the time is over, or something changed that makes a try worth it. */
  function pause(ms: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        wake.removeEventListener('wake', done)
        stop.removeEventListener('abort', done)
        resolve()
      }
      const timer = ms === undefined ? undefined : setTimeout(done, ms)
      wake.addEventListener('wake', done)
      stop.addEventListener('abort', done)
    })
  }

  while (!stop.aborted) {
    // A line that ends is no failure: it is tried again, and the bar says since when nothing comes.
    const failure: unknown = await read(
      stop,
      ({ event: name = '', data }) => {
        if (name === 'stream.ready') waitMs = shortestWaitMs
        tell({ kind: 'event', name, data })
        take(name, data)
      },
      () => tell({ kind: 'beat' }),
    ).catch((error: unknown) => error)
    if (stop.aborted) break
    if (failure instanceof ApiError && failure.code === 'too_many_streams') {
      // Others have all places: what is shown is asked for again and again, and a place now and then.
      enterAll({ is: 'asking' })
      void queryClient.invalidateQueries()
      await pause(askMs)
      continue
    }
    enterAll({ is: 'connecting', since: new Date() })
    const isHopeless = !navigator.onLine || !mayBeSignedIn()
    await pause(isHopeless ? undefined : waitMs * (0.5 + Math.random() / 2))
    waitMs = Math.min(waitMs * 2, longestWaitMs)
  }
}
