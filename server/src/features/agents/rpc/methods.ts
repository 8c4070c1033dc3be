import { z } from 'zod'
import type { Context } from '../../../context.ts'
import type { InnerCall } from '../../../operation.ts'
import type { Scope } from '../../../scopes.ts'
import { toTimestamp } from '../../../wire.ts'
import { getPolicyView } from '../../safety/content-policy/policy.service.ts'
import { passForPeer, submit } from '../../sending/outbox/submit.service.ts'
import { trustLevels } from '../peers/peers.schema.ts'
import { findPeer, sendToPeer } from '../peers/peers.service.ts'
import {
  contextParams,
  createGroupParams,
  inviteParams,
  listGroupsParams,
  RpcError,
  rpcCodes,
  sendParams,
  webhookParams,
} from './rpc.schema.ts'

/** What a method works with: the caller's context, the session it is about and the way to other operations. */
export interface MethodCall {
  ctx: Context
  /** The session of params or path, else the oldest working one; throws when there is none. */
  sessionId(): Promise<string>
  call(operationId: string, input: InnerCall): Promise<unknown>
}

/** One method of the contract as data. */
export interface RpcMethod {
  description: string
  /** Per minute and tenant. */
  limit: number
  /** Needed besides `a2a:manage`. */
  scopes: readonly Scope[]
  params: z.ZodType
  result: z.ZodType
  run(call: MethodCall, params: unknown): Promise<unknown>
}

function defineMethod<P extends z.ZodType>(
  method: Omit<RpcMethod, 'params' | 'run' | 'scopes'> & {
    scopes?: readonly Scope[]
    params: P
    run(call: MethodCall, params: z.output<P>): Promise<unknown>
  },
): RpcMethod {
  return { scopes: [], ...method } as RpcMethod
}

/** To a known peer that is trusted enough a text goes from tenant to tenant, sealed; to all others by WhatsApp. */
async function sendSealed(
  ctx: Context,
  phone: string,
  outgoing: Parameters<typeof passForPeer>[1],
  metadata: Record<string, z.core.util.JSONType> | null,
) {
  const peer = await findPeer(ctx, phone)
  if (peer === undefined) return undefined
  const { min_trust_level: least } = await getPolicyView(ctx)
  if (trustLevels.indexOf(peer.trustLevel) < trustLevels.indexOf(least))
    throw new RpcError(rpcCodes.contentPolicy, 'The recipient is trusted less than min_trust_level')
  if (peer.trustLevel === 'blocked') return undefined
  const passed = await passForPeer(ctx, outgoing)
  if (passed === undefined) return undefined
  const { text, ownPhone } = passed
  const messageId = await sendToPeer(ctx, peer, { text, metadata }, ownPhone)
  return {
    message_id: messageId,
    status: 'sent',
    timestamp: toTimestamp(ctx.clock.now()),
    encrypted: true,
  }
}

const sendMessage = defineMethod({
  description: 'Send a WhatsApp message',
  limit: 30,
  params: sendParams,
  result: z.object({
    message_id: z.string(),
    status: z.string(),
    timestamp: z.string(),
    encrypted: z.boolean().optional(),
  }),
  async run({ ctx, sessionId }, { phone, text, metadata }) {
    const outgoing = {
      sessionId: await sessionId(),
      chatId: `${phone}@c.us`,
      content: { kind: 'text' as const, text },
    }
    const sealed = await sendSealed(ctx, phone, outgoing, metadata ?? null)
    if (sealed !== undefined) return sealed
    const { message } = await submit(ctx, {
      ...outgoing,
      origin: 'agent',
      ...(metadata === undefined ? {} : { metadata }),
    })
    return {
      message_id: message.wa_message_id ?? message.id,
      status: message.status,
      timestamp: message.sent_at ?? toTimestamp(ctx.clock.now()),
    }
  },
})

const createGroup = defineMethod({
  description: 'Create a WhatsApp group',
  limit: 5,
  params: createGroupParams,
  result: z.record(z.string(), z.unknown()),
  run: async ({ call, sessionId }, { name, participants }) =>
    call('groups.create_whatsapp_group', { body: { session_id: await sessionId(), name, participants } }),
})

const invite = defineMethod({
  description: 'Add people to a WhatsApp group',
  limit: 10,
  params: inviteParams,
  result: z.object({
    group_id: z.string(),
    results: z.array(z.object({ phone: z.string(), success: z.boolean(), error: z.string().nullable() })),
  }),
  async run({ call, sessionId }, { groupId, participants }) {
    const body = { session_id: await sessionId(), participants }
    const added = (await call('groups.add', { params: { wa_group_id: groupId }, body })) as {
      results?: readonly { phone?: string; success?: boolean; error?: string | null }[]
    }
    const results = (added.results ?? []).map(({ phone = '', success = true, error = null }) => ({
      phone,
      success,
      error,
    }))
    return { group_id: groupId, results }
  },
})

