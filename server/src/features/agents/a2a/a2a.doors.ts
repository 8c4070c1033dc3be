import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { AgentCard } from '@a2a-js/sdk'
import { LegacyJsonRpcTransportHandler } from '@a2a-js/sdk/compat/v0_3/server'
import { RequestMalformedError } from '@a2a-js/sdk/errors'
import {
  DefaultExecutionEventBusManager,
  DefaultRequestHandler,
  JsonRpcTransportHandler,
  ServerCallContext,
  validateVersion,
} from '@a2a-js/sdk/server'
import { type Context, tenantOf } from '../../../context.ts'
import type { Door, DoorRequest, DoorServices } from '../../../door.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { a2aPath, findUnusable, jwksPath, methodParams } from './a2a.schema.ts'
import { createCard, listJwks, signCard } from './card.ts'
import { createExecutor } from './executor.ts'
import { createPushSender } from './pushes.service.ts'
import { listSkills } from './skills.ts'
import { openPushConfigs, openTasks } from './tasks.service.ts'

/** Who listens to tasks that run in this process. */
const buses = defineProcessState(
  (_ctx: Context) => new DefaultExecutionEventBusManager(),
  () => undefined,
)

interface RpcError {
  code: number
  message: string
  data?: unknown
}

type RpcId = string | number | null

function sendJson(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(`${JSON.stringify(body)}\n`)
}

function sendPage(request: DoorRequest, response: ServerResponse, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`
  const headers = { 'cache-control': 'public, max-age=300', etag }
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end()
    return
  }
  response.writeHead(200, { ...headers, 'content-type': 'application/json; charset=utf-8' }).end(text)
}

function refuse(response: ServerResponse, id: RpcId, error: RpcError): void {
  sendJson(response, { jsonrpc: '2.0', id, error }, { 'cache-control': 'no-store' })
}

/** A call as it came; the protocol's library takes things that JSON-RPC does not. */
function readCall(body: Buffer): { call: Record<string, unknown>; id: RpcId } | { error: RpcError } {
  let call: unknown
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    call = JSON.parse(text, (key, part: unknown) => (key === '__proto__' ? undefined : part))
  } catch {
    return { error: { code: -32_700, message: 'The body is not valid JSON' } }
  }
  const invalid = (message: string) => ({ error: { code: -32_600, message } })
  if (Array.isArray(call)) return invalid('Batches are not taken: send one call at a time')
  if (typeof call !== 'object' || call === null) return invalid('A call is an object')
  const { jsonrpc, method, id = null } = call as Record<string, unknown>
  if (jsonrpc !== '2.0') return invalid('jsonrpc must be "2.0"')
  if (typeof method !== 'string' || method === '') return invalid('method must be a text')
  if (id !== null && typeof id !== 'string' && !Number.isInteger(id))
    return invalid('id must be a text or an integer')
  const problem = findUnusable(call)
  return problem === undefined
    ? { call: call as Record<string, unknown>, id: id as RpcId }
    : { error: { code: -32_602, message: problem } }
}

/** The version a request is of: without one it is 0.3, and patches change nothing. */
function versionOf({ headers, url }: DoorRequest): string {
  const header = headers['a2a-version']
  const query = new URL(url, 'http://localhost').searchParams.get('A2A-Version')
  const given = (typeof header === 'string' ? header : (query ?? '')).trim()
  if (given === '') return '0.3'
  return /^(\d{1,3}\.\d{1,3})\.\d{1,5}$/.exec(given)?.[1] ?? given.slice(0, 20)
}

/** Params without what is not ours: a tenant comes from the credential alone. */
function checkParams(call: Record<string, unknown>): Record<string, unknown> {
  const { method, params } = call
  const schema = Object.hasOwn(methodParams, String(method)) ? methodParams[String(method)] : undefined
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return call
  const result = schema?.safeParse(params)
  const [issue] = result?.error?.issues ?? []
  if (issue !== undefined)
    throw new RequestMalformedError(`${issue.path.join('.')}: ${issue.message}`.slice(0, 300))
  const { tenant: _, ...rest } = params as Record<string, unknown>
  const { message } = rest
  // The library writes ids of tasks it does not find to the log; this agent uses none of them.
  if (typeof message === 'object' && message !== null)
    rest['message'] = { ...message, referenceTaskIds: [], reference_task_ids: [] }
  return { ...call, params: rest }
}

async function serveCall(
  ctx: Context,
  request: DoorRequest,
  response: ServerResponse,
  services: DoorServices,
): Promise<void> {
  const read = readCall(request.body)
  if ('error' in read) return refuse(response, null, read.error)
  const version = versionOf(request)
  const skills = listSkills(services)
  const card = createCard(ctx.config, skills)
  const context = new ServerCallContext({
    user: { isAuthenticated: true, userName: tenantOf(ctx) },
    requestedVersion: version,
  })
  const pushes = createPushSender(ctx)
  const handler = new DefaultRequestHandler(
    card,
    openTasks(ctx),
    createExecutor(ctx, skills),
    buses.of(ctx),
    openPushConfigs(ctx),
    pushes,
    async () =>
      createCard(
        ctx.config,
        skills.filter(({ mayCall }) => mayCall(ctx.caller)),
      ),
    (unsigned) => signCard(ctx.config, unsigned),
    { keepBusAliveStates: [], validateInputModes: true },
  )
  try {
    validateVersion(version, card, 'JSONRPC')
    const isLegacy = version === '0.3'
    const transport = isLegacy
      ? new LegacyJsonRpcTransportHandler(handler)
      : new JsonRpcTransportHandler(handler)
    const answer = await transport.handle(isLegacy ? read.call : checkParams(read.call), context)
    if (Symbol.asyncIterator in answer) await stream(answer, response, read.id)
    else sendJson(response, answer, { 'cache-control': 'no-store' })
  } catch (error) {
    refuse(response, read.id, JsonRpcTransportHandler.mapToJSONRPCError(error))
  }
  await pushes.settled().catch((error: unknown) => ctx.log.error({ err: error }, 'notices were not enqueued'))
}

/** Writes events as they come; a stream that ends before it begins is answered as a call is. */
async function stream(
  events: AsyncGenerator<object, void, undefined>,
  response: ServerResponse,
  id: RpcId,
): Promise<void> {
  const first = await events.next()
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const write = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`)
  try {
    if (first.done !== true) write(first.value)
    // All of it is read although nobody may listen any more: reading is what stores the task.
    for await (const event of events) write(event)
  } catch (error) {
    write({ jsonrpc: '2.0', id, error: JsonRpcTransportHandler.mapToJSONRPCError(error) })
  }
  response.end()
}

/** The paths of A2A 1.0. */
export const a2aDoors: readonly Door[] = [
  {
    id: 'a2a.card',
    method: 'GET',
    path: '/.well-known/agent-card.json',
    perMinute: 120,
    async serve({ config }, request, response, services) {
      const card = await signCard(config, createCard(config, listSkills(services)))
      sendPage(request, response, AgentCard.toJSON(card))
    },
  },
  {
    id: 'a2a.jwks',
    method: 'GET',
    path: jwksPath,
    perMinute: 120,
    serve: async ({ config }, request, response) => sendPage(request, response, await listJwks(config)),
  },
  {
    id: 'a2a.call',
    method: 'POST',
    path: a2aPath,
    maxBodyBytes: 256 * 1024,
    entry: { access: ['a2a:manage'], gate: { feature: 'a2a' } },
    serve: serveCall,
  },
]
