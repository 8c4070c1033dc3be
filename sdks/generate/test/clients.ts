import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import {
  ApiError,
  type ClientOptions,
  type Delivery,
  MoltFlow,
  verifyWebhook,
} from '../../typescript/src/index.ts'
import { toCamelCase } from '../names.ts'

export const root = resolve(import.meta.dirname, '../../..')

/** The Python that Debian brings; elsewhere the one of the path. */
export const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'

/** What a call of a client came to. */
export type Outcome = { value: unknown } | { error: Record<string, unknown> }

/** A call, in the words that both languages share. */
export interface Order {
  /** `bulk_send.create` */
  method: string
  path?: readonly string[]
  input?: Record<string, unknown>
  kind?: 'call' | 'iterate' | 'stream'
  /** Of a stream: so many events. */
  count?: number
  headers?: Record<string, string>
}

/** How the clients of both languages are made. */
export interface Settings {
  key: string
  url: string
  timeoutSeconds?: number
  retries?: number
}

/** One client, of whichever language. */
export interface AnyClient {
  name: string
  run(settings: Settings, order: Order): Promise<Outcome>
  verify(delivery: {
    body: Buffer
    headers: Record<string, string>
    secret: string
    now: number
  }): Promise<Outcome>
}

/** The TypeScript client in this process. */
export const typeScriptClient: AnyClient = {
  name: 'TypeScript',
  run: async (settings, order) => settle(() => runTypeScript(settings, order)),
  verify: async ({ now, ...delivery }) =>
    settle(() => verifyWebhook({ ...delivery, now: new Date(now * 1000) } as Delivery)),
}

async function settle(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: (await work()) ?? null }
  } catch (error) {
    const { name, message } = error as Error
    if (!(error instanceof ApiError)) return { error: { class: name, message } }
    const { status, detail, requestId, requiredScopes } = error
    const [code, retryAfter] = [error.code ?? null, error.retryAfter ?? null]
    return {
      error: {
        class: name,
        message,
        status,
        detail,
        code,
        requestId: requestId ?? null,
        requiredScopes,
        retryAfter,
      },
    }
  }
}

async function runTypeScript(settings: Settings, order: Order): Promise<unknown> {
  const { path = [], input = {}, kind = 'call', headers } = order
  const options: ClientOptions = {
    apiKey: settings.key,
    baseUrl: settings.url,
    timeoutMs: (settings.timeoutSeconds ?? 20) * 1000,
    maxRetries: settings.retries ?? 0,
  }
  const client = new MoltFlow(options)
  const steps = order.method.split('.').map(toCamelCase)
  let target: unknown = client
  for (const step of steps) target = (target as Record<string, unknown>)[step]
  const method = target as (...given: unknown[]) => unknown
  const { idempotency_key: idempotencyKey, last_event_id: lastEventId, ...fields } = input
  const own = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? new Blob([value as never]) : value,
    ]),
  )
  const callOptions = { headers, idempotencyKey, lastEventId }
  // Methods with input take their options after it.
  const rest = withInput.has(order.method) ? [own, callOptions] : [callOptions]
  const result = method(...path, ...rest)
  if (kind === 'call') {
    const value = await result
    return value instanceof Blob
      ? { bytes: Buffer.from(await value.arrayBuffer()).toString('base64') }
      : value
  }
  const all: unknown[] = []
  for await (const entry of result as AsyncIterable<unknown>) {
    all.push(entry)
    if (kind === 'stream' && all.length === order.count) break
  }
  return all
}

const withInput = new Set<string>()

/** Tells which methods take input: TypeScript's take their options after it. */
export function noteInputs(methods: Iterable<string>): void {
  for (const method of methods) withInput.add(method)
}

/** The Python clients, waiting and awaiting, in one process. */
export class PythonClients {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, (outcome: Outcome) => void>()
  #next = 1
  #errors = ''

  constructor(path = resolve(root, 'sdks/python/src')) {
    const bridge = resolve(root, 'sdks/python/test/bridge.py')
    this.#process = spawn(python, [bridge], {
      env: { ...process.env, PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text
    })
    const { stdout } = this.#process
    if (stdout === null) throw new Error('no output')
    createInterface(stdout).on('line', (line) => {
      const { id, ...outcome } = JSON.parse(line) as { id: number } & Outcome
      this.#waiting.get(id)?.(outcome)
      this.#waiting.delete(id)
    })
    this.#process.once('exit', () => {
      for (const tell of this.#waiting.values()) tell({ error: { class: 'Exit', message: this.#errors } })
    })
  }

  /** Both of them. */
  get all(): AnyClient[] {
    return (['sync', 'async'] as const).map((mode) => ({
      name: `Python, ${mode}`,
      run: (settings, order) => this.#run(mode, settings, order),
      verify: ({ body, headers, secret, now }) =>
        this.#send({ mode, kind: 'verify', body: body.toString('base64'), headers, secret, now }),
    }))
  }

  async close(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }

  #run(mode: string, settings: Settings, order: Order): Promise<Outcome> {
    const { key, url, timeoutSeconds = 20, retries = 0 } = settings
    const given = Object.entries(order.input ?? {}).map(([name, value]) => [
      reserved.has(name) ? `${name}_` : name,
      value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value,
    ])
    const headers = order.headers === undefined ? {} : { headers: order.headers }
    return this.#send({
      mode,
      client: { api_key: key, base_url: url, timeout: timeoutSeconds, max_retries: retries },
      kind: order.kind ?? 'call',
      method: order.method,
      path: order.path ?? [],
      input: { ...Object.fromEntries(given), ...headers },
      count: order.count ?? 0,
    })
  }

  #send(order: Record<string, unknown>): Promise<Outcome> {
    const id = this.#next++
    return new Promise((tell) => {
      this.#waiting.set(id, tell)
      this.#process.stdin?.write(`${JSON.stringify({ ...order, id })}\n`)
    })
  }
}

const reserved = new Set(['from', 'import', 'class'])
