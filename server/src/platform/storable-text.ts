/**
 * PostgreSQL stores neither NUL (22021 in text, 22P05 in jsonb) nor half a surrogate pair (22P02 in jsonb, U+FFFD in
 * text), and no phone shows them. Whoever lets text in asks here.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

/** The text as it can be stored: NUL goes, because nobody sees it; half a surrogate pair becomes U+FFFD. */
export function toStorable(text: string): string {
  return isStorable(text) ? text : text.replaceAll('\0', '').toWellFormed()
}

/**
 * Makes every text inside storable, keys too. Bytes, dates and whatever else is no plain object or list stays as it is.
 * What is fine already, and that is nearly everything, comes back without being copied.
 */
export function toStorableDeep<T>(value: T): T {
  if (typeof value === 'string') return toStorable(value) as T
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value))
    return copyIfChanged(
      value,
      value.map((part) => toStorableDeep(part)),
    ) as T
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  const fields = value as Record<string, unknown>
  let copy: Record<string, unknown> | undefined
  for (const key in fields) {
    const [part, name] = [toStorableDeep(fields[key]), toStorable(key)]
    if (part === fields[key] && name === key) continue
    copy ??= { ...fields }
    if (name !== key) delete copy[key]
    copy[name] = part
  }
  return (copy ?? value) as T
}

function copyIfChanged(before: readonly unknown[], after: unknown[]): readonly unknown[] {
  return after.some((part, index) => part !== before[index]) ? after : before
}