interface AvailableGroup {
  wa_group_id: string
  name: string
  member_count: number
  is_monitored: boolean
}

const listGroups = defineMethod({
  description: 'List the WhatsApp groups of a session',
  limit: 60,
  params: listGroupsParams,
  result: z.object({
    groups: z.array(
      z.object({
        group_id: z.string(),
        name: z.string(),
        participant_count: z.int(),
        is_monitored: z.boolean(),
      }),
    ),
    total: z.int(),
    limit: z.int(),
    offset: z.int(),
  }),
  async run({ call, sessionId }, { limit, offset }) {
    const params = { session_id: await sessionId() }
    const { items } = (await call('groups.available', { params })) as { items: readonly AvailableGroup[] }
    const groups = items.slice(offset, offset + limit).map((group) => ({
      group_id: group.wa_group_id,
      name: group.name,
      participant_count: group.member_count,
      is_monitored: group.is_monitored,
    }))
    return { groups, total: items.length, limit, offset }
  },
})

interface MonitoredGroup {
  id: string
  session_id: string
  wa_group_id: string
  name: string
  member_count: number
  monitor_mode: string
}

/** The monitored group with an id of WhatsApp or of ours; of one session when that is said. */
async function findMonitored({ call }: MethodCall, groupId: string, sessionId: string | undefined) {
  for (let offset = 0; ; offset += 100) {
    const page = (await call('groups.list', { query: { limit: '100', offset: String(offset) } })) as {
      items: readonly MonitoredGroup[]
      total: number
    }
    const found = page.items.find(
      (group) =>
        (group.wa_group_id === groupId || group.id === groupId) &&
        (sessionId === undefined || group.session_id === sessionId),
    )
    if (found !== undefined) return found
    if (offset + 100 >= page.total)
      throw new RpcError(rpcCodes.invalidParams, 'group_id: no monitored group has this id')
  }
}

const getContext = defineMethod({
  description: 'What was said in a monitored group lately',
  limit: 30,
  params: contextParams,
  result: z.object({
    group: z.object({
      group_id: z.string(),
      name: z.string(),
      participant_count: z.int(),
      monitor_mode: z.string(),
    }),
    messages: z.array(z.record(z.string(), z.unknown())),
    total: z.int(),
  }),
  async run(method, { groupId, limit, session_id: sessionId }) {
    const group = await findMonitored(method, groupId, sessionId)
    const captured = (await method.call('groups.messages', {
      params: { group_id: group.id },
      query: { limit: String(limit) },
    })) as { items: readonly unknown[]; total: number }
    return {
      group: {
        group_id: group.wa_group_id,
        name: group.name,
        participant_count: group.member_count,
        monitor_mode: group.monitor_mode,
      },
      messages: captured.items,
      total: captured.total,
    }
  },
})

const manageWebhooks = defineMethod({
  description: 'Create, list, change and delete webhooks',
  limit: 20,
  scopes: ['webhooks:manage'],
  params: webhookParams,
  result: z.unknown(),
  async run({ call }, { action, webhook_id: id, webhook }) {
    if (action === 'list') return call('webhooks.list', {})
    if (action !== 'delete' && webhook === undefined)
      throw new RpcError(rpcCodes.invalidParams, 'webhook: field required')
    if (action === 'create') return call('webhooks.create', { body: { ...webhook } })
    if (id === undefined) throw new RpcError(rpcCodes.invalidParams, 'webhook_id: field required')
    if (action === 'delete') return call('webhooks.delete', { params: { id } })
    return call('webhooks.update', { params: { id }, body: { ...webhook } })
  },
})

/** The methods of the contract. */
export const rpcMethods: Readonly<Record<string, RpcMethod>> = {
  'agent.message.send': sendMessage,
  'agent.group.create': createGroup,
  'agent.group.invite': invite,
  'agent.group.list': listGroups,
  'group.getContext': getContext,
  webhook_manager: manageWebhooks,
}

/** The method a name means; older clients have one of their own. */
export function findMethod(name: string): [string, RpcMethod] | undefined {
  const canonical = name === 'message/send' ? 'agent.message.send' : name
  if (!Object.hasOwn(rpcMethods, canonical)) return undefined
  const method = rpcMethods[canonical]
  return method === undefined ? undefined : [canonical, method]
}
