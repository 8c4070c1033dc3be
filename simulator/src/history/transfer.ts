import { deflateSync } from 'node:zlib'
import { proto } from 'baileys'
import type { Companion } from '../accounts.ts'
import { sendPeerMessage } from '../delivery/peer-messages.ts'
import { sealFile } from '../media/crypto.ts'
import { mediaOf } from '../media/store.ts'
import { defineState } from '../state.ts'
import type { World } from '../world.ts'
import { planChunks } from './chunks.ts'
import { historyOf } from './model.ts'

/** Clients that want all of the history. */
const full = defineState<Companion, boolean>(() => false)

/** Records whether a client that is being linked wants all of the history. */
export function recordFullSync(companion: Companion, deviceProps: Uint8Array | null | undefined): void {
  if (deviceProps?.length && proto.DeviceProps.decode(deviceProps).requireFullSync) full.set(companion, true)
}

/** The phone sends its history to a client that was just linked. The first chunk is out when this resolves. */
export async function sendHistory(world: World, companion: Companion): Promise<void> {
  const { account } = companion
  const history = historyOf(account)
  const [first, ...rest] = planChunks(world, account, history, full.of(companion))
  const { external = false, delayMs = 0 } = history?.transfer ?? {}
  if (first) await sendChunk(world, companion, first, external)
  const sendNext = async (): Promise<void> => {
    const chunk = rest.shift()
    if (!chunk) return
    await sendChunk(world, companion, chunk, external)
    later()
  }
  const later = () => {
    if (!rest.length || account.companions.get(companion.device) !== companion) return
    world.after(delayMs, () => {
      sendNext().catch((cause) => world.problem('sending history', cause))
    })
  }
  later()
}

/** Sends one chunk, inside the message or as a file. */
export async function sendChunk(
  world: World,
  companion: Companion,
  chunk: proto.IHistorySync,
  isExternal: boolean,
  peerDataRequestSessionId?: string,
): Promise<void> {
  const payload = deflateSync(proto.HistorySync.encode(proto.HistorySync.fromObject(chunk)).finish())
  const payloadFields = isExternal
    ? upload(world, companion, payload)
    : { initialHistBootstrapInlinePayload: payload }
  await sendPeerMessage(companion, {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: {
        // Both enumerations have the same numbers.
        syncType: chunk.syncType as number as proto.Message.HistorySyncType,
        chunkOrder: chunk.chunkOrder ?? 1,
        ...(typeof chunk.progress === 'number' && { progress: chunk.progress }),
        ...(peerDataRequestSessionId !== undefined && { peerDataRequestSessionId }),
        ...payloadFields,
      },
    },
  })
}

function upload(
  world: World,
  { account }: Companion,
  payload: Buffer,
): proto.Message.IHistorySyncNotification {
  const { ciphertext, ...claims } = sealFile(payload, 'history')
  return { ...claims, directPath: mediaOf(world).put(ciphertext, account.phone) }
}
