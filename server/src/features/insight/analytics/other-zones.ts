import type { Context } from '../../../context.ts'
import { createLru } from '../../../platform/lru.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import type { FigureRow, FigureScope, WaitRow } from './figures.store.ts'

/** Up to two megabytes each, of a long period. */
const mostKept = 16

interface Rows {
  figures: FigureRow[]
  waits: WaitRow[]
}

/** Days of zones that tenants do not keep theirs in, as they were put together last. */
const known = defineProcessState(() => createLru<Rows[keyof Rows]>(mostKept))

/**
 * Rows of the days of a scope. In a zone that days are not kept in, putting them together takes a tenth of a second for a
 * year: they are remembered until something is counted.
 */
export async function ofDays<K extends keyof Rows>(
  ctx: Context,
  kind: K,
  { scope, version }: { scope: FigureScope; version: string },
  read: () => Promise<Rows[K]>,
): Promise<Rows[K]> {
  if (scope.timeZone === scope.keptZone) return read()
  const { tenantId, sessionId = '', labelId = '', from, to, timeZone } = scope
  const key = [kind, tenantId, version, sessionId, labelId, from, to, timeZone].join(' ')
  const cache = known.of(ctx)
  const found = cache.get(key) as Rows[K] | undefined
  if (found !== undefined) return found
  const rows = await read()
  cache.set(key, rows)
  return rows
}
