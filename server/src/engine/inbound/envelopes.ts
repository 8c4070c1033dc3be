import type { proto } from 'baileys'

/**
 * Fields of a message that hold another message (`FutureProofMessage` of the protobuf, and comments): disappearing,
 * view-once, documents with a caption, answers to bots, and what newer clients wrap so that older ones skip it.
 */
const envelopes = [
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
  'documentWithCaptionMessage',
  'editedMessage',
  'groupMentionedMessage',
  'botInvokeMessage',
  'lottieStickerMessage',
  'commentMessage',
  'statusMentionMessage',
  'associatedChildMessage',
  'groupStatusMentionMessage',
  'pollCreationMessageV4',
  'statusAddYours',
  'groupStatusMessage',
  'limitSharingMessage',
  'botTaskMessage',
  'questionMessage',
  'groupStatusMessageV2',
  'botForwardedMessage',
  'questionReplyMessage',
] as const satisfies readonly (keyof proto.IMessage)[]

const viewOnceEnvelopes: ReadonlySet<string> = new Set([
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
])
/** Beside the content, not content. */
const companions = [
  'messageContextInfo',
  'senderKeyDistributionMessage',
  'fastRatchetKeySenderKeyDistributionMessage',
] as const satisfies readonly (keyof proto.IMessage)[]
const companionNames: ReadonlySet<string> = new Set(companions)

/** Fields that hold another message. */
export type EnvelopeName = (typeof envelopes)[number] | 'deviceSentMessage'
/** Fields beside the content. */
export type CompanionName = (typeof companions)[number]
const maxDepth = 12

/** A message without its envelopes. */
export interface OpenedMessage {
  message: proto.IMessage
  /** Name of the content's field; undefined when there is none. */
  type: keyof proto.IMessage | undefined
  isViewOnce: boolean
  /** Keys and settings of the message, from whichever layer has them. */
  contextInfo: proto.IMessageContextInfo | undefined
}

/** Takes every envelope off; one that is empty or too deep is content itself. */
export function openEnvelopes(message: proto.IMessage): OpenedMessage {
  let inner = message
  let isViewOnce = false
  let contextInfo = message.messageContextInfo ?? undefined
  for (let depth = 0; depth < maxDepth; depth += 1) {
    const next = nextLayer(inner)
    if (next === undefined) break
    isViewOnce ||= next.isViewOnce
    inner = next.message
    contextInfo = inner.messageContextInfo ?? contextInfo
  }
  return { message: inner, type: contentField(inner), isViewOnce, contextInfo }
}

function nextLayer(message: proto.IMessage): { message: proto.IMessage; isViewOnce: boolean } | undefined {
  const sent = message.deviceSentMessage?.message
  if (sent) return { message: sent, isViewOnce: false }
  for (const name of envelopes) {
    const held = message[name]?.message
    if (held) return { message: held, isViewOnce: viewOnceEnvelopes.has(name) }
  }
  return undefined
}

/** The first field that is content: decoded messages have own properties for what was sent alone. */
function contentField(message: proto.IMessage): keyof proto.IMessage | undefined {
  for (const [name, value] of Object.entries(message)) {
    if (value !== null && value !== undefined && !companionNames.has(name))
      return name as keyof proto.IMessage
  }
  return undefined
}

/** The chunk of history that a message of the own phone carries, or where it is. */
export function historyIn(
  message: proto.IMessage | null | undefined,
): proto.Message.IHistorySyncNotification | undefined {
  const inner = message?.deviceSentMessage?.message ?? message
  return inner?.protocolMessage?.historySyncNotification ?? undefined
}
