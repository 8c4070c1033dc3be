import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { proto as protocol } from '../library/library.ts'
import { isMessageId } from './clean.ts'
import { type OpenedMessage, openEnvelopes } from './envelopes.ts'
import { type FieldRule, messageFields } from './message-fields.ts'

/** What a protocol message says; people are still protocol addresses. */
export interface ParsedContent {
  content: InboundContent
  quotedWaMessageId: string | null
  mentionedJids: readonly string[]
  isForwarded: boolean
  /** The message a reaction is on, as its sender names it. */
  targetKey: proto.IMessageKey | undefined
}

const maxMentions = 1024

/**
 * Reads the content of a message, whatever envelopes it is in. Undefined for what is no message to people: history,
 * key shares, edits, revokes, votes, or nothing at all. Never throws.
 */
export function parseContent(message: proto.IMessage | null | undefined): ParsedContent | undefined {
  if (!message) return undefined
  const opened = openEnvelopes(message)
  const { message: inner, type, isViewOnce } = opened
  if (type === undefined) return undefined
  const rule = ruleOf(type)
  if (rule?.as === 'nothing' || isSecondCopy(opened)) return undefined
  const parsed = rule?.as === 'message' ? rule.parse(inner, isViewOnce) : undefined
  const context = contextOf(inner[type])
  return {
    content: parsed ?? { kind: 'unknown', type },
    quotedWaMessageId: quotedIdOf(context),
    mentionedJids: (context?.mentionedJid ?? []).slice(0, maxMentions),
    isForwarded: context?.isForwarded === true,
    targetKey: parsed?.kind === 'reaction' ? (inner.reactionMessage?.key ?? undefined) : undefined,
  }
}

/** An envelope that could not be opened has no rule. */
function ruleOf(type: keyof proto.IMessage): FieldRule | undefined {
  return type in messageFields ? messageFields[type as keyof typeof messageFields] : undefined
}

const { AssociationType } = protocol.MessageAssociation
/** Children of a message that phones do not show by themselves: they stand in for their parent, or are a part of it. */
const shownInParent: ReadonlySet<unknown> = new Set([
  AssociationType.HD_IMAGE_DUAL_UPLOAD,
  AssociationType.HD_VIDEO_DUAL_UPLOAD,
  AssociationType.HEVC_VIDEO_DUAL_UPLOAD,
  AssociationType.EVENT_COVER_IMAGE,
  AssociationType.MEDIA_POLL,
  AssociationType.MOTION_PHOTO,
  AssociationType.STICKER_ANNOTATION,
])

/** Whether it is the same picture once more in full quality, or a part of another message. Pictures of albums are none. */
function isSecondCopy({ contextInfo }: OpenedMessage): boolean {
  return shownInParent.has(contextInfo?.messageAssociation?.associationType)
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
  return isMessageId(context?.stanzaId) ? context.stanzaId : null
}
