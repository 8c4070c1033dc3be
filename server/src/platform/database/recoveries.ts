/**
 * Tells those who wait for the database that it serves again after it was away, or has room again after it had none: they
 * then try at once, and not only when their growing pause is over.
 */
export class Recoveries {
  readonly #listeners = new Set<() => void>()

  /** Calls `run` at each recovery from now on; the function returned ends that. */
  listen(run: () => void): () => void {
    this.#listeners.add(run)
    return () => this.#listeners.delete(run)
  }

  /** The database serves again. */
  announce(): void {
    for (const run of this.#listeners) run()
  }
}
