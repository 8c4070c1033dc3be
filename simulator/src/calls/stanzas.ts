import { randomBytes } from 'node:crypto'
import type { BinaryNode } from 'baileys'
import type { Connection } from '../connection.ts'
import { findChat } from '../groups/groups.ts'
import { child, firstChild, stanza } from '../stanza.ts'
import type { World } from '../world.ts'
import { answerCall, callsOf, endCall, startCall } from './model.ts'

/** A client calls, answers or hangs up, or wants a link to a call. Source: `rejectCall`, `createCallLink` of Baileys. */
export function receiveCall(world: World, connection: Connection, node: BinaryNode): void {
  const { account, companion } = connection
  const { id, to } = node.attrs
  const action = firstChild(node)
  const link = stanza('link_create', { token: randomBytes(16).toString('base64url') })
  const content = action?.tag === 'link_create' ? [link] : undefined
  connection.send(stanza('ack', { class: 'call', id, from: to, type: action?.tag }, content))
  if (!account || !companion || !action) return
  const callId = action.attrs['call-id'] ?? ''
  const call = callsOf(world).get(callId)
  if (action.tag === 'offer' && callId) {
    const chat = findChat(world, action.attrs['group-jid'] ?? to)
    const isVideo = child(action, 'video') !== undefined
    if (chat) startCall(world, account, chat, { id: callId, device: companion.device, isVideo })
    return
  }
  if (!call) return
  switch (action.tag) {
    case 'accept':
    case 'reject':
      if (account !== call.from) answerCall(world, call, account, action.tag, companion)
      return
    case 'terminate':
      endCall(world, call, account, undefined, companion)
  }
}
