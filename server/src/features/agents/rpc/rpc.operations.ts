import { z } from 'zod'
import type { Context } from '../../../context.ts'
import { defineOperation, type Operation, type ProtocolHints } from '../../../operation.ts'
import { capabilitiesAnswer, encryptionSuite } from '../keys/agent-keys.schema.ts'
import { getBootstrap } from './bootstrap.service.ts'
import { rpcMethods } from './methods.ts'
import { bootstrapAnswer, rpcAnswer, rpcParams, rpcRequest, schemaAnswer } from './rpc.schema.ts'
import { answerRpc, describeMethods, type RpcScope } from './rpc.service.ts'

const gate = { feature: 'a2a' }

function run(ctx: Context, protocol: ProtocolHints | undefined, scope: RpcScope) {
  if (protocol === undefined) throw new Error('the transport handed over no message')
  return answerRpc(ctx, protocol, scope)
}

const common = {
  method: 'POST',
  access: ['a2a:manage'],
  gate,
  isProtocol: true,
  body: rpcRequest,
  success: { status: 200, schema: rpcAnswer },
} as const

const plain = defineOperation({
  ...common,
  id: 'agent.call',
  path: '/a2a',
  summary: 'Call a method by JSON-RPC 2.0; your oldest working session, unless you name one',
  run: (ctx, { protocol }) => run(ctx, protocol, {}),
})

const bySession = defineOperation({
  ...common,
  id: 'agent.call_session',
  path: '/a2a/{session_id}',
  summary: 'Call a method by JSON-RPC 2.0 for one session',
  params: rpcParams.session,
  run: (ctx, { protocol, session_id }) => run(ctx, protocol, { session_id }),
})

const byTenant = defineOperation({
  ...common,
  id: 'agent.call_tenant',
  path: '/a2a/{tenant_id}/{session_id}',
  summary: 'Call a method by JSON-RPC 2.0 for one session of your tenant',
  params: rpcParams.tenant,
  run: (ctx, { protocol, tenant_id, session_id }) => run(ctx, protocol, { tenant_id, session_id }),
})

const byWebhook = defineOperation({
  ...common,
  id: 'agent.call_webhook',
  path: '/a2a/{tenant_id}/{session_id}/{webhook_id}',
  summary: 'Call a method by JSON-RPC 2.0 for one session and webhook of your tenant',
  params: rpcParams.tenant.extend({ webhook_id: z.guid().toLowerCase() }),
  run: (ctx, { protocol, tenant_id, session_id, webhook_id }) =>
    run(ctx, protocol, { tenant_id, session_id, webhook_id }),
})

const schema = defineOperation({
  id: 'agent.schema',
  method: 'GET',
  path: '/a2a/schema',
  summary: 'The methods of JSON-RPC with their schemas and limits',
  access: ['a2a:read'],
  success: { status: 200, schema: schemaAnswer },
  run: async () => describeMethods(),
})

const capabilities = defineOperation({
  id: 'agent.capabilities',
  method: 'GET',
  path: '/agent/capabilities',
  summary: 'What encryption and methods there are',
  access: ['a2a:read'],
  gate,
  success: { status: 200, schema: capabilitiesAnswer },
  run: async () => {
    return {
      encryption: {
        key_exchange: 'X25519',
        kdf: 'HKDF-SHA256',
        cipher: 'AES-256-GCM',
        key_bytes: 32,
        suite: encryptionSuite,
      },
      methods: Object.keys(rpcMethods),
      protocol: 'jsonrpc-2.0',
    }
  },
})

const bootstrap = defineOperation({
  id: 'agent.bootstrap',
  method: 'GET',
  path: '/agent/bootstrap',
  summary: 'All that an agent needs to begin: sessions, addresses, methods, limits, encryption',
  access: ['a2a:read'],
  success: { status: 200, schema: bootstrapAnswer },
  run: (ctx) => getBootstrap(ctx),
})

/** JSON-RPC of the contract. */
export const rpcOperations: readonly Operation[] = [
  plain,
  bySession,
  byTenant,
  byWebhook,
  schema,
  capabilities,
  bootstrap,
]
