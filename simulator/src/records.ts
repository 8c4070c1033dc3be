/** Kinds of message content that a phone can tell apart. */
export type MessageKind =
  | 'text'
  | 'image'
  | 'video'
  | 'audio'
  | 'document'
  | 'sticker'
  | 'location'
  | 'contact'
  | 'poll'
  | 'poll_vote'
  | 'reaction'
  | 'edit'
  | 'revoke'
  | 'other'

/** A message as the phone shows it. Ids of people are `<digits>@c.us`, of groups `<digits>@g.us`. */
export type ReceivedMessage = {
  id: string
  from: string
  chat: string
  kind: MessageKind
  text?: string
  quoted?: { id: string; from?: string; text?: string }
  mentions?: string[]
  /** Id of the message that a reaction, an edit or a revocation is about. */
  target?: string
  /** The owner wrote it on a linked device; the phone got a copy. */
  fromMe?: true
  receivedAt: string
}

/** What a phone notices of others apart from messages. */
export type SeenEvent = { type: string; from: string; chat: string; at: string } & (
  | { type: 'receipt'; receipt: 'delivered' | 'read' | 'played'; ids: string[] }
  | { type: 'typing'; state: 'composing' | 'recording' | 'paused' }
  | { type: 'presence'; state: 'available' | 'unavailable' }
)
