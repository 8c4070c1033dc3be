/** What a topic remembers about an owner: nobody else sees it, and it goes when the owner goes. */
export type State<Owner extends object, Value> = {
  /** What is remembered of an owner; made when it is first asked for. */
  of(owner: Owner): Value
  /** What is remembered of an owner; undefined when nothing was yet. */
  peek(owner: Owner): Value | undefined
  /** Puts a value in the place of what was remembered. */
  set(owner: Owner, value: Value): void
}

/** Declares what a topic remembers about each owner, for instance about each account or each world. */
export function defineState<Owner extends object, Value>(
  create: (owner: Owner) => Value,
): State<Owner, Value> {
  const values = new WeakMap<Owner, { value: Value }>()
  const set = (owner: Owner, value: Value) => void values.set(owner, { value })
  return {
    of(owner) {
      const known = values.get(owner)
      if (known) return known.value
      const value = create(owner)
      set(owner, value)
      return value
    },
    peek: (owner) => values.get(owner)?.value,
    set,
  }
}
