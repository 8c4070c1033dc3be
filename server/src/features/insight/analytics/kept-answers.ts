import type { Context } from '../../../context.ts'
import { createLru } from '../../../platform/lru.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import type { Interval } from './analytics.schema.ts'
import type { FigureScope } from './figures.store.ts'

/** Up to 0.2 megabytes each, of a long period by days. */
const mostKept = 48

/** Answers as they were put together last. */
const kept = defineProcessState(() => createLru<object>(mostKept))

/** What an answer depends on, beside its kind. */
export interface Question {
  scope: FigureScope
  interval: Interval
  /** Of what was counted. */
  version: string
}

/**
 * What is asked again before anything is counted: a page that is open asks often, and a year of waits is put together from
 * a thousand rows, in a zone that days are not kept in from 35,000. Names are no part of it: they change without a count.
 */
export async function keepAnswer<T extends object>(
  ctx: Context,
  kind: string,
  { scope, interval, version }: Question,
  read: () => Promise<T>,
): Promise<T> {
  const { tenantId, sessionId = '', labelId = '', from, to, timeZone } = scope
  const key = [kind, tenantId, version, sessionId, labelId, from, to, timeZone, interval].join(' ')
  const cache = kept.of(ctx)
  const found = cache.get(key) as T | undefined
  if (found !== undefined) return found
  const answer = await read()
  cache.set(key, answer)
  return answer
}
