import { proto } from 'baileys'
import type { Companion } from '../accounts.ts'
import { namePhone } from '../app-state/phone.ts'
import { keyShareOf } from '../app-state/store.ts'
import { sendPeerMessage } from '../delivery/peer-messages.ts'
import { sendHistory } from '../history/transfer.ts'
import type { World } from '../world.ts'

/**
 * What a phone does for a client that logs in for the first time: it shares the key of the app state, where its
 * owner's name stands, and then the history. Both are peer messages from device 0, in this order, since a
 * client reads settings only once it has the key.
 */
export async function bootstrap(world: World, companion: Companion): Promise<void> {
  if (companion.isBootstrapped) return
  companion.isBootstrapped = true
  const { account } = companion
  await namePhone(account)
  await sendPeerMessage(companion, {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE,
      appStateSyncKeyShare: { keys: [keyShareOf(account)] },
    },
  })
  await sendHistory(world, companion)
}
