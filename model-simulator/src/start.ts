import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { control, isControl } from './control/routes.ts'
import { sendError } from './dialects/errors.ts'
import { findRoute } from './dialects/routes.ts'
import { ModelError } from './errors.ts'
import type { Exchange, World } from './exchange.ts'
import { type Fault, Faults } from './faults.ts'
import { listen, stop } from './listening.ts'
import { type LogEntry, RequestLog } from './log.ts'
import { Spaces } from './words/embed.ts'

/** How a simulator is set up. */
export type ModelSimulatorOptions = {
  /** Any free one unless said. */
  port?: number
  /** Keys that are let in. Without them everybody is, except with a key that contains `refused`. */
  keys?: readonly string[]
  /** How long models think that are slow; 1,500 unless said. */
  slowMs?: number
  /** Names that the lists of models tell. Any other name is a model as well. */
  models?: readonly string[]
}

/** A simulator that runs. */
export type ModelSimulator = {
  /** The address without a path: `/v1` behind it is OpenAI's base. */
  url: string
  /** What was asked so far, the last ten thousand requests; of one kind when one is named. */
  log: (kind?: string) => readonly LogEntry[]
  /** Forgets what was asked. */
  clearLog: () => void
  /** Sets a fault for requests to come. */
  fault: (fault: Fault) => void
  /** Takes all faults back. */
  clearFaults: () => void
  close: () => Promise<void>
}

const usualModels = ['sim-chat', 'sim-embed', 'sim-hear']
const usualSlowMs = 1500

async function handle(exchange: Exchange): Promise<void> {
  if (isControl(exchange.path)) return control(exchange)
  const { request, path } = exchange
  const route = findRoute(request.method ?? 'GET', path, 'anthropic-version' in request.headers)
  if (!route.handler) throw new ModelError(404, `Invalid URL (${request.method} ${path})`)
  return route.handler(exchange)
}

function open(world: World, request: IncomingMessage, response: ServerResponse): void {
  const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname
  const isAnthropic = 'anthropic-version' in request.headers
  const left = new AbortController()
  response.once('close', () => left.abort())
  const { dialect } = findRoute(request.method ?? 'GET', path, isAnthropic)
  const exchange: Exchange = { world, request, response, path, dialect, signal: left.signal }
  handle(exchange).catch((cause: unknown) => {
    const message = cause instanceof Error ? cause.message : String(cause)
    sendError(exchange, cause instanceof ModelError ? cause : new ModelError(500, message))
  })
}

/** Starts a simulator on the loopback address and resolves once clients can ask. */
export async function startModelSimulator(options: ModelSimulatorOptions = {}): Promise<ModelSimulator> {
  const log = new RequestLog()
  const faults = new Faults()
  const world: World = {
    log,
    faults,
    spaces: new Spaces(),
    keys: options.keys === undefined ? undefined : new Set(options.keys),
    slowMs: options.slowMs ?? usualSlowMs,
    models: options.models ?? usualModels,
  }
  const server = createServer((request, response) => open(world, request, response))
  const url = await listen(server, options.port ?? 0)
  return {
    url,
    log: (kind) => log.entries(kind),
    clearLog: () => log.clear(),
    fault: (fault) => faults.set(fault),
    clearFaults: () => faults.clear(),
    close: () => stop(server),
  }
}
