import type { InboundContent } from './content.ts'
import type { ChatId } from './ids.ts'
import type { DisconnectCause, SessionStatus, StatusReason } from './states.ts'

/** A session changed its state. */
export interface StateChange {
  tenantId: string
  sessionId: string
  status: SessionStatus
  previousStatus: SessionStatus
  reason: StatusReason | null
  /** Set when the session leaves `working`. */
  cause: DisconnectCause | null
  /** Digits of the paired account, once known; null after logout. */
  phoneNumber: string | null
  isBusiness: boolean
  /** Technical detail for the log and `last_error`; never a phone number or a key. */
  error: string | null
  /** When a temporary lock (reach-out) ends. */
  until: Date | null
}

/** A person as WhatsApp told of them: a phone and a LID are two addresses of one contact; either may be missing. */
export interface Person {
  /** Digits, or null when WhatsApp hides the number. */
  phone: string | null
  /** Digits of the LID, or null when not known yet. */
  lid: string | null
  pushName: string | null
}

/** One message that arrived, from others or from the account's own phone. */
export interface InboundMessage {
  tenantId: string
  sessionId: string
  /** `<digits>@c.us` | `@g.us` | `@newsletter`; for a person without a known number the LID's digits stand in until merged. */
  chatId: ChatId
  /** The other side of a 1:1 chat, or the sender in a group. */
  sender: Person
  isGroup: boolean
  /** Written on the account's own phone or another linked device. */
  isFromMe: boolean
  waMessageId: string
  content: InboundContent
  /** WhatsApp id of the quoted message. */
  quotedWaMessageId: string | null
  /** Moment in WhatsApp's own words, seconds precision. */
  waTimestamp: Date
  /** Queued while the session was offline. */
  isOffline: boolean
  /** The serialised protobuf, for retries, quotes and poll votes; encrypted by whoever stores it. */
  proto: Uint8Array
}

/** An outbound message moved on. */
export interface StatusUpdate {
  tenantId: string
  sessionId: string
  waMessageId: string
  chatId: ChatId
  status: 'sent' | 'delivered' | 'read' | 'failed'
  /** For `failed`: a code such as `ack_463`. */
  error: string | null
  at: Date
}

/** Two addresses turned out to be one contact. */
export interface AddressMapping {
  tenantId: string
  sessionId: string
  phone: string
  lid: string
}

/** Someone is typing, recording, online or away. */
export interface PresenceUpdate {
  tenantId: string
  sessionId: string
  chatId: ChatId
  presence: 'online' | 'offline' | 'typing' | 'recording' | 'unknown'
  lastSeenAt: Date | null
}

/** What a group is called and who is in it, told by WhatsApp. */
export interface GroupUpdate {
  tenantId: string
  sessionId: string
  chatId: ChatId
  subject: string | null
}

/**
 * What the composition root gives the engine. Each promise resolves when the facts are committed: until then the
 * engine acknowledges nothing to WhatsApp, so that a crash makes WhatsApp deliver again.
 */
export interface EngineListener {
  onState(change: StateChange): Promise<void>
  onMessages(messages: readonly InboundMessage[]): Promise<void>
  onStatuses(updates: readonly StatusUpdate[]): Promise<void>
  onMappings(mappings: readonly AddressMapping[]): Promise<void>
  onGroups(updates: readonly GroupUpdate[]): Promise<void>
  /** Told at once, kept nowhere. */
  onPresence(update: PresenceUpdate): void
  /** The serialised protobuf of a message this session sent or received, for retry receipts and quotes. */
  findProto(sessionId: string, waMessageId: string): Promise<Uint8Array | undefined>
}
