/** One thing that happened at a session and counts; `count` defaults to 1. */
export interface UsageItem {
  tenantId: string
  /** Empty for what no session did. */
  sessionId: string | null
  /** When it happened: decides the UTC day. Milliseconds since the epoch. */
  atMs: number
  count?: number
}

/** What usage is counted of. */
export const usageColumns = ['messagesSent', 'messagesReceived', 'leadsDetected', 'apiCalls'] as const
/** One of them. */
export type UsageColumn = (typeof usageColumns)[number]
/** Counters of a span of time. */
export type UsageTotals = Record<UsageColumn, number>

/** The UTC month of a timestamp, as `YYYY-MM`. */
export function monthOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 7)
}

/** The UTC day of a timestamp, as `YYYY-MM-DD`. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10)
}

/** The timestamp right after a month given as `YYYY-MM`. */
export function endOfMonth(month: string): Date {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number, 1))
}
