import { z } from 'zod'
import { parsePhone } from '../../../engine/ids.ts'
import { type AppError, defineError } from '../../../platform/errors.ts'
import { isStorable } from '../../../platform/storable-text.ts'

/** Codes of JSON-RPC, and those of the contract (A2A, envelope). */
export const rpcCodes = {
  parse: -32700,
  invalidRequest: -32600,
  unknownMethod: -32601,
  invalidParams: -32602,
  internal: -32603,
  rateLimited: -32000,
  contentPolicy: -32001,
  safeguard: -32002,
} as const

/** A refusal as JSON-RPC carries it. */
export interface RpcProblem {
  code: number
  message: string
  data?: Record<string, unknown>
}

/** Ends a call with a JSON-RPC error. */
export class RpcError extends Error {
  readonly problem: RpcProblem
  constructor(code: number, message: string, data?: Record<string, unknown>) {
    super(message)
    this.name = 'RpcError'
    this.problem = { code, message, ...(data === undefined ? {} : { data }) }
  }
}

export const methodLimit = defineError('a2a_method_limit', 429, 'Too many calls of this method')

/** Switches of the content policy that stand for built-in safeguards; all others are the tenant's policy. */
const safeguards: ReadonlySet<string> = new Set([
  'built-in:input_sanitization_enabled',
  'built-in:block_api_keys',
  'built-in:block_passwords',
  'built-in:block_tokens',
  'built-in:block_private_keys',
  'built-in:block_ssn',
  'built-in:block_credit_cards',
  'built-in:block_bank_accounts',
])

const guarded: ReadonlySet<string> = new Set([
  'not_an_allowed_number',
  'cold_contact_refused',
  'cold_budget_used',
  'opted_out',
])

/** A refusal of an operation in the codes of the contract. */
export function toRpcProblem(error: AppError): RpcProblem {
  const data = { code: error.code, ...error.details }
  if (error.status === 429) {
    const retryAfter = Number(error.headers?.['retry-after'] ?? 60)
    return {
      code: rpcCodes.rateLimited,
      message: error.message,
      data: { ...data, retry_after: Number.isFinite(retryAfter) ? retryAfter : 60 },
    }
  }
  if (error.code === 'content_refused') {
    const rules = error.details?.matched_rules
    const isSafeguard = Array.isArray(rules) && rules.some((rule) => safeguards.has(String(rule)))
    const code = isSafeguard ? rpcCodes.safeguard : rpcCodes.contentPolicy
    return { code, message: error.message, data }
  }
  if (guarded.has(error.code)) return { code: rpcCodes.safeguard, message: error.message, data }
  const isOfInput = [400, 404, 409, 422].includes(error.status)
  return { code: isOfInput ? rpcCodes.invalidParams : rpcCodes.internal, message: error.message, data }
}

const storable = (text: string) => isStorable(text)
const text = z.string().min(1).max(4096).refine(storable, 'holds characters that nobody can store')
const strictPhone = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be +E.164')
  .transform((phone) => phone.slice(1))
const loosePhone = z.string().transform((given, context) => {
  const phone = parsePhone(given)
  if (phone !== undefined) return phone
  context.addIssue({ code: 'custom', message: 'not a phone number' })
  return z.NEVER
})
const sessionId = z
  .guid()
  .toLowerCase()
  .optional()
  .meta({ description: 'Default: that of the path, else the oldest working session' })

const parts = z
  .object({ parts: z.array(z.object({ text })).min(1).max(100) })
  .transform((message) => message.parts.map((part) => part.text).join('\n'))

/** A message in any of the three dialects, as one. */
export const sendParams = z
  .object({
    session_id: sessionId,
    to: strictPhone.optional(),
    phone: loosePhone.optional(),
    message: z.union([text, parts]).optional(),
    text: text.optional(),
    metadata: z.record(z.string().max(100), z.json()).optional(),
  })
  .transform(({ session_id, to, phone, message, text: plain, metadata }, context) => {
    const refuse = (path: string, why: string) => {
      context.addIssue({ code: 'custom', path: [path], message: why })
      return z.NEVER
    }
    if (to !== undefined && phone !== undefined && to !== phone) return refuse('phone', 'contradicts to')
    if (message !== undefined && plain !== undefined && message !== plain)
      return refuse('text', 'contradicts message')
    const recipient = to ?? phone
    const content = message ?? plain
    if (recipient === undefined) return refuse('to', 'field required')
    if (content === undefined) return refuse('message', 'field required')
    if ([...content].length > 4096) return refuse('message', 'is longer than 4096 characters')
    return { session_id, phone: recipient, text: content, metadata }
  })

