import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { findMisfit } from './declared-events.ts'

/** One delivery as it came over the wire. */
export interface ReceivedDelivery {
  path: string
  headers: IncomingHttpHeaders
  /** The bytes that were signed. */
  raw: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: tests read payloads of every shape
  body: any
}

/** What the endpoint answers. */
export interface ReceiverAnswer {
  status?: number
  headers?: Record<string, string>
  body?: string
  /** Milliseconds before it answers. */
  afterMs?: number
}

type Matcher = (delivery: ReceivedDelivery) => boolean

/** A real endpoint on loopback that webhooks are delivered to. */
export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string
  /** Everything received so far, oldest first, also what `next` returned. */
  readonly received: readonly ReceivedDelivery[]
  /** Sets what it answers from now on; a function decides per delivery. */
  answer(answer: ReceiverAnswer | ((delivery: ReceivedDelivery) => ReceiverAnswer)): void
  /** The next delivery that matches and no earlier `next` returned. */
  next(matches?: Matcher, timeoutMs?: number): Promise<ReceivedDelivery>
  /** Fails when something came that is not what its event declares. */
  close(): Promise<void>
}

/** Listens on a free port. */
export async function openWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedDelivery[] = []
  const returned = new Set<ReceivedDelivery>()
  const waiting = new Set<() => void>()
  let decide: (delivery: ReceivedDelivery) => ReceiverAnswer = () => ({})
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      const delivery = { path: request.url ?? '', headers: request.headers, raw, body: readJson(raw) }
      const { status = 200, headers = {}, body = '', afterMs = 0 } = decide(delivery)
      received.push(delivery)
      setTimeout(() => response.writeHead(status, headers).end(body), afterMs)
      for (const wake of waiting) wake()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    const misfits = received.flatMap(({ body }) => findMisfit(body) ?? [])
    if (misfits.length > 0) throw new Error(`deliveries that are not as declared:\n${misfits.join('\n')}`)
  }
  const take = (matches: Matcher) => {
    const found = received.find((delivery) => !returned.has(delivery) && matches(delivery))
    if (found !== undefined) returned.add(found)
    return found
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer(answer) {
      decide = typeof answer === 'function' ? answer : () => answer
    },
    async next(matches = () => true, timeoutMs = 5000) {
      const deadline = AbortSignal.timeout(timeoutMs)
      // Made here, its stack names the test that waits.
      const late = new Error('no such delivery')
      for (;;) {
        const found = take(matches)
        if (found !== undefined) return found
        await new Promise<void>((resolve, reject) => {
          const wake = () => {
            waiting.delete(wake)
            resolve()
          }
          waiting.add(wake)
          deadline.onabort = () => {
            const seen = received.map(({ path, raw }) => `${path} ${raw.toString('utf8').slice(0, 200)}`)
            late.message = `no such delivery within ${timeoutMs} ms; the last received:\n${seen.slice(-20).join('\n')}`
            reject(late)
          }
        })
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function readJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch {
    return undefined
  }
}
