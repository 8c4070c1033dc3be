import { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { Answer, type ProtocolHints } from '../../../operation.ts'
import { AppError, unknownThing } from '../../../platform/errors.ts'
import { defineProcessState } from '../../../platform/process-state.ts'
import { createRateLimits } from '../../../platform/rate-limits/rate-limits.ts'
import { holdsScope, type Scope } from '../../../scopes.ts'
import { getSession, listTenantSessions } from '../../sessions/lifecycle/sessions.service.ts'
import { getWebhook } from '../../webhooks/webhooks/webhooks.service.ts'
import { findMethod, type RpcMethod, rpcMethods } from './methods.ts'
import { methodLimit, RpcError, type RpcProblem, rpcCodes, toRpcProblem } from './rpc.schema.ts'

/** What the path says. */
export interface RpcScope {
  tenant_id?: string
  session_id?: string
  webhook_id?: string
}

const limits = defineProcessState(
  ({ db, clock, log }: Context) => createRateLimits({ db, clock, log }),
  (counts) => counts.close(),
)

/** A request as it came: only `method` and `params` are certain. */
interface RpcRequest {
  method: string
  params: unknown
  id: string | number | null | undefined
}

function readRequest(value: unknown): RpcRequest | RpcProblem {
  const refuse = (message: string) => ({ code: rpcCodes.invalidRequest, message })
  if (Array.isArray(value)) return refuse('Batches are not taken: send one call at a time')
  if (typeof value !== 'object' || value === null) return refuse('A call is an object')
  const { jsonrpc, method, params = {}, id } = value as Record<string, unknown>
  if (jsonrpc !== '2.0') return refuse('jsonrpc must be "2.0"')
  if (typeof method !== 'string' || method === '') return refuse('method must be a text')
  const isId = id === undefined || id === null || typeof id === 'string' || Number.isFinite(id)
  if (!isId) return refuse('id must be a number or a text')
  return { method, params, id: id as RpcRequest['id'] }
}

/** The id of a call that could not be read otherwise, so that its answer finds back. */
function idOf(value: unknown): string | number | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null
  return typeof value.id === 'string' || typeof value.id === 'number' ? value.id : null
}

function failed(id: string | number | null, error: RpcProblem, status = 200): Answer {
  return new Answer(status, { jsonrpc: '2.0', id, error })
}

/** Refuses, before the call is read, a path that names what is not the caller's: 404. */
async function checkScope(ctx: Context, scope: RpcScope): Promise<void> {
  if (scope.tenant_id !== undefined && scope.tenant_id !== tenantOf(ctx)) throw unknownThing('Tenant')
  if (scope.session_id !== undefined) await getSession(ctx, scope.session_id)
  if (scope.webhook_id !== undefined) await getWebhook(ctx, scope.webhook_id)
}

/** Answers one call of JSON-RPC. What is refused before its method is reached is thrown, as everywhere. */
export async function answerRpc(ctx: Context, protocol: ProtocolHints, scope: RpcScope): Promise<Answer> {
  await checkScope(ctx, scope)
  let value: unknown
  try {
    value = JSON.parse(protocol.text)
  } catch {
    return failed(null, { code: rpcCodes.parse, message: 'The body is not valid JSON' }, 400)
  }
  const request = readRequest(value)
  if ('code' in request) return failed(idOf(value), request)
  const { id } = request
  try {
    const result = await runMethod(ctx, protocol, scope, request)
    return id === undefined ? new Answer(204, undefined) : new Answer(200, { jsonrpc: '2.0', id, result })
  } catch (error) {
    const problem = problemOf(ctx, error, request.method)
    return id === undefined ? new Answer(204, undefined) : failed(id, problem)
  }
}

function problemOf(ctx: Context, error: unknown, method: string): RpcProblem {
  if (error instanceof RpcError) return error.problem
  if (error instanceof AppError && error.status < 500) return toRpcProblem(error)
  ctx.log.error({ err: error, method: findMethod(method)?.[0] }, 'a call of an agent failed')
  return { code: rpcCodes.internal, message: 'Internal error' }
}

async function runMethod(ctx: Context, protocol: ProtocolHints, scope: RpcScope, request: RpcRequest) {
  const found = findMethod(request.method)
  if (found === undefined) throw new RpcError(rpcCodes.unknownMethod, 'Method not found')
  const [name, method] = found
  requireScopes(ctx, method)
  await requireRoom(ctx, name, method)
  const params = checkParams(method, request.params)
  const sessionId = wantedSession(scope, params)
  return method.run(
    { ctx, call: protocol.call, sessionId: () => chooseSession(ctx, sessionId) },
    sessionId === undefined ? params : { ...(params as object), session_id: sessionId },
  )
}

/** The methods as another protocol offers them. */
export function listMethods(): { id: string; description: string; scopes: readonly Scope[] }[] {
  return Object.entries(rpcMethods).map(([id, { description, scopes }]) => ({ id, description, scopes }))
}

/** Runs a method for another protocol, with its scopes, limit and checks. */
export async function callMethod(
  ctx: Context,
  call: ProtocolHints['call'],
  method: string,
  params: unknown,
): Promise<{ result: unknown } | { problem: RpcProblem }> {
  try {
    return { result: await runMethod(ctx, { text: '', call }, {}, { method, params, id: undefined }) }
  } catch (error) {
    return { problem: problemOf(ctx, error, method) }
  }
}

function requireScopes({ caller }: Context, { scopes }: RpcMethod): void {
  const held = 'scopes' in caller ? caller.scopes : new Set<never>()
  const missing = scopes.filter((scope) => !holdsScope(held, scope))
  if (missing.length === 0) return
  throw new RpcError(rpcCodes.internal, 'The credential lacks a required scope', {
    code: 'missing_scope',
    required_scopes: missing,
  })
}

async function requireRoom(ctx: Context, name: string, method: RpcMethod): Promise<void> {
  const state = await limits.of(ctx).take(`a2a ${tenantOf(ctx)} ${name}`, method.limit)
  if (!state.isAllowed) throw methodLimit.create({ headers: { 'retry-after': String(state.resetSeconds) } })
}

function checkParams(method: RpcMethod, params: unknown): unknown {
  const result = method.params.safeParse(params)
  if (result.success) return result.data
  const errors = result.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
  const [first] = errors
  throw new RpcError(rpcCodes.invalidParams, `${first?.field}: ${first?.message}`.slice(0, 300), {
    errors: errors.slice(0, 20),
  })
}

/** The session that params or path name; both at once must agree. */
function wantedSession(scope: RpcScope, params: unknown): string | undefined {
  const given = (params as { session_id?: string }).session_id
  if (given !== undefined && scope.session_id !== undefined && given !== scope.session_id)
    throw new RpcError(rpcCodes.invalidParams, 'session_id: the path names another session')
  return given ?? scope.session_id
}

async function chooseSession(ctx: Context, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined) return wanted
  const oldest = (await listTenantSessions(ctx)).find(({ status }) => status === 'working')
  if (oldest === undefined) throw new RpcError(rpcCodes.invalidParams, 'session_id: no session is working')
  return oldest.id
}

const asSchema = (schema: z.ZodType, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>

/** Every method with what it takes and answers. */
export function describeMethods() {
  const methods = Object.entries(rpcMethods).map(([name, { description, params, result, limit }]) => [
    name,
    {
      description,
      params: asSchema(params, 'input'),
      result: asSchema(result, 'output'),
      rate_limit_per_minute: limit,
    },
  ])
  return { jsonrpc: '2.0' as const, methods: Object.fromEntries(methods) }
}
