import type { BinaryNode } from 'baileys'
import { handleAppState } from './app-state/stanzas.ts'
import { handleBusiness } from './business/stanzas.ts'
import { receiveCall } from './calls/stanzas.ts'
import { channelOperations } from './channels/graph.ts'
import { handleChannel, isForChannel, receivePost, receiveView } from './channels/stanzas.ts'
import type { Connection } from './connection.ts'
import { handleGraphQuery } from './graph.ts'
import { handleGroups } from './groups/stanzas.ts'
import { limitOperations } from './limits/graph.ts'
import { isOverRate, type LimitedQuery } from './limits/model.ts'
import { handleDevices, handlePassive } from './linking/devices.ts'
import { handleEncryptionKeys } from './linking/encryption-keys.ts'
import { confirmPairing, receiveLinkFinish, receiveLinkHello } from './linking/pairing.ts'
import { handleMediaConnection } from './media/stanzas.ts'
import { receiveReceipt } from './messages/receipts.ts'
import { receiveMessage } from './messages/stanzas.ts'
import { receivePresence, receiveTyping } from './people/presence.ts'
import { handleAbout, handleBlocklist, handlePrivacy, handleProperties } from './people/settings.ts'
import { handleUsync } from './people/usync.ts'
import { handlePicture } from './pictures/stanzas.ts'
import { answer, type Query, refuse } from './query.ts'
import { child, firstChild } from './stanza.ts'
import type { World } from './world.ts'

type QueryHandler = (query: Query) => void | Promise<void>

/** Queries of linked devices by namespace. */
const queryHandlers: Record<string, QueryHandler> = {
  abt: handleProperties,
  blocklist: handleBlocklist,
  disappearing_mode: answerEmpty,
  encrypt: handleEncryptionKeys,
  newsletter: handleChannel,
  passive: handlePassive,
  privacy: handlePrivacy,
  status: handleAbout,
  'urn:xmpp:whatsapp:dirty': answerEmpty,
  usync: handleUsync,
  'w:biz': handleBusiness,
  'w:g2': handleGroups,
  'w:m': handleMediaConnection,
  'w:mex': (query) => handleGraphQuery(query, graphOperations),
  'w:p': answerEmpty,
  'w:profile:picture': handlePicture,
  'w:stats': answerEmpty,
  'w:sync:app:state': handleAppState,
  md: handleDevices,
}

const graphOperations = { ...limitOperations, ...channelOperations }

/** Takes one stanza of a client. */
export function receiveStanza(world: World, connection: Connection, node: BinaryNode): void | Promise<void> {
  world.counters.stanzas++
  switch (node.tag) {
    case 'iq':
      return receiveQuery(world, connection, node)
    case 'message':
      return isForChannel(node)
        ? receivePost(world, connection, node)
        : receiveMessage(world, connection, node)
    case 'receipt':
      return isForChannel(node)
        ? receiveView(world, connection, node)
        : receiveReceipt(world, connection, node)
    case 'ack':
      connection.companion?.queue.acknowledge(node)
      return
    case 'presence':
      return receivePresence(world, connection, node)
    case 'chatstate':
      return receiveTyping(world, connection, node)
    case 'call':
      return receiveCall(world, connection, node)
    case 'ib':
      // Telemetry and the wish for a batch of offline stanzas, which are on their way already.
      return
    default:
      countUnknown(world, node)
  }
}

function receiveQuery(world: World, connection: Connection, node: BinaryNode): void | Promise<void> {
  const body = firstChild(node)
  const { xmlns = '', type } = node.attrs
  if (type === 'result' || type === 'error') {
    if (body?.tag === 'pair-device-sign') confirmPairing(world, connection, body)
    return
  }
  world.queries.set(xmlns, (world.queries.get(xmlns) ?? 0) + 1)
  if (xmlns === 'md' && body?.tag === 'link_code_companion_reg') {
    if (body.attrs.stage === 'companion_hello') return receiveLinkHello(world, connection, node, body)
    return receiveLinkFinish(connection, node, body)
  }
  const { account, companion } = connection
  const handler = queryHandlers[xmlns]
  if (xmlns === 'w:p' && !companion) return answer({ connection, node })
  if (!account || !companion) return refuse({ connection, node }, 401, 'not-authorized')
  if (!handler) {
    countUnknown(world, node)
    return refuse({ connection, node }, 501, 'feature-not-implemented')
  }
  const kind = limitedQuery(xmlns, body)
  if (kind && isOverRate(account, kind)) return refuse({ connection, node }, 429, 'rate-overlimit')
  return handler({ world, connection, account, companion, node, body })
}

/** The limit that a query falls under. Asking for devices before a message is not asking who has an account. */
function limitedQuery(xmlns: string, body: BinaryNode | undefined): LimitedQuery | undefined {
  if (xmlns === 'w:g2') return 'groups'
  if (xmlns === 'w:profile:picture') return 'pictures'
  return xmlns === 'usync' && child(child(body, 'query'), 'contact') ? 'contacts' : undefined
}

function answerEmpty(query: Query): void {
  answer(query)
}

function countUnknown(world: World, node: BinaryNode): void {
  const { xmlns, type } = node.attrs
  const signature = [node.tag, xmlns, type, firstChild(node)?.tag].filter(Boolean).join(' ')
  world.unknownStanzas.set(signature, (world.unknownStanzas.get(signature) ?? 0) + 1)
}
