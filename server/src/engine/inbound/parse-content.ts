import type { proto } from 'baileys'
import type { InboundContent } from '../content.ts'
import { getContentType, normalizeMessageContent } from '../library.ts'
import { parseText } from './text.ts'

/** What a protocol message says. */
export interface ParsedContent {
  content: InboundContent
  quotedWaMessageId: string | null
}

type Parser = (message: proto.IMessage) => InboundContent | undefined

const parsers: Partial<Record<keyof proto.IMessage, Parser>> = {
  conversation: parseText,
  extendedTextMessage: parseText,
}

/**
 * Unwraps ephemeral, view-once and similar envelopes and reads the content. Undefined for what is no message
 * to people: history, key shares, revokes and edits (`protocolMessage`), or nothing at all.
 */
export function parseContent(message: proto.IMessage | null | undefined): ParsedContent | undefined {
  const outer = message?.deviceSentMessage?.message ?? message
  const content = normalizeMessageContent(outer ?? undefined)
  const type = getContentType(content)
  if (content === undefined || type === undefined || type === 'protocolMessage') return undefined
  const parsed = parsers[type]?.(content) ?? { kind: 'unknown' as const, type }
  return { content: parsed, quotedWaMessageId: quotedIdOf(content[type]) }
}

function quotedIdOf(part: unknown): string | null {
  if (typeof part !== 'object' || part === null) return null
  const { contextInfo } = part as { contextInfo?: proto.IContextInfo | null }
  const id = contextInfo?.quotedMessage ? contextInfo.stanzaId : undefined
  return typeof id === 'string' && id !== '' ? id : null
}