const participants = z
  .array(strictPhone.transform((phone) => `+${phone}`))
  .min(1)
  .max(256)
const groupFields = { group_id: z.string().max(80).optional(), groupId: z.string().max(80).optional() }

/** Takes `groupId` for `group_id`. */
function withGroup<T extends { group_id?: string | undefined; groupId?: string | undefined }>(
  input: T,
  context: z.RefinementCtx,
): Omit<T, 'group_id' | 'groupId'> & { groupId: string } {
  const { group_id: canonical, groupId: alias, ...rest } = input
  const groupId = canonical ?? alias
  if (canonical !== undefined && alias !== undefined && canonical !== alias) {
    context.addIssue({ code: 'custom', path: ['groupId'], message: 'contradicts group_id' })
    return z.NEVER
  }
  if (groupId === undefined) {
    context.addIssue({ code: 'custom', path: ['group_id'], message: 'field required' })
    return z.NEVER
  }
  return { ...rest, groupId }
}

/** A new group. */
export const createGroupParams = z.object({
  session_id: sessionId,
  name: z.string().trim().min(1).max(100).refine(storable),
  participants,
})
/** People to add. */
export const inviteParams = z
  .object({ session_id: sessionId, ...groupFields, participants: participants.max(50) })
  .transform(withGroup)
/** A page of groups. */
export const listGroupsParams = z.object({
  session_id: sessionId,
  limit: z.int().min(1).max(100).default(20),
  offset: z.int().min(0).max(1_000_000).default(0),
})
/** Which group, and how much of it. */
export const contextParams = z
  .object({ session_id: sessionId, ...groupFields, limit: z.int().min(1).max(100).default(50) })
  .transform(withGroup)
/** What to do with a webhook. */
export const webhookParams = z.object({
  session_id: sessionId,
  action: z.enum(['create', 'list', 'update', 'delete']),
  webhook_id: z.guid().toLowerCase().optional(),
  webhook: z.record(z.string(), z.json()).optional(),
})

/** A call of JSON-RPC, as the reference shows it: what arrives is read by the protocol's own rules. */
export const rpcRequest = z
  .looseObject({
    jsonrpc: z.literal('2.0').meta({ examples: ['2.0'] }),
    method: z.string().meta({
      description: 'One of those of `GET /a2a/schema`',
      examples: ['agent.group.list'],
    }),
    params: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ examples: [{ limit: 20 }] }),
    id: z
      .union([z.string(), z.number(), z.null()])
      .optional()
      .meta({ description: 'Comes back with the answer', examples: [1] }),
  })
  .meta({
    description: 'A call of JSON-RPC 2.0; `GET /a2a/schema` has the methods',
    examples: [{ jsonrpc: '2.0', method: 'agent.group.list', params: { limit: 20 }, id: 1 }],
  })

/** An answer of JSON-RPC. */
export const rpcAnswer = z
  .object({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string(), z.number(), z.null()]),
    result: z.unknown().optional(),
    error: z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() }).optional(),
  })
  .meta({ id: 'RpcAnswer', description: 'An answer of JSON-RPC 2.0: result or error' })

/** Every method with its schema. */
export const schemaAnswer = z.object({
  jsonrpc: z.literal('2.0'),
  methods: z.record(
    z.string(),
    z.object({
      description: z.string(),
      params: z.record(z.string(), z.unknown()),
      result: z.record(z.string(), z.unknown()),
      rate_limit_per_minute: z.int(),
    }),
  ),
})

/** Account, session and webhook of a path: what is no id is an unknown one. */
export const rpcParams = {
  tenant: z.object({ tenant_id: z.guid().toLowerCase(), session_id: z.guid().toLowerCase() }),
  session: z.object({ session_id: z.guid().toLowerCase() }),
}

/** What an agent needs to begin. */
export const bootstrapAnswer = z.object({
  tenant_name: z.string(),
  plan: z.string(),
  encryption: z.object({
    enabled: z.boolean(),
    algorithm: z.string(),
    public_key: z.string().nullable(),
  }),
  tenant_id: z.string(),
  endpoints: z.object({ a2a: z.string(), schema: z.string(), mcp: z.string() }),
  sessions: z.array(z.object({ id: z.string(), name: z.string(), status: z.string() })),
  methods: z.array(z.string()),
  rate_limits: z.record(z.string(), z.int()),
})
