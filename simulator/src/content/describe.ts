import { normalizeMessageContent, proto } from 'baileys'
import { mediaPartOf } from '../media/part.ts'
import type { MessageKind, ReceivedMessage, ShownMedia } from '../records.ts'
import type { World } from '../world.ts'

/** What the content of a message alone says. */
type Description = Omit<ReceivedMessage, 'id' | 'from' | 'chat' | 'receivedAt' | 'fromMe'>

/** What a phone shows of a message. */
export function describeMessage(world: World, message: proto.IMessage): Description {
  const content = normalizeMessageContent(message) ?? message
  const description = describeContent(content)
  if (isViewOnce(message, content)) description.viewOnce = true
  const context = contextOf(content) ?? contextOf(content.protocolMessage?.editedMessage ?? {})
  if (!context) return description
  if (context.stanzaId) {
    const text = context.quotedMessage ? describeContent(context.quotedMessage).text : undefined
    description.quoted = {
      id: context.stanzaId,
      ...(context.participant && { from: world.chatIdOf(context.participant) }),
      ...(text !== undefined && { text }),
    }
  }
  if (context.mentionedJid?.length) {
    description.mentions = context.mentionedJid.map((jid) => world.chatIdOf(jid))
  }
  if (context.isForwarded) description.forwarded = true
  if (context.expiration) description.ephemeralSeconds = context.expiration
  return description
}

/** What a message says, without what is around it. */
export function describeContent(wrapped: proto.IMessage): Description {
  const content = normalizeMessageContent(wrapped) ?? wrapped
  if (content.conversation) return { kind: 'text', text: content.conversation }
  if (content.extendedTextMessage) return { kind: 'text', text: content.extendedTextMessage.text ?? '' }
  const { reactionMessage, protocolMessage, pollUpdateMessage } = content
  if (reactionMessage) return about('reaction', reactionMessage.key?.id, reactionMessage.text ?? '')
  if (pollUpdateMessage) return about('poll_vote', pollUpdateMessage.pollCreationMessageKey?.id)
  if (protocolMessage) return describeProtocolMessage(protocolMessage)
  return describeMedia(content) ?? describeRich(content)
}

function describeProtocolMessage(message: proto.Message.IProtocolMessage): Description {
  const { Type } = proto.Message.ProtocolMessage
  if (message.type === Type.REVOKE) return about('revoke', message.key?.id)
  if (message.type === Type.MESSAGE_EDIT) {
    return about('edit', message.key?.id, describeContent(message.editedMessage ?? {}).text)
  }
  if (message.type === Type.EPHEMERAL_SETTING) {
    return { kind: 'disappearing', ephemeralSeconds: message.ephemeralExpiration ?? 0 }
  }
  return { kind: 'other' }
}

function about(kind: MessageKind, target: string | null | undefined, text?: string): Description {
  return { kind, ...(target && { target }), ...(text !== undefined && { text }) }
}

function describeMedia(content: proto.IMessage): Description | undefined {
  const found = mediaPartOf(content)
  if (!found) return undefined
  const { kind, part } = found
  const media: ShownMedia = {
    mimetype: part.mimetype ?? '',
    bytes: Number(part.fileLength ?? 0),
    sha256: Buffer.from(part.fileSha256 ?? []).toString('hex'),
    ...(part.fileName && { fileName: part.fileName }),
    ...(part.seconds && { seconds: part.seconds }),
    ...(part.width && { width: part.width }),
    ...(part.height && { height: part.height }),
    ...(part.caption && { caption: part.caption }),
  }
  return { kind, media, ...(part.caption && { text: part.caption }) }
}

function describeRich(content: proto.IMessage): Description {
  const { locationMessage, liveLocationMessage, contactMessage, contactsArrayMessage } = content
  if (locationMessage) return withText(describeLocation(locationMessage), locationMessage.name)
  if (liveLocationMessage) {
    const { location } = describeLocation(liveLocationMessage)
    const live = { ...location, latitude: location?.latitude ?? 0, longitude: location?.longitude ?? 0 }
    return withText({ kind: 'location', location: { ...live, live: true } }, liveLocationMessage.caption)
  }
  if (contactMessage) {
    const { displayName } = contactMessage
    return withText({ kind: 'contact', contacts: [describeContact(contactMessage)] }, displayName)
  }
  if (contactsArrayMessage) {
    const contacts = (contactsArrayMessage.contacts ?? []).map(describeContact)
    return withText({ kind: 'contact', contacts }, contactsArrayMessage.displayName)
  }
  const poll = pollOf(content)
  if (!poll) return { kind: 'other' }
  const options = (poll.options ?? []).map(({ optionName }) => optionName ?? '')
  const votes = Object.fromEntries(options.map((option) => [option, []]))
  const title = poll.name ?? ''
  const multiple = poll.selectableOptionsCount !== 1
  return withText({ kind: 'poll', poll: { title, options, multiple, votes } }, title)
}

/** The poll that a message starts, in whichever of its forms. */
export function pollOf(message: proto.IMessage): proto.Message.IPollCreationMessage | undefined {
  const content = normalizeMessageContent(message) ?? message
  return (
    content.pollCreationMessage ??
    content.pollCreationMessageV2 ??
    content.pollCreationMessageV3 ??
    content.pollCreationMessageV5 ??
    undefined
  )
}

function withText(description: Description, text: string | null | undefined): Description {
  return text ? { ...description, text } : description
}

function describeLocation(location: proto.Message.ILocationMessage): Description {
  return {
    kind: 'location',
    location: {
      latitude: location.degreesLatitude ?? 0,
      longitude: location.degreesLongitude ?? 0,
      ...(location.name && { name: location.name }),
      ...(location.address && { address: location.address }),
      ...(location.isLive && { live: true as const }),
    },
  }
}

function describeContact({ displayName, vcard }: proto.Message.IContactMessage) {
  const card = vcard ?? ''
  const phone = /waid=(\d+)/.exec(card)?.[1] ?? /^TEL[^:]*:(.*)$/m.exec(card)?.[1]?.replace(/\D/g, '')
  return { name: displayName ?? '', ...(phone && { phone }), vcard: card }
}

function isViewOnce(message: proto.IMessage, content: proto.IMessage): boolean {
  const { viewOnceMessage, viewOnceMessageV2, viewOnceMessageV2Extension } = message
  return Boolean(
    viewOnceMessage ||
      viewOnceMessageV2 ||
      viewOnceMessageV2Extension ||
      content.imageMessage?.viewOnce ||
      content.videoMessage?.viewOnce ||
      content.audioMessage?.viewOnce,
  )
}

function contextOf(content: proto.IMessage): proto.IContextInfo | undefined {
  for (const part of Object.values(content)) {
    if (part && typeof part === 'object' && 'contextInfo' in part && part.contextInfo) {
      return part.contextInfo as proto.IContextInfo
    }
  }
  return undefined
}
