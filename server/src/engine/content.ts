import type { ChatId } from './ids.ts'

/** What kind of message it is, in the words of the contract. */
export type MessageType =
  | 'text'
  | 'poll'
  | 'sticker'
  | 'gif'
  | 'image'
  | 'video'
  | 'audio'
  | 'voice'
  | 'document'
  | 'location'
  | 'vcard'
  | 'reaction'
  | 'unknown'

/** Kinds whose bytes travel beside the message. */
export type MediaKind = 'image' | 'video' | 'gif' | 'audio' | 'voice' | 'document' | 'sticker'

/** A file to send: checked, converted and kept in the blob store before it is sent. */
export interface OutboundFile {
  /** Key in the blob store. */
  blob: string
  mimetype: string
  bytes: number
  /** Shown for documents. */
  fileName?: string
  /** Whole seconds of audio and video. */
  seconds?: number
  /** Pixels of images, videos and stickers. */
  width?: number
  height?: number
  /** A small JPEG shown until the file is loaded, base64. */
  thumbnail?: string
  /** Loudness of a voice note, 64 values of 0 to 100. */
  waveform?: readonly number[]
  isAnimated?: boolean
}

/** A message that another one is about, in the same chat. */
export interface MessageTarget {
  waMessageId: string
  isFromMe: boolean
  /** Who wrote it, in a group; null when that is the account itself or in a chat of two. */
  sender: ChatId | null
}

/** What can be sent. Each kind has a converter file of its name in outbound/. */
export type OutboundContent =
  | { kind: 'text'; text: string; mentions?: readonly string[] }
  | {
      kind: MediaKind
      file: OutboundFile
      caption?: string
      mentions?: readonly string[]
      isViewOnce?: boolean
    }
  | { kind: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  /** `vcards` are vCard 3.0 texts with the name shown for each. */
  | { kind: 'vcard'; vcards: readonly { name: string; vcard: string }[] }
  | { kind: 'poll'; title: string; options: readonly string[]; allowMultiple: boolean }
  /** An empty emoji takes the own reaction back. `atMs` is when it was made, since the epoch: of two the later one holds. */
  | { kind: 'reaction'; target: MessageTarget; emoji: string; atMs?: number }
  /** A new text for an own message; WhatsApp takes it for about 15 minutes. */
  | { kind: 'edit'; target: MessageTarget; text: string; mentions?: readonly string[] }
  /** Takes an own message back for everyone; in groups an admin may take others' back. */
  | { kind: 'revoke'; target: MessageTarget }
  /** Another message's content once more, marked as forwarded: its serialised protobuf, base64. */
  | { kind: 'forward'; proto: string; messageType: MessageType; text: string }

/** A file that came with a message; its bytes are still with WhatsApp and are got with `engine.fetchFile`. */
export interface InboundFile {
  mimetype: string
  /** As the sender states it; not to be trusted. */
  bytes: number | null
  fileName: string | null
  seconds: number | null
  width: number | null
  height: number | null
  isAnimated: boolean
}

/** What arrived. Each kind has a parser file of its name in inbound/. */
export type InboundContent =
  | { kind: 'text'; text: string; mentions: readonly string[] }
  | {
      kind: MediaKind
      file: InboundFile
      caption: string
      mentions: readonly string[]
      isViewOnce: boolean
    }
  | {
      kind: 'location'
      latitude: number
      longitude: number
      name: string | null
      address: string | null
      isLive: boolean
    }
  | { kind: 'vcard'; vcards: readonly { name: string; vcard: string }[] }
  | { kind: 'poll'; title: string; options: readonly string[]; allowMultiple: boolean }
  | { kind: 'reaction'; target: MessageTarget; emoji: string }
  /** Kept, shown as unknown, breaks nothing; `type` is the protocol's name of the field. */
  | { kind: 'unknown'; type: string }

/** Every message type that is stored as a message; edits, revokes and votes change one instead. */
export function messageTypeOf(content: InboundContent | OutboundContent): MessageType {
  if (content.kind === 'forward') return content.messageType
  return content.kind === 'edit' || content.kind === 'revoke' ? 'unknown' : content.kind
}

/** The text of a message as previews, events and search see it. */
export function contentText(content: InboundContent | OutboundContent): string {
  switch (content.kind) {
    case 'text':
    case 'edit':
    case 'forward':
      return content.text
    case 'poll':
      return content.title
    case 'reaction':
      return content.emoji
    case 'location':
      return content.name ?? content.address ?? ''
    case 'vcard':
      return content.vcards.map(({ name }) => name).join(', ')
    case 'unknown':
    case 'revoke':
      return ''
    default:
      return content.caption ?? ''
  }
}

/** Chat ids a message mentions. */
export function contentMentions(content: InboundContent | OutboundContent): readonly string[] {
  return 'mentions' in content ? (content.mentions ?? []) : []
}
