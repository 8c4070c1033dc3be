/** An entry of the app state as the library traces it right before it tells what the entry says. */
interface TracedAction {
  syncAction?: { syncAction?: { value?: { timestamp?: unknown } | null } }
}

/**
 * When the entry of the app state that is being read was written. The library reads the moment and drops it, and
 * without it nobody can say which of two changes is the newer one; it hands the whole entry to its log first
 * (library `processSyncAction`).
 */
export class ActionMoments {
  #atMs = 0

  /** Something the library traced. */
  note(traced: unknown): void {
    const entry = (traced as TracedAction | undefined)?.syncAction?.syncAction
    if (entry !== undefined) this.#atMs = Number(entry.value?.timestamp ?? 0)
  }

  /** What is told of an entry, with its moment in milliseconds; 0 when it names none. */
  stamp(data: unknown): unknown {
    return { ...(data as object), atMs: this.#atMs }
  }
}

/** The moment of an entry; one that names none or lies in the future, by a wrong clock of a phone, counts as now. */
export function momentOf(told: object, now: Date): Date {
  const atMs = 'atMs' in told ? Number(told.atMs) : 0
  return atMs > 0 && atMs < now.getTime() ? new Date(atMs) : now
}
