import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LoadedNode } from './n8n-package.ts'
import type { Item } from './n8n-routing.ts'

interface HostOptions {
  address: string
  key: string
  parameters: Record<string, unknown>
}

/** As n8n hosts a trigger: its webhook's address, its static data, its calls, and what it starts. */
export class TriggerHost {
  readonly #trigger: LoadedNode
  readonly #server = createServer((request, response) => void this.#receive(request, response))
  readonly options: HostOptions
  /** Kept between calls as JSON, as n8n does. */
  staticData: Record<string, unknown> = {}
  /** The items that workflows were started with. */
  readonly started: Item[] = []
  /** How many deliveries came, whatever became of them. */
  deliveries = 0
  /** What came last: its headers and its bytes. */
  last: { headers: IncomingMessage['headers']; raw: Buffer } | undefined

  constructor(trigger: LoadedNode, options: HostOptions) {
    this.#trigger = trigger
    this.options = options
  }

  async open(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done))
    return this
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  /** Where deliveries go. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/webhook/6a7b/webhook`
  }

  /** One of `checkExists`, `create` and `delete`. */
  async hook(name: 'checkExists' | 'create' | 'delete'): Promise<unknown> {
    const result: unknown = await this.#trigger['webhookMethods'].default[name].call(this.#functions())
    this.#keep()
    return result
  }

  /** What n8n does when a workflow is switched on. */
  async activate(): Promise<void> {
    if (!(await this.hook('checkExists'))) await this.hook('create')
  }

  /** A delivery without a socket: the status and what was said. */
  async deliver(
    headers: Record<string, string>,
    raw: Buffer | undefined,
  ): Promise<{ status: number; text: string; items: number }> {
    const answer = { status: 200, text: '' }
    const response = {
      status: (code: number) => ({
        send: (text: string) => Object.assign(answer, { status: code, text }),
      }),
    }
    const result = await this.#trigger['webhook'].call({
      ...this.#functions(),
      getRequestObject: () => ({ rawBody: raw, readRawBody: async () => undefined }),
      getHeaderData: () => headers,
      getBodyData: () => JSON.parse(raw?.toString('utf8') ?? '{}'),
      getResponseObject: () => response,
    })
    this.#keep()
    const items: Item[] = result.workflowData?.[0] ?? []
    this.started.push(...items)
    return { ...answer, text: answer.text || String(result.webhookResponse ?? ''), items: items.length }
  }

  #keep(): void {
    this.staticData = JSON.parse(JSON.stringify(this.staticData))
  }

  #functions() {
    const { address, key, parameters } = this.options
    const request = async (_credential: string, options: { method: string; url: string; body?: unknown }) => {
      const hasBody = options.body !== undefined
      const response = await fetch(options.url, {
        method: options.method,
        headers: { 'x-api-key': key, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
        ...(hasBody ? { body: JSON.stringify(options.body) } : {}),
      })
      const text = await response.text()
      const headers = Object.fromEntries(response.headers)
      return { statusCode: response.status, headers, body: text === '' ? '' : JSON.parse(text) }
    }
    return {
      getNode: () => ({ name: 'MoltFlow Trigger' }),
      getNodeParameter: (name: string, fallback?: unknown) => parameters[name] ?? fallback,
      getWorkflowStaticData: () => this.staticData,
      getNodeWebhookUrl: () => this.url,
      getWorkflow: () => ({ name: 'Leads' }),
      getCredentials: async () => ({ baseUrl: address, apiKey: key }),
      helpers: {
        httpRequestWithAuthentication: request,
        returnJsonArray: (data: unknown) => [data].flat().map((json) => ({ json })),
      },
    }
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const raw = Buffer.concat(chunks)
    this.last = { headers: request.headers, raw }
    const { status, text } = await this.deliver(request.headers as Record<string, string>, raw)
    this.deliveries += 1
    response.writeHead(status).end(text)
  }
}
