import { normalizeMessageContent, proto } from 'baileys'
import type { Account } from './accounts.ts'
import type { MessageKind, ReceivedMessage } from './records.ts'
import type { RememberedMessage, World } from './world.ts'

/** What a person writes. */
export type TextDraft = { text: string; quoted?: RememberedMessage; mentions?: Account[] }

/** Message of a text; plain texts travel as `conversation`, those with context as `extendedTextMessage`. */
export function textMessage(draft: TextDraft, nameOf: (account: Account) => string): proto.IMessage {
  const { text, quoted, mentions } = draft
  if (!quoted && !mentions?.length) return { conversation: text }
  return {
    extendedTextMessage: {
      text,
      contextInfo: {
        ...(quoted && {
          stanzaId: quoted.id,
          participant: nameOf(quoted.author),
          quotedMessage: quoted.message,
        }),
        ...(mentions?.length && { mentionedJid: mentions.map(nameOf) }),
      },
    },
  }
}

type Description = Pick<ReceivedMessage, 'kind' | 'text' | 'quoted' | 'mentions' | 'target'>

/** What a phone shows of a message. */
export function describeMessage(world: World, message: proto.IMessage): Description {
  const content = normalizeMessageContent(message) ?? message
  const description = describeContent(content)
  const context = contextOf(content)
  if (context?.stanzaId) {
    const text = context.quotedMessage ? describeContent(context.quotedMessage).text : undefined
    description.quoted = {
      id: context.stanzaId,
      ...(context.participant && { from: world.chatIdOf(context.participant) }),
      ...(text !== undefined && { text }),
    }
  }
  if (context?.mentionedJid?.length) {
    description.mentions = context.mentionedJid.map((jid) => world.chatIdOf(jid))
  }
  return description
}

function describeContent(content: proto.IMessage): Description {
  if (content.conversation) return { kind: 'text', text: content.conversation }
  if (content.extendedTextMessage) return { kind: 'text', text: content.extendedTextMessage.text ?? '' }
  const { reactionMessage, protocolMessage } = content
  if (reactionMessage) {
    return about('reaction', reactionMessage.key?.id, reactionMessage.text ?? '')
  }
  const { Type } = proto.Message.ProtocolMessage
  if (protocolMessage?.type === Type.REVOKE) return about('revoke', protocolMessage.key?.id)
  if (protocolMessage?.type === Type.MESSAGE_EDIT) {
    const edited = describeContent(protocolMessage.editedMessage ?? {})
    return about('edit', protocolMessage.key?.id, edited.text)
  }
  return describeRich(content)
}

function about(kind: MessageKind, target: string | null | undefined, text?: string): Description {
  return { kind, ...(target && { target }), ...(text !== undefined && { text }) }
}

function describeRich(content: proto.IMessage): Description {
  const withText = (kind: MessageKind, text: string | null | undefined): Description =>
    text ? { kind, text } : { kind }
  if (content.imageMessage) return withText('image', content.imageMessage.caption)
  if (content.videoMessage) return withText('video', content.videoMessage.caption)
  if (content.audioMessage) return { kind: 'audio' }
  if (content.documentMessage) return withText('document', content.documentMessage.caption)
  if (content.stickerMessage) return { kind: 'sticker' }
  if (content.locationMessage) return withText('location', content.locationMessage.name)
  if (content.liveLocationMessage) return withText('location', content.liveLocationMessage.caption)
  if (content.contactMessage) return withText('contact', content.contactMessage.displayName)
  if (content.contactsArrayMessage) return withText('contact', content.contactsArrayMessage.displayName)
  const poll = content.pollCreationMessage ?? content.pollCreationMessageV2 ?? content.pollCreationMessageV3
  if (poll) return withText('poll', poll.name)
  if (content.pollUpdateMessage) return { kind: 'poll_vote' }
  return { kind: 'other' }
}

function contextOf(content: proto.IMessage): proto.IContextInfo | undefined {
  for (const part of Object.values(content)) {
    if (part && typeof part === 'object' && 'contextInfo' in part && part.contextInfo) {
      return part.contextInfo as proto.IContextInfo
    }
  }
  return undefined
}

/** The `type` attribute of a message stanza. Source: `getMessageType` of Baileys. */
export function stanzaTypeOf(message: proto.IMessage): string {
  const { kind } = describeContent(normalizeMessageContent(message) ?? message)
  if (kind === 'reaction') return 'reaction'
  if (kind === 'poll' || kind === 'poll_vote') return 'poll'
  return ['image', 'video', 'audio', 'document', 'sticker', 'contact'].includes(kind) ? 'media' : 'text'
}
