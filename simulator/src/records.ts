/** Kinds of message content that a phone can tell apart. */
export const messageKinds = [
  'text',
  'image',
  'video',
  'gif',
  'audio',
  'voice',
  'document',
  'sticker',
  'location',
  'contact',
  'poll',
  'poll_vote',
  'reaction',
  'edit',
  'revoke',
  'disappearing',
  'other',
] as const

/** One of them. */
export type MessageKind = (typeof messageKinds)[number]

/** A file as the message describes it; `mediaOf` gets its bytes. The checksum is hexadecimal. */
export type ShownMedia = {
  mimetype: string
  bytes: number
  sha256: string
  fileName?: string
  seconds?: number
  width?: number
  height?: number
  caption?: string
}

/** A poll with who voted for what so far. */
export type ShownPoll = {
  title: string
  options: string[]
  multiple: boolean
  /** Ids of the people who chose an option, by option. */
  votes: Record<string, string[]>
}

/** A message as the phone shows it. Ids of people are `<digits>@c.us`, of groups `<digits>@g.us`. */
export type ReceivedMessage = {
  id: string
  from: string
  chat: string
  kind: MessageKind
  /** Text, caption, name of a place, title of a poll, or emoji. */
  text?: string
  quoted?: { id: string; from?: string; text?: string }
  mentions?: string[]
  /** Id of the message that a reaction, a vote, an edit or a revocation is about. */
  target?: string
  media?: ShownMedia
  location?: { latitude: number; longitude: number; name?: string; address?: string; live?: true }
  contacts?: { name: string; phone?: string; vcard: string }[]
  poll?: ShownPoll
  /** What a vote chose. Absent when the phone cannot read it. */
  vote?: string[]
  /** Emoji by the id of who reacted. */
  reactions?: Record<string, string>
  /** The text after the last edit. */
  editedText?: string
  isRevoked?: true
  viewOnce?: true
  forwarded?: true
  /** How long the message is kept, or from now on those of the chat. */
  ephemeralSeconds?: number
  /** The owner wrote it on a linked device; the phone got a copy. */
  fromMe?: true
  receivedAt: string
}

/** What a phone notices of others apart from messages. */
export type SeenEvent = { type: string; from: string; chat: string; at: string } & (
  | { type: 'receipt'; receipt: 'delivered' | 'read' | 'played'; ids: string[] }
  | { type: 'typing'; state: 'composing' | 'recording' | 'paused' }
  | { type: 'presence'; state: 'available' | 'unavailable' }
  | { type: 'call'; call: string; state: CallState; video: boolean }
)

/** What happens to a call. */
export type CallState = 'offered' | 'accepted' | 'rejected' | 'ended'
