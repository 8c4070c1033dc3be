/** An entry of the app state as the library traces it right before it emits what the entry says. */
interface TracedAction {
  syncAction?: { syncAction?: { value?: { timestamp?: unknown } | null } }
}

/**
 * When the entry of the app state that is being read was written. The library reads the timestamp and drops it, and
 * without it nobody can say which of two changes is the newer one; it passes the whole entry to its log first
 * (library `processSyncAction`).
 */
export class ActionTimestamps {
  #atMs = 0

  /** Something the library traced. */
  record(traced: unknown): void {
    const entry = (traced as TracedAction | undefined)?.syncAction?.syncAction
    if (entry !== undefined) this.#atMs = Number(entry.value?.timestamp ?? 0)
  }

  /** What is emitted of an entry, with its timestamp in milliseconds; 0 when it names none. */
  stamp(data: unknown): unknown {
    return { ...(data as object), atMs: this.#atMs }
  }
}

/** The timestamp of an entry; one that names none or lies in the future, by a wrong clock of a phone, counts as now. */
export function timestampOf(entry: object, now: Date): Date {
  const atMs = 'atMs' in entry ? Number(entry.atMs) : 0
  return atMs > 0 && atMs < now.getTime() ? new Date(atMs) : now
}
