import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/database.ts'
import { outsideTransaction } from '../database/transaction.ts'
import { RateLeases } from './leases.ts'

/** Where a key's minute stands. */
export interface RateState {
  limit: number
  /** Requests left in this minute; below zero when the request came too late. */
  remaining: number
  /** End of the minute, milliseconds since the epoch. */
  resetAtMs: number
  /** Whole seconds until then, at least 1. */
  resetSeconds: number
  isAllowed: boolean
}

/** Counts requests per key in fixed minutes of the clock. */
export interface RateLimits {
  /** Counts one request and says whether it is within the limit. */
  take(key: string, limit: number): RateState | Promise<RateState>
  /** The same without counting. */
  peek(key: string, limit: number): RateState
  close(): Promise<void>
}

/** What counting works with. */
export interface RateLimitOptions {
  clock: Pick<Clock, 'nowMs'>
  /** A server database shares the count between processes; without one, or embedded, it stays here. */
  db?: Database
  log?: Pick<Logger, 'warn'>
}

interface Window {
  minute: number
  /** Requests that came. */
  used: number
  /** Requests this process may let through; on its own that is the limit. */
  granted: number
  /** Taken by all processes when last asked. */
  takenByAll: number
  leasing: Promise<void> | undefined
}

const minuteMs = 60_000
/** An attack from many addresses must not fill the memory: the least recently seen are forgotten. */
const maxKeys = 50_000
/** Part of the limit that a process takes at once: what several leave unused stays within 5 %. */
const leaseShare = 0.015
const smallestLease = 2

/** Exact in one process; over several it never lets more through than the limit, and at most 5 % less. */
export function createRateLimits(options: RateLimitOptions): RateLimits {
  const leases = options.db?.kind === 'server' ? new RateLeases(options.db, options.log) : undefined
  const windows = new LRUCache<string, Window>({ max: maxKeys })

  const windowOf = (key: string, limit: number): Window => {
    const minute = Math.floor(options.clock.nowMs() / minuteMs)
    const known = windows.get(key)
    if (known?.minute === minute) return known
    const granted = leases === undefined ? limit : 0
    const fresh = { minute, used: 0, granted, takenByAll: 0, leasing: undefined }
    windows.set(key, fresh)
    return fresh
  }

  const stateOf = (window: Window, limit: number, isAllowed: boolean): RateState => {
    const resetAtMs = (window.minute + 1) * minuteMs
    const others = leases === undefined ? 0 : Math.max(0, window.takenByAll - window.granted)
    return {
      limit,
      remaining: isAllowed
        ? Math.max(0, limit - others - window.used)
        : Math.min(-1, limit - others - window.used),
      resetAtMs,
      resetSeconds: Math.max(1, Math.ceil((resetAtMs - options.clock.nowMs()) / 1000)),
      isAllowed,
    }
  }

  const takeLeased = async (
    shared: RateLeases,
    window: Window,
    key: string,
    limit: number,
  ): Promise<RateState> => {
    while (window.used >= window.granted && window.takenByAll < limit) {
      const wanted = Math.max(smallestLease, Math.floor(limit * leaseShare))
      window.leasing ??= outsideTransaction(async () => {
        const lease = await shared.take(key, window.minute, wanted, limit)
        window.granted += lease.granted
        window.takenByAll = lease.takenByAll
        window.leasing = undefined
      })
      await window.leasing
    }
    const isAllowed = window.used < window.granted
    window.used += 1
    return stateOf(window, limit, isAllowed)
  }

  return {
    take(key, limit) {
      const window = windowOf(key, limit)
      if (leases !== undefined && window.used >= window.granted) return takeLeased(leases, window, key, limit)
      if (leases === undefined) window.granted = limit
      const isAllowed = window.used < window.granted
      window.used += 1
      return stateOf(window, limit, isAllowed)
    },
    peek(key, limit) {
      const window = windowOf(key, limit)
      return stateOf(window, limit, window.used < limit)
    },
    async close() {
      await leases?.close()
    },
  }
}
