import type { proto } from 'baileys'
import { getContentType, normalizeMessageContent, proto as protocol } from '../library/library.ts'
import { type ContentOf, MissingPartError, type OutboundParts } from '../media/parts.ts'

/** A new text for an own message: the whole text, or the caption when the message is a file. */
export function convertEdit(content: ContentOf<'edit'>, parts: OutboundParts): proto.IMessage {
  const { target, nowMs } = parts
  if (target === undefined) throw new MissingPartError('edit', 'target')
  return {
    editedMessage: {
      message: {
        protocolMessage: {
          key: target,
          type: protocol.Message.ProtocolMessage.Type.MESSAGE_EDIT,
          editedMessage: editedContent(content, parts),
          timestampMs: nowMs,
        },
      },
    },
  }
}

/** The message as it is after an edit, with the keys it had: what is stored of it from then on. */
export function editedMessage(edit: proto.IMessage, original: proto.IMessage | undefined): proto.IMessage {
  const edited = edit.editedMessage?.message?.protocolMessage?.editedMessage ?? {}
  const { messageContextInfo } = original ?? {}
  return { ...edited, ...(messageContextInfo && { messageContextInfo }) }
}

/** Protocol addresses of the people whom a message mentions. */
export function mentionedIn(message: proto.IMessage): readonly string[] {
  const bare = normalizeMessageContent(message)
  const type = getContentType(bare)
  return contextOf(type === undefined ? undefined : bare?.[type])?.mentionedJid ?? []
}

function editedContent(content: ContentOf<'edit'>, parts: OutboundParts): proto.IMessage {
  const bare = normalizeMessageContent(parts.original)
  const context = editedContext(bare, content, parts)
  return editedCaption(bare, content.text, context) ?? editedText(bare, content.text, context)
}

/** What the message refers to stays as it is: the quote, its forwarding marks, and the people whom the text still names. */
function editedContext(
  original: proto.IMessage | undefined,
  { text, mentions }: ContentOf<'edit'>,
  { context }: OutboundParts,
): proto.IContextInfo | undefined {
  const type = getContentType(original)
  const part = type === undefined ? undefined : original?.[type]
  const { mentionedJid, ...kept } = contextOf(part) ?? {}
  const mentioned =
    mentions === undefined ? stillNamed(mentionedJid ?? [], textOf(part), text) : context?.mentionedJid
  const edited = { ...kept, ...context, ...(mentioned?.length ? { mentionedJid: mentioned } : {}) }
  return Object.keys(edited).length === 0 ? undefined : edited
}

function contextOf(part: unknown): proto.IContextInfo | undefined {
  if (typeof part !== 'object' || part === null) return undefined
  return (part as { contextInfo?: proto.IContextInfo | null }).contextInfo ?? undefined
}

function textOf(part: unknown): string {
  if (typeof part === 'string') return part
  const { text, caption } = (part ?? {}) as { text?: string | null; caption?: string | null }
  return text ?? caption ?? ''
}

/** Mentions without those that the old text named and the new one does not. */
function stillNamed(mentioned: readonly string[], before: string, after: string): string[] {
  return mentioned.filter((jid) => {
    const user = jid.split('@')[0] ?? ''
    return isNamed(user, after) || !isNamed(user, before)
  })
}

/** Whether a text says `@<digits>`, and not those digits with more behind them. */
function isNamed(digits: string, text: string): boolean {
  const name = `@${digits}`
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const next = text[at + name.length]
    if (next === undefined || next < '0' || next > '9') return true
  }
  return false
}

/** The text once more, with the preview of a link that is still in it. */
function editedText(
  original: proto.IMessage | undefined,
  text: string,
  context: proto.IContextInfo | undefined,
): proto.IMessage {
  const { matchedText } = original?.extendedTextMessage ?? {}
  const preview = matchedText && text.includes(matchedText) ? original?.extendedTextMessage : undefined
  if (context === undefined && !preview) return { conversation: text }
  const { contextInfo: _, ...shown } = preview ?? {}
  return { extendedTextMessage: { ...shown, text, ...(context && { contextInfo: context }) } }
}

/** The file message once more with another caption; undefined when the original is no file that has one. */
function editedCaption(
  original: proto.IMessage | undefined,
  caption: string,
  context: proto.IContextInfo | undefined,
): proto.IMessage | undefined {
  const type = getContentType(original)
  if (original === undefined) return undefined
  const edited = { caption, ...(context && { contextInfo: context }) }
  if (type === 'imageMessage') return { imageMessage: { ...original.imageMessage, ...edited } }
  if (type === 'videoMessage') return { videoMessage: { ...original.videoMessage, ...edited } }
  if (type !== 'documentMessage') return undefined
  return {
    documentWithCaptionMessage: { message: { documentMessage: { ...original.documentMessage, ...edited } } },
  }
}
