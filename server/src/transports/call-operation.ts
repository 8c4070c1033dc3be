import type { IncomingHttpHeaders } from 'node:http'
import type { AccessPolicy } from '../access.ts'
import type { Caller, Context } from '../context.ts'
import {
  Answer,
  type Door,
  type Operation,
  type PlanGate,
  type ProtocolHints,
  type UploadedFile,
} from '../operation.ts'
import { forbidden, missingScope } from '../platform/errors.ts'
import { holdsScope } from '../scopes.ts'
import { refuse } from './http/credentials.ts'
import { readHints } from './http/hints.ts'
import { checkInput, type RawInput } from './http/input.ts'

/** The parts of an operation or stream that say who may use it. */
export type AccessRules = Pick<Operation, 'access' | 'roles' | 'keys' | 'gate' | 'countsRefusals'> &
  Partial<Pick<Operation, 'id'>>

/** One call of an operation, whichever protocol brought it. */
export interface OperationCall {
  door: Door
  /** Names the call in the log and to the caller. */
  requestId: string
  input: RawInput
  /** Of these only what operations know: `Accept`, `Prefer`, `Idempotency-Key`, `User-Agent` and those of files. */
  headers: IncomingHttpHeaders
  upload?: UploadedFile | undefined
  /** Those that an operation with a protocol of its own may call. */
  operations?: readonly Operation[]
}

/** What an operation answered, with nothing left to be decided but how the protocol writes it. */
export interface OperationAnswer {
  status: number
  headers: Record<string, string>
  /** The wire object; `{ contentType, body }` of operations with `success.raw`; undefined for no content. */
  body: unknown
}

/**
 * The whole way of a call behind the credentials and the count of requests: who may, what was sent, what the plan
 * allows, the operation itself, the record of the change. Throws `AppError` for what is refused. Every protocol calls
 * operations this way, so that none of them is easier on anybody than another.
 */
export async function callOperation(
  policy: AccessPolicy,
  ctx: Context,
  operation: Operation,
  call: OperationCall,
): Promise<OperationAnswer> {
  await admitCaller(policy, ctx, operation)
  return runOperation(policy, ctx, operation, call)
}

/** What of a gate is asked before scopes: whether there is room shows only when something is to be added. */
function withoutLimit({ limit: _, ...gate }: PlanGate): PlanGate {
  return gate
}

/** Refuses a caller who may not use this, before anything of the input is looked at. */
export async function admitCaller(policy: AccessPolicy, ctx: Context, rules: AccessRules): Promise<void> {
  const { gate } = rules
  if (gate?.consent !== undefined) await policy.checkGate(ctx, withoutLimit(gate))
  authorise(ctx.caller, rules)
}

/** Refuses a caller whose scopes, kind or role are not enough. */
export function authorise(caller: Caller, rules: AccessRules): void {
  if (caller.kind === 'anonymous' || caller.kind === 'system') throw refuse()
  if (typeof rules.access !== 'string') {
    const { access } = rules
    const isAllowed = access.every((scope) => holdsScope(caller.scopes, scope))
    if (!isAllowed) throw missingScope.create({ headers: { 'x-required-scopes': access.join(' ') } })
  }
  if (caller.kind === 'key') {
    if (rules.keys === 'refused')
      throw forbidden.create({ message: 'This needs a signed-in user, not an API key' })
    return
  }
  if (rules.roles !== undefined && !rules.roles.includes(caller.role)) {
    throw forbidden.create({ message: `This needs the role ${rules.roles.join(' or ')}` })
  }
}

/** The rest of the way, of a caller who was admitted: uploads are read between the two. */
export async function runOperation(
  policy: AccessPolicy,
  base: Context,
  operation: Operation,
  call: OperationCall,
): Promise<OperationAnswer> {
  const { input: raw, headers, upload, requestId, door } = call
  // A protocol reads its messages by itself: the schema of its body is there to be read about.
  const { body: _, ...unread } = operation
  const input = checkInput(operation.isProtocol === true ? unread : operation, raw)
  const hints = {
    ...readHints(operation, headers, input, upload),
    door,
    ...(operation.isProtocol === true ? { protocol: openProtocol(policy, base, call) } : {}),
  }
  const ctx = withRequestLog(base, requestId, operation.id)
  if (operation.gate !== undefined) await policy.checkGate(ctx, operation.gate)
  const run = operation.run as (context: typeof ctx, checked: unknown) => Promise<unknown>
  const result = await run(ctx, Object.assign(input, hints))
  await policy.recordChange?.(ctx, operation, input, result)
  if (result instanceof Answer) return { status: result.status, headers: result.headers, body: result.body }
  return { status: operation.success.status, headers: {}, body: result }
}

/** Lets an operation read its body by itself, and run others for its caller. */
function openProtocol(policy: AccessPolicy, base: Context, outer: OperationCall): ProtocolHints {
  const { operations = [], input, requestId } = outer
  return {
    text: input.body,
    async call(id, { params = {}, query = {}, body = {} }) {
      const inner = operations.find((operation) => operation.id === id)
      if (inner === undefined) throw new Error(`there is no operation ${id}`)
      const raw = { params, query, body: '', fields: body }
      const answer = await runOperation(policy, base, inner, {
        door: 'a2a',
        requestId,
        input: raw,
        headers: {},
      })
      return answer.body
    },
  }
}

/** The context with a logger that names the request; made on first use, since most requests log nothing. */
function withRequestLog(base: Context, requestId: string, operationId: string): Context {
  let child: Context['log'] | undefined
  return {
    ...base,
    get log() {
      child ??= base.log.child({ request_id: requestId, operation: operationId })
      return child
    },
  }
}
