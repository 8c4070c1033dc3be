/** What a context has of its application alone: the event bus is made with it and shared with no other one. */
export interface AppScope {
  readonly events: object
}

/** Something that a process remembers, one for each application in it. */
export interface ProcessState<C extends AppScope, S> {
  /** The state of the context's application, made at first use. Throws when it is closed already. */
  of(ctx: C): S
}

interface Made {
  state: unknown
  close(): unknown
}

/** The states of one application, in the order of their making. */
class AppStates {
  readonly #made = new Map<object, Made>()
  readonly #closed = new Set<object>()
  #isClosed = false
  #closing: Promise<void> | undefined

  get(definition: object): Made | undefined {
    return this.#made.get(definition)
  }

  /** What was closed is not made anew: nobody would write what it holds, and the database may be closed. */
  requireOpen(definition: object): void {
    if (this.#isClosed || this.#closed.has(definition))
      throw new Error('what a process remembers is used after its application has closed')
  }

  add(definition: object, made: Made): void {
    this.#made.set(definition, made)
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    const errors: unknown[] = []
    for (let last = this.#last(); last !== undefined; last = this.#last()) {
      const [definition, { close }] = last
      try {
        await close()
      } catch (error) {
        errors.push(error)
      }
      this.#made.delete(definition)
      this.#closed.add(definition)
    }
    this.#isClosed = true
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} states could not be closed`)
    if (errors.length === 1) throw errors[0]
  }

  #last(): [object, Made] | undefined {
    return [...this.#made].at(-1)
  }
}

const apps = new WeakMap<object, AppStates>()

function statesOf({ events }: AppScope): AppStates {
  let states = apps.get(events)
  if (states === undefined) {
    states = new AppStates()
    apps.set(events, states)
  }
  return states
}

/**
 * Declares what a process remembers: caches, counters, queues, timers. `create` runs at first use in each application
 * and gets the context of that use, so it takes from it what belongs to the application and leaves the caller alone.
 * `close` runs when the application closes: it writes what is not written yet and releases timers and subscriptions.
 * The states of an application are closed in the reverse order of their making, one after another, after the engine
 * and before events, jobs and database; while one closes it may still be used, afterwards its use throws.
 */
export function defineProcessState<C extends AppScope, S>(
  create: (ctx: C) => S,
  close: (state: S) => unknown = () => undefined,
): ProcessState<C, S> {
  const definition = {}
  return {
    of(ctx) {
      const states = statesOf(ctx)
      const known = states.get(definition)
      if (known !== undefined) return known.state as S
      states.requireOpen(definition)
      const state = create(ctx)
      states.add(definition, { state, close: () => close(state) })
      return state
    },
  }
}

/**
 * Closes what an application remembers. One that cannot be closed does not keep the others from it: what went wrong is
 * thrown at the end, several errors as an AggregateError.
 */
export function closeProcessStates(app: AppScope): Promise<void> {
  return statesOf(app).close()
}
