/** What a report looks at. */
export interface ReportSpan {
  tenantId: string
  /** The first moment that counts, and the one after the last. */
  from: Date
  to: Date
  days: number
  /** Rows of a table at most. */
  maxRows: number
  /** Aborted when the process stops: what takes long asks between two statements. */
  signal: AbortSignal
}

/** Zones are apart by whole quarters of an hour: what is counted by quarters can be shown by any zone's hours and days. */
export const quarterSeconds = 900
