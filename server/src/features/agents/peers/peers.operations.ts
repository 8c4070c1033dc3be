import { defineOperation, type Operation } from '../../../operation.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { idParams } from '../../../wire.ts'
import {
  acceptedAnswer,
  envelopeBody,
  localPeer,
  messageNotTaken,
  messageReplayed,
  registerBody,
} from './envelopes.schema.ts'
import { receiveMessage } from './envelopes.service.ts'
import {
  blockedByPeer,
  peerKeyAnswer,
  peerKeyParams,
  peerSchema,
  peersAnswer,
  peersQuery,
  resolvedAnswer,
  resolveParams,
  trustBody,
} from './peers.schema.ts'
import { changeTrust, getPeerKey, getPeers, registerPeer, resolvePhone } from './peers.service.ts'

const gate = { feature: 'a2a' }

const peerKey = defineOperation({
  id: 'agent.peer_key',
  method: 'GET',
  path: '/agent/peer/{tenant_id}/public-key',
  summary: 'The public key of another tenant of this installation',
  access: ['a2a:read'],
  gate,
  params: peerKeyParams,
  success: { status: 200, schema: peerKeyAnswer },
  errors: [blockedByPeer],
  run: (ctx, { tenant_id }) => getPeerKey(ctx, tenant_id),
})

const resolve = defineOperation({
  id: 'agent.resolve',
  method: 'GET',
  path: '/agents/resolve/{phone}',
  summary: 'Find the agent behind a phone, of those who want to be found',
  access: ['a2a:read'],
  gate,
  params: resolveParams,
  success: { status: 200, schema: resolvedAnswer },
  run: (ctx, { phone }) => resolvePhone(ctx, phone),
})

const list = defineOperation({
  id: 'agent.list_peers',
  method: 'GET',
  path: '/agents/peers',
  summary: 'Agents of others that you know',
  access: ['a2a:read'],
  gate,
  query: peersQuery,
  success: { status: 200, schema: peersAnswer },
  run: (ctx, { trust_level }) => getPeers(ctx, trust_level),
})

const register = defineOperation({
  id: 'agent.register_peer',
  method: 'POST',
  path: '/agents/peers',
  summary: 'Enter an agent of another installation, with the key that its people gave you',
  access: ['a2a:manage'],
  gate,
  body: registerBody,
  success: { status: 201, schema: peerSchema },
  errors: [addressRefused, localPeer],
  run: (ctx, input) => registerPeer(ctx, input),
})

const trust = defineOperation({
  id: 'agent.trust_peer',
  method: 'PATCH',
  path: '/agents/peers/{id}/trust',
  summary: 'Say how far a peer is trusted',
  access: ['a2a:manage'],
  gate,
  params: idParams,
  body: trustBody,
  success: { status: 200, schema: peerSchema },
  run: (ctx, { id, trust_level }) => changeTrust(ctx, id, trust_level),
})

const inbox = defineOperation({
  id: 'agent.inbox',
  method: 'POST',
  path: '/agent/inbox',
  summary: 'Where agents of other installations bring sealed messages; the seal says who they are',
  access: 'public',
  countsRefusals: true,
  maxBodyBytes: 200_000,
  body: envelopeBody,
  success: { status: 200, schema: acceptedAnswer },
  errors: [messageNotTaken, messageReplayed],
  run: (ctx, { door: _, ...envelope }) => receiveMessage(ctx, envelope, { name: null, phone: null }),
})

/** Other agents, and messages from them. */
export const peersOperations: readonly Operation[] = [peerKey, resolve, list, register, trust, inbox]
