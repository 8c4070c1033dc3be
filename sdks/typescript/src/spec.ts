/** How an operation is asked, read from the line that the generator wrote: `POST messages/send key async body`. */
export interface Spec {
  method: string
  /** With parameters in braces. */
  path: string
  /** Takes an idempotency key. */
  hasKey: boolean
  hasBody: boolean
  /** Takes something beside what stands in the path. */
  hasInput: boolean
  /** Names that go into the query although there is a body. */
  query: readonly string[]
  /** Where the list of a page stands, and the cursor to the next one where there is one. */
  page: { key: string; next: string | undefined } | undefined
  isStream: boolean
  /** The content type to ask for, where it is not JSON. */
  as: string | undefined
  /** The field that ends a stream, and its values. */
  until: { field: string; values: readonly string[] } | undefined
}

/** Reads such a line. */
export function readSpec(text: string): Spec {
  const [method = '', place = '', ...flags] = text.split(' ')
  const flagOf = (name: string) => flags.find((flag) => flag.startsWith(`${name}:`))?.slice(name.length + 1)
  const [key, next] = flagOf('page')?.split(',') ?? []
  const [field, values] = flagOf('until')?.split('=') ?? []
  return {
    method,
    path: place.startsWith('/') ? place : `/api/v2/${place}`,
    hasKey: flags.includes('key'),
    hasBody: flags.includes('body'),
    hasInput: flags.includes('in'),
    query: flagOf('query')?.split(',') ?? [],
    page: key === undefined ? undefined : { key, next },
    isStream: flags.includes('stream'),
    as: flagOf('as'),
    until: field === undefined ? undefined : { field, values: values?.split('|') ?? [] },
  }
}
