import { deflateSync } from 'node:zlib'
import { proto } from 'baileys'
import type { Companion } from '../accounts.ts'
import { namePhone } from '../app-state/phone.ts'
import { keyShareOf } from '../app-state/store.ts'
import { encryptFor } from '../outgoing.ts'
import { messageId, seconds, stanza } from '../stanza.ts'
import type { World } from '../world.ts'

const knownPeople = 500

/**
 * What a phone does for a client that logs in for the first time: it shares the key of the app state, where its
 * owner's name stands, and then the history. Both are peer messages from device 0, in this order, since a
 * client reads settings only once it has the key.
 */
export async function bootstrap(world: World, companion: Companion): Promise<void> {
  if (companion.isBootstrapped) return
  companion.isBootstrapped = true
  const { account } = companion
  const { Type } = proto.Message.ProtocolMessage
  await namePhone(account)
  await sendPeerMessage(companion, {
    protocolMessage: {
      type: Type.APP_STATE_SYNC_KEY_SHARE,
      appStateSyncKeyShare: { keys: [keyShareOf(account)] },
    },
  })
  await sendPeerMessage(companion, {
    protocolMessage: {
      type: Type.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: {
        syncType: proto.Message.HistorySyncType.INITIAL_BOOTSTRAP,
        initialHistBootstrapInlinePayload: deflateSync(historyOf(world, companion)),
        chunkOrder: 1,
        progress: 100,
      },
    },
  })
}

/** The history of a phone: no conversations yet, but who is who. */
function historyOf(world: World, companion: Companion): Uint8Array {
  const known = [...world.accounts.values()]
    .filter((account) => account !== companion.account)
    .slice(0, knownPeople)
  return proto.HistorySync.encode({
    syncType: proto.HistorySync.HistorySyncType.INITIAL_BOOTSTRAP,
    chunkOrder: 1,
    progress: 100,
    conversations: [],
    phoneNumberToLidMappings: known.map(({ jid, lidJid }) => ({ pnJid: jid, lidJid })),
    pushnames: known.map(({ jid, name }) => ({ id: jid, pushname: name })),
  }).finish()
}

/** A message from the own phone to one linked device that is no chat message. */
export async function sendPeerMessage(companion: Companion, message: proto.IMessage): Promise<void> {
  const { account } = companion
  await account.inOrder(async () => {
    const { type, ciphertext } = await encryptFor(account, companion, message)
    const attrs = { from: account.jid, id: messageId(), type: 'text', category: 'peer', t: seconds() }
    companion.queue.add(stanza('message', attrs, [stanza('enc', { v: '2', type }, ciphertext)]))
  })
}
