import type { InboundContent, MessageTarget } from './content.ts'
import type { ChatId } from './ids.ts'
import type { DisconnectCause, SessionStatus, StatusReason } from './states.ts'

/** A session changed its state. */
export interface StateChange {
  tenantId: string
  sessionId: string
  /** The lease it was seen under: once another one is given out it counts no more. Null for what no lease stands behind. */
  epoch: number | null
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
  /** When a temporary restriction (reach-out, capping) ends. */
  until: Date | null
  /** With `qr_code`: which code it is, from 1, and how many there will be; each is published. */
  qrAttempt?: number
  qrAttempts?: number
}

/** A person as WhatsApp names them: a phone and a LID are two addresses of one contact; either may be missing. */
export interface Person {
  /** Digits, or null when WhatsApp hides the number. */
  phone: string | null
  /** Digits of the LID, or null when not known yet. */
  lid: string | null
  pushName: string | null
}

/**
 * One message that arrived, from others or from the account's own phone. One with the unknown content `unavailable` may
 * come a second time under the same id, with its content: that replaces it.
 */
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
  /** Somebody else wrote it first. */
  isForwarded?: boolean
  /** Moment in WhatsApp's own words, seconds precision. */
  waTimestamp: Date
  /** Queued while the session was offline. */
  isOffline: boolean
  /** From WhatsApp's history: stored, but nothing is published or caused by it. */
  isHistory: boolean
  /** The serialised protobuf, for retries, quotes and poll votes; encrypted by whoever stores it. */
  proto: Uint8Array
}

/** An outbound message moved on; in a group with the first member it reached, and with the first who read it. */
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

/** A member of a group got, or read, a message of the account. The same may be told more than once. */
export interface GroupReceipt {
  tenantId: string
  sessionId: string
  chatId: ChatId
  waMessageId: string
  member: Person
  kind: 'delivered' | 'read'
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

/** What happened to a message that is known already. Applying it twice changes nothing. */
export interface MessageChange {
  tenantId: string
  sessionId: string
  chatId: ChatId
  target: MessageTarget
  /** Who did it; null for the account itself. */
  actor: Person | null
  at: Date
  change: /**
   * The new text with the chat ids it mentions (absent when it was kept by an older version), and the serialised
   * protobuf, base64, of the message as it is from now on, where the message was known.
   */
    | { kind: 'edit'; text: string; mentions?: readonly ChatId[]; proto?: string }
    | { kind: 'revoke' }
    /** Options the voter has chosen now, as texts; none takes the vote back. */
    | { kind: 'vote'; options: readonly string[] }
    | { kind: 'star'; isStarred: boolean }
}

/** A member of a group. */
export interface GroupParticipant {
  person: Person
  role: 'member' | 'admin' | 'owner'
}

/** What a group is called and who is in it, as WhatsApp says; what a notification does not say is undefined. */
export interface GroupUpdate {
  tenantId: string
  sessionId: string
  chatId: ChatId
  subject: string | null
  description?: string | null
  /** Everybody, when WhatsApp described the whole group. */
  participants?: readonly GroupParticipant[]
  /** What changed, when WhatsApp notified of a change. */
  changed?: { action: 'add' | 'remove' | 'promote' | 'demote' | 'leave'; people: readonly Person[] }
  /** Who changed it; null when unknown. */
  actor?: Person | null
  /** The account itself is no longer a member. */
  isGone?: boolean
}

/** A chat's settings, changed on the phone or here (app state). What did not change is undefined. */
export interface ChatChange {
  tenantId: string
  sessionId: string
  chatId: ChatId
  isArchived?: boolean
  isPinned?: boolean
  /** Null ends the mute. */
  mutedUntil?: Date | null
  /** Read on the phone, or marked as unread there. */
  isRead?: boolean
  /** From history: how many messages were unread on the phone, as of its newest message there; null when it does not say. */
  unread?: { count: number; asOf: Date | null }
  isDeleted?: boolean
}

/**
 * A label of WhatsApp Business, or which chat has it, changed on the phone or here (app state). `at` is when it was
 * changed, not when WhatsApp notified of it: a phone may have been offline.
 */
export type LabelChange = { tenantId: string; sessionId: string; at: Date } & (
  | { kind: 'label'; waLabelId: string; name: string; colorIndex: number; isDeleted: boolean }
  | { kind: 'chat'; waLabelId: string; chatId: ChatId; isLabelled: boolean }
)

/** What the phone's address book or the person's profile says. */
export interface ContactChange {
  tenantId: string
  sessionId: string
  person: Person
  /** The name in the phone's address book; undefined when not known. */
  name?: string | null
  isBusiness?: boolean
  isBlocked?: boolean
}

/** A call, as it rings and as it ends. */
export interface CallUpdate {
  tenantId: string
  sessionId: string
  callId: string
  caller: Person
  /** The group that is called, if any. */
  groupId: ChatId | null
  isVideo: boolean
  status: 'ringing' | 'accepted' | 'rejected' | 'missed' | 'ended'
  isOffline: boolean
  at: Date
}

/** How far the history of a freshly linked account has come, or what an asked-for piece brought. */
export interface HistoryProgress {
  tenantId: string
  sessionId: string
  kind: 'initial' | 'recent' | 'full' | 'on_demand'
  /** 0 to 100; null when WhatsApp does not say. */
  percent: number | null
  isComplete: boolean
  /** What this piece held. */
  messages: number
  chats: number
  contacts: number
}

/** A status post of somebody else (24 hours, to all contacts). */
export interface StatusPost {
  tenantId: string
  sessionId: string
  waMessageId: string
  author: Person
  content: InboundContent
  at: Date
  proto: Uint8Array
}

/**
 * What the composition root gives the engine. Each promise resolves when the facts are committed: until then the
 * engine acknowledges nothing to WhatsApp, so that a crash makes WhatsApp deliver again.
 */
export interface EngineListener {
  onState(change: StateChange): Promise<void>
  onMessages(messages: readonly InboundMessage[]): Promise<void>
  onStatuses(updates: readonly StatusUpdate[]): Promise<void>
  /** Those of every member; the first of a kind is a status as well. */
  onGroupReceipts(receipts: readonly GroupReceipt[]): Promise<void>
  onMappings(mappings: readonly AddressMapping[]): Promise<void>
  onGroups(updates: readonly GroupUpdate[]): Promise<void>
  /** Edits, revokes, votes and stars. */
  onChanges(changes: readonly MessageChange[]): Promise<void>
  onChats(changes: readonly ChatChange[]): Promise<void>
  onLabels(changes: readonly LabelChange[]): Promise<void>
  onContacts(changes: readonly ContactChange[]): Promise<void>
  onCalls(updates: readonly CallUpdate[]): Promise<void>
  onStatusPosts(posts: readonly StatusPost[]): Promise<void>
  /** After the messages of the piece are stored. */
  onHistory(progress: HistoryProgress): Promise<void>
  /** Of chats whose presence was asked for within ten minutes. Delivered at once, stored nowhere. */
  onPresence(update: PresenceUpdate): void
  /** The serialised protobuf of a message this session sent or received, for retry receipts and quotes. */
  findProto(tenantId: string, sessionId: string, waMessageId: string): Promise<Uint8Array | undefined>
}
