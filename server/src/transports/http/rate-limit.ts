import type { FastifyReply } from 'fastify'
import type { Clock } from '../../platform/clock.ts'
import { tooManyRequests } from '../../platform/errors.ts'

/** Where a window stands after a request was counted. */
export interface WindowState {
  limit: number
  /** Below zero when the request came too late. */
  remaining: number
  resetAtMs: number
}

/** Counts requests in windows of a minute; an implementation may share the count between processes. */
export interface RequestWindows {
  /** Counts one request of `key`. */
  take(key: string, limit: number): WindowState | Promise<WindowState>
  /** The same without counting. */
  peek(key: string, limit: number): WindowState
}

const windowMs = 60_000
const sweepAbove = 20_000

/** Windows in this process's memory; bounded, because windows that ended are swept. */
export function memoryWindows(clock: Pick<Clock, 'nowMs'>): RequestWindows {
  const windows = new Map<string, { count: number; resetAtMs: number }>()
  function sweep(nowMs: number) {
    for (const [key, window] of windows) if (window.resetAtMs <= nowMs) windows.delete(key)
    // All of them young means an attack from many addresses: forgetting is better than growing.
    if (windows.size > sweepAbove) windows.clear()
  }
  return {
    take(key, limit) {
      const nowMs = clock.nowMs()
      let window = windows.get(key)
      if (window === undefined || window.resetAtMs <= nowMs) {
        if (windows.size > sweepAbove) sweep(nowMs)
        window = { count: 0, resetAtMs: nowMs + windowMs }
        windows.set(key, window)
      }
      window.count += 1
      return { limit, remaining: limit - window.count, resetAtMs: window.resetAtMs }
    },
    peek(key, limit) {
      const nowMs = clock.nowMs()
      const window = windows.get(key)
      if (window === undefined || window.resetAtMs <= nowMs) {
        return { limit, remaining: limit, resetAtMs: nowMs + windowMs }
      }
      return { limit, remaining: limit - window.count, resetAtMs: window.resetAtMs }
    },
  }
}

/** Writes the headers every answer carries (contract section 4). */
export function announceWindow(reply: FastifyReply, state: WindowState): void {
  reply.header('x-ratelimit-limit', state.limit)
  reply.header('x-ratelimit-remaining', Math.max(state.remaining, 0))
  reply.header('x-ratelimit-reset', Math.ceil(state.resetAtMs / 1000))
}

/** Refuses with 429 when the window is used up. */
export function requireRoom(state: WindowState, nowMs: number): void {
  if (state.remaining >= 0) return
  const seconds = Math.max(1, Math.ceil((state.resetAtMs - nowMs) / 1000))
  throw tooManyRequests.create({
    message: `Too many requests: ${state.limit} per minute. Try again in ${seconds} s`,
    headers: { 'retry-after': String(seconds) },
  })
}
