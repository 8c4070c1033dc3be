import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { parseAudio } from './audio.ts'
import { isMessageId } from './clean.ts'
import { parseDocument } from './document.ts'
import { openEnvelopes } from './envelopes.ts'
import { parseImage } from './image.ts'
import { parseLocation } from './location.ts'
import { parsePoll } from './poll.ts'
import { parseReaction } from './reaction.ts'
import { parseSticker } from './sticker.ts'
import { parseText } from './text.ts'
import { parseVcard } from './vcard.ts'
import { parseVideo } from './video.ts'

/** What a protocol message says; people are still protocol addresses. */
export interface ParsedContent {
  content: InboundContent
  quotedWaMessageId: string | null
  mentionedJids: readonly string[]
  isForwarded: boolean
  /** The message a reaction is on, as its sender names it. */
  targetKey: proto.IMessageKey | undefined
}

type Parser = (message: proto.IMessage, isViewOnce: boolean) => InboundContent | undefined

const parsers: Partial<Record<keyof proto.IMessage, Parser>> = {
  conversation: parseText,
  extendedTextMessage: parseText,
  imageMessage: parseImage,
  videoMessage: parseVideo,
  ptvMessage: parseVideo,
  audioMessage: parseAudio,
  documentMessage: parseDocument,
  stickerMessage: parseSticker,
  locationMessage: parseLocation,
  liveLocationMessage: parseLocation,
  contactMessage: parseVcard,
  contactsArrayMessage: parseVcard,
  pollCreationMessage: parsePoll,
  pollCreationMessageV2: parsePoll,
  pollCreationMessageV3: parsePoll,
  pollCreationMessageV5: parsePoll,
  reactionMessage: parseReaction,
}

/** Fields that change another message or speak to devices: no message of their own. */
const notMessages: ReadonlySet<string> = new Set(['protocolMessage', 'pollUpdateMessage'])
const maxMentions = 1024

/**
 * Reads the content of a message, whatever envelopes it is in. Undefined for what is no message to people: history,
 * key shares, edits, revokes, votes, or nothing at all. Never throws.
 */
export function parseContent(message: proto.IMessage | null | undefined): ParsedContent | undefined {
  if (!message) return undefined
  const { message: inner, type, isViewOnce } = openEnvelopes(message)
  if (type === undefined || notMessages.has(type)) return undefined
  const parsed = parsers[type]?.(inner, isViewOnce)
  const context = contextOf(inner[type])
  return {
    content: parsed ?? { kind: 'unknown', type },
    quotedWaMessageId: quotedIdOf(context),
    mentionedJids: (context?.mentionedJid ?? []).slice(0, maxMentions),
    isForwarded: context?.isForwarded === true,
    targetKey: parsed?.kind === 'reaction' ? (inner.reactionMessage?.key ?? undefined) : undefined,
  }
}

/** What a message that could not be read, but must not be lost, is kept as. */
export function unknownContent(type: string): ParsedContent {
  return {
    content: { kind: 'unknown', type },
    quotedWaMessageId: null,
    mentionedJids: [],
    isForwarded: false,
    targetKey: undefined,
  }
}

function contextOf(part: unknown): proto.IContextInfo | undefined {
  if (typeof part !== 'object' || part === null) return undefined
  return (part as { contextInfo?: proto.IContextInfo | null }).contextInfo ?? undefined
}

function quotedIdOf(context: proto.IContextInfo | undefined): string | null {
  if (!context?.quotedMessage) return null
  return isMessageId(context.stanzaId) ? context.stanzaId : null
}
