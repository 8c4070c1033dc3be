import { normalizeMessageContent, proto } from 'baileys'

/** The attributes by which the outside of a message says what is inside. */
export type OuterAttributes = {
  type: string
  /** Of `<enc>`. */
  mediatype: string | undefined
  /** Of `<message>`: 1 for an edit, 7 for a revocation by the author, 8 for one by an admin. */
  edit: string | undefined
}

/** Source: `getMessageType` and `getMediaType` of Baileys, `getTypeFromMessage` and `EditAttribute` of whatsmeow. */
export function outerAttributes(message: proto.IMessage): OuterAttributes {
  const content = normalizeMessageContent(message) ?? message
  const mediatype = mediaTypeOf(content)
  return { type: typeOf(content, mediatype), mediatype, edit: editOf(content) }
}

function typeOf(content: proto.IMessage, mediatype: string | undefined): string {
  if (content.reactionMessage || content.encReactionMessage) return 'reaction'
  const isPoll =
    content.pollCreationMessage ??
    content.pollCreationMessageV2 ??
    content.pollCreationMessageV3 ??
    content.pollUpdateMessage
  if (isPoll) return 'poll'
  if (content.eventMessage) return 'event'
  return mediatype ? 'media' : 'text'
}

function mediaTypeOf(content: proto.IMessage): string | undefined {
  if (content.imageMessage) return 'image'
  if (content.videoMessage) return content.videoMessage.gifPlayback ? 'gif' : 'video'
  if (content.ptvMessage) return 'ptv'
  if (content.audioMessage) return content.audioMessage.ptt ? 'ptt' : 'audio'
  if (content.contactMessage) return 'vcard'
  if (content.documentMessage) return 'document'
  if (content.contactsArrayMessage) return 'contact_array'
  if (content.liveLocationMessage) return 'livelocation'
  return content.stickerMessage ? 'sticker' : undefined
}

function editOf({ protocolMessage }: proto.IMessage): string | undefined {
  const { Type } = proto.Message.ProtocolMessage
  if (protocolMessage?.type === Type.MESSAGE_EDIT) return '1'
  if (protocolMessage?.type === Type.REVOKE) return protocolMessage.key?.fromMe ? '7' : '8'
  return undefined
}
