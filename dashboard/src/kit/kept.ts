/** What a browser kept under a name; undefined when there is nothing, or nothing that can be read. */
export function readKept<T extends object>(storage: Storage, name: string): T | undefined {
  try {
    const value = JSON.parse(storage.getItem(name) ?? 'null') as unknown
    return typeof value === 'object' && value !== null ? (value as T) : undefined
  } catch {
    return undefined
  }
}

/** Keeps something under a name, or forgets it. A full storage stops nobody from typing: it is on the page still. */
export function keep(storage: Storage, name: string, value: object | undefined): void {
  try {
    if (value === undefined) storage.removeItem(name)
    else storage.setItem(name, JSON.stringify(value))
  } catch {}
}
