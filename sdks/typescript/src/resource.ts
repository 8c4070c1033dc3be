import type { Client, Request } from './client.ts'
import { MoltFlowError } from './errors.ts'
import { readSpec, type Spec } from './spec.ts'
import { openStream, type StreamOptions } from './stream.ts'

export type { CallOptions } from './client.ts'
export type { EventStream, StreamOptions } from './stream.ts'

/** A list that comes in pages: awaited it is the first page, in `for await` it is every entry of every page. */
export interface Page<Result, Item> extends Promise<Result>, AsyncIterable<Item> {}

/** Makes the methods of a resource from the lines that say how each is asked. */
export function resource<R extends object>(specs: { [M in keyof R]: string }): (client: Client) => R {
  return (client) => {
    const methods = Object.entries<string>(specs).map(([name, text]) => [name, methodOf(client, text)])
    return Object.fromEntries(methods) as R
  }
}

type Input = Record<string, unknown>

function methodOf(client: Client, text: string): (...given: unknown[]) => unknown {
  const spec = readSpec(text)
  const names = [...spec.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  return (...given) => {
    const path = spec.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeId(given[names.indexOf(name)], name),
    )
    const rest = given.slice(names.length)
    // Methods without input take their options in its place.
    const [input, options] = spec.hasInput ? rest : [undefined, rest[0]]
    const call: Call = {
      client,
      spec,
      path,
      input: (input ?? {}) as Input,
      options: (options ?? {}) as StreamOptions,
    }
    if (spec.isStream) return openStream(call.client, requestOf(call), spec.until, call.options)
    return spec.page === undefined ? send(call) : pageOf(call, spec.page)
  }
}

function encodeId(value: unknown, name: string): string {
  // An empty one would ask for the list, and dots for what lies above.
  if ((typeof value !== 'string' && typeof value !== 'number') || /^\.{0,2}$/.test(String(value)))
    throw new MoltFlowError(`${name} is missing`)
  return encodeURIComponent(value)
}

interface Call {
  client: Client
  spec: Spec
  path: string
  input: Input
  options: StreamOptions
}

function requestOf({ spec, path, input, options }: Call): Request {
  const { method, hasBody, hasKey, as, isStream } = spec
  const { lastEventId: _, ...own } = options
  const inQuery = (name: string) => !hasBody || spec.query.includes(name)
  const entries = Object.entries(input).filter(([, value]) => value !== undefined)
  const body = entries.filter(([name]) => !inQuery(name))
  return {
    ...own,
    method,
    path,
    query: Object.fromEntries(entries.filter(([name]) => inQuery(name))),
    ...(hasBody ? { body: encodeInput(body) } : {}),
    ...(hasKey ? { idempotencyKey: options.idempotencyKey ?? randomKey() } : {}),
    accept: isStream ? 'text/event-stream' : as,
  }
}

function send({ client, ...call }: Call): Promise<unknown> {
  return client.request(requestOf({ client, ...call }))
}

/** JSON, or a form when there is a file. */
function encodeInput(entries: readonly (readonly [string, unknown])[]): unknown {
  const file = entries.find(([name]) => name === 'file')?.[1]
  if (typeof Blob === 'undefined' || !(file instanceof Blob)) return Object.fromEntries(entries)
  const form = new FormData()
  for (const [name, value] of entries) {
    if (value instanceof Blob || value === null) continue
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  form.append('file', file, (file as { name?: string }).name ?? 'file')
  return form
}

/** Random, also on pages without TLS, where there is no `randomUUID`. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `sdk-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

function pageOf(call: Call, page: { key: string; next: string | undefined }): Page<unknown, unknown> {
  let first: Promise<unknown> | undefined
  const fetchFirst = () => {
    first ??= send(call)
    return first
  }
  // Nothing is asked before somebody waits for it, so that `for await` asks each page once.
  const lazy: Page<unknown, unknown> = {
    // biome-ignore lint/suspicious/noThenProperty: it is awaited
    then: (onDone, onFailure) => fetchFirst().then(onDone, onFailure),
    catch: (onFailure) => fetchFirst().catch(onFailure),
    finally: (onEnd) => fetchFirst().finally(onEnd),
    [Symbol.toStringTag]: 'Page',
    [Symbol.asyncIterator]: () => iterate(call, page, fetchFirst),
  }
  return lazy
}

async function* iterate(
  call: Call,
  { key, next }: { key: string; next: string | undefined },
  fetchFirst: () => Promise<unknown>,
): AsyncGenerator<unknown> {
  let answer = (await fetchFirst()) as Input
  let offset = Number(call.input['offset'] ?? 0)
  let before = new Set<unknown>()
  for (;;) {
    const entries = (answer[key] ?? []) as { id?: unknown }[]
    const ids = new Set<unknown>()
    for (const entry of entries) {
      // What came in meanwhile moves entries on to the next page.
      if (entry?.id !== undefined && before.has(entry.id)) continue
      ids.add(entry?.id)
      yield entry
    }
    before = ids
    offset += entries.length
    const cursor = next === undefined ? undefined : answer[next]
    const hasMore = next === undefined ? offset < Number(answer['total']) : typeof cursor === 'string'
    if (entries.length === 0 || !hasMore) return
    const place = next === undefined ? { offset } : { after: cursor, offset: undefined }
    answer = (await send({ ...call, input: { ...call.input, ...place } })) as Input
  }
}
