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

/** What can be sent. Each further kind adds a member and a converter file of its name in outbound/. */
export type OutboundContent = { kind: 'text'; text: string; mentions?: readonly string[] }

/** What arrived. Each further kind adds a member and a converter file of its name in inbound/. */
export type InboundContent =
  | { kind: 'text'; text: string; mentions: readonly string[] }
  /** Kept, shown as unknown, breaks nothing; `type` is the protocol's name of the field. */
  | { kind: 'unknown'; type: string }

/** The text of a message as previews, events and search see it. */
export function contentText(content: InboundContent | OutboundContent): string {
  return content.kind === 'text' ? content.text : ''
}
