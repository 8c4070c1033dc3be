import { proto } from 'baileys'
import type { Account, Companion } from '../accounts.ts'
import { type SentMessage, sentMessagesOf } from '../content/sent-messages.ts'
import { sendPeerMessage } from '../delivery/peer-messages.ts'
import { faultsOf } from '../faults/model.ts'
import { findChat } from '../groups/groups.ts'
import { Group } from '../groups/model.ts'
import type { World } from '../world.ts'
import { chunkOnDemand, webMessageOf } from './chunks.ts'
import { historyOf, type PastChat, type PastMessage } from './model.ts'
import { sendChunk } from './transfer.ts'

type OnDemand = proto.Message.PeerDataOperationRequestMessage.IHistorySyncOnDemandRequest

const defaultCount = 50
const { Type } = proto.Message.ProtocolMessage

/**
 * A client asks its phone for something: older messages, or a message whose content the server kept from it. The
 * answer names the request by the id of its message. Source: `sendPeerDataOperationMessage` of Baileys.
 */
export function receivePeerMessage(
  world: World,
  companion: Companion,
  id: string,
  message: proto.IMessage,
): void {
  const request = message.protocolMessage?.peerDataOperationRequestMessage
  if (!request || faultsOf(world).take('phone_offline', companion.account.phone)) return
  const work = async () => {
    if (request.historySyncOnDemandRequest) {
      await answerOnDemand(world, companion, id, request.historySyncOnDemandRequest)
    }
    if (request.placeholderMessageResendRequest?.length) await resend(world, companion, id, request)
  }
  work().catch((cause) => world.problem('answering a request of a client to its phone', cause))
}

async function answerOnDemand(
  world: World,
  companion: Companion,
  id: string,
  request: OnDemand,
): Promise<void> {
  const { account } = companion
  const history = historyOf(account)
  const chat = findChat(world, request.chatJid ?? undefined)
  if (!chat) return
  const past = withLive(
    world,
    account,
    chat,
    history?.chats.find((one) => one.chat === chat),
  )
  const count = Number(request.onDemandMsgCount ?? defaultCount)
  const chunk = chunkOnDemand(account, past, firstOlder(past, request), count)
  await sendChunk(world, companion, chunk, history?.transfer.external ?? false, id)
}

/** A chat with what was written in it since the phone was given its history. */
function withLive(
  world: World,
  account: Account,
  chat: Account | Group,
  past: PastChat = { chat, unread: 0, archived: false, pinned: false, messages: [] },
): PastChat {
  const known = new Set(past.messages.map(({ id }) => id))
  const live = sentMessagesOf(world)
    .all()
    .flatMap((sent): PastMessage[] => {
      const { id, author, message } = sent
      const isHere = sent.chat === chat || (author === chat && sent.chat === account)
      const shown = isHere && !sent.isStatus && !known.has(id) && account.shown(author.chatId, id)
      if (!shown) return []
      const at = Math.floor(Date.parse(shown.receivedAt) / 1000)
      return [{ id, author, at, status: 'delivered', message }]
    })
  return { ...past, messages: [...live.reverse(), ...past.messages] }
}

/** Where the messages begin that are older than what the client has; one it names by time alone counts as well. */
function firstOlder({ messages }: PastChat, { oldestMsgId, oldestMsgTimestampMs }: OnDemand): number {
  const known = messages.findIndex((message) => message.id === oldestMsgId)
  if (known >= 0) return known + 1
  const oldest = Number(oldestMsgTimestampMs ?? 0)
  if (!oldest) return 0
  // Clients write seconds into this field as well as milliseconds.
  const before = oldest > 100_000_000_000 ? oldest / 1000 : oldest
  const older = messages.findIndex(({ at }) => at < before)
  return older < 0 ? messages.length : older
}

async function resend(
  world: World,
  companion: Companion,
  stanzaId: string,
  { placeholderMessageResendRequest }: proto.Message.IPeerDataOperationRequestMessage,
): Promise<void> {
  const found = (placeholderMessageResendRequest ?? []).flatMap(({ messageKey }) => {
    const known = sentMessagesOf(world).get(messageKey?.id ?? '')
    return known ? [known] : []
  })
  if (!found.length) return
  await sendPeerMessage(companion, {
    protocolMessage: {
      type: Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: {
        peerDataOperationRequestType: proto.Message.PeerDataOperationRequestType.PLACEHOLDER_MESSAGE_RESEND,
        stanzaId,
        peerDataOperationResult: found.map((message) => ({
          placeholderMessageResendResponse: { webMessageInfoBytes: bytesOf(companion, message) },
        })),
      },
    },
  })
}

function bytesOf({ account }: Companion, { id, author, chat, message }: SentMessage): Uint8Array {
  const peer = chat instanceof Group || author === account ? chat : author
  const at = Math.floor(Date.now() / 1000)
  const info = webMessageOf(account, peer, { id, author, at, status: 'read', message })
  return proto.WebMessageInfo.encode(proto.WebMessageInfo.fromObject(info)).finish()
}
