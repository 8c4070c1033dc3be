import type { Sql } from '../platform/database/database.ts'
import type { ChannelActions } from './channels.ts'
import type { MediaKind, MessageTarget, OutboundContent } from './content.ts'
import type { PresenceUpdate } from './events.ts'
import type { GroupActions } from './groups.ts'
import type { ChatId } from './ids.ts'

/** A code a person scans or types, and until when it is good. */
export interface LinkCode {
  code: string
  expiresAt: Date
  /** Which of the codes to scan it is, from 1, and how many WhatsApp accepts before linking has to begin anew. */
  attempt?: number
  attempts?: number
}

/** What a connection has received: a number that stands still shows a dead one. */
export interface SessionActivity {
  /** When WhatsApp let this connection in. */
  connectedAt: Date
  /** When anything arrived last. */
  lastInboundAt: Date
  /** Stanzas received since it was made. */
  stanzas: number
}

/** One message to send. */
export interface Submission {
  sessionId: string
  chatId: ChatId
  /** Chosen with `newMessageId` and stored before it is sent: a resend under the same id is shown once. */
  waMessageId: string
  content: OutboundContent
  /**
   * It may have left before without an answer. Chats show a message once under its id; a channel would show it twice, so
   * it is asked for first.
   */
  mayHaveLeft?: boolean
  quoted?: { waMessageId: string; isFromMe: boolean; sender: ChatId | null; proto: Uint8Array }
}

/** How a send ended: WhatsApp's own words, no answer in time, or nothing sent at all. */
export type SubmitOutcome =
  /** `proto` is the message as sent; of an edit the edited message, with the people whom it mentions now. */
  | { kind: 'sent'; at: Date; proto: Uint8Array; mentions?: readonly ChatId[] }
  /** WhatsApp refused: `error` is a code such as `ack_463`; never sent again. */
  | { kind: 'refused'; error: string }
  /**
   * Nothing left, for a reason that passes: `not_connected`, or a file that could not be brought to WhatsApp
   * (`upload_failed`, `upload_not_allowed`, `upload_not_understood`, `file_unreadable`). Send later under the same id.
   */
  | { kind: 'not_sent'; error: string }
  /** The connection was lost or no ack came in time: it may or may not have arrived; send again under the same id. */
  | { kind: 'unknown'; error: string }

/** Whether a number has WhatsApp. */
export interface NumberCheck {
  /** Digits, as asked. */
  phone: string
  exists: boolean
  chatId: ChatId | null
  lid: string | null
  isBusiness: boolean
}

/** The file of a message, and as what it is kept. */
export interface WantedFile {
  tenantId: string
  chatId: ChatId
  target: MessageTarget
  proto: Uint8Array
  mimetype: string
}

/** A file in the blob store. */
export interface KeptFile {
  /** Its key. */
  id: string
  bytes: number
  /** Hexadecimal, of the file in clear. */
  sha256: string
}

/** Chats and messages of a session as all devices of the account see them (app state). All throw AppErrors. */
export interface ChatActions {
  /** Tells the senders that their messages were read and all devices that the chat is. */
  markRead(sessionId: string, chatId: ChatId, messages: readonly MessageTarget[]): Promise<void>
  /** Shows the chat as unread on all devices; the senders learn nothing. */
  markUnread(sessionId: string, chatId: ChatId): Promise<void>
  star(sessionId: string, chatId: ChatId, target: MessageTarget, isStarred: boolean): Promise<void>
  archive(sessionId: string, chatId: ChatId, isArchived: boolean, last: readonly LastMessage[]): Promise<void>
  pin(sessionId: string, chatId: ChatId, isPinned: boolean): Promise<void>
  /** Null ends the mute. */
  mute(sessionId: string, chatId: ChatId, until: Date | null): Promise<void>
}

/** The newest message of a chat, which archiving and marking as unread refer to. */
export interface LastMessage extends MessageTarget {
  at: Date
}

/** Labels of WhatsApp Business. All throw AppErrors; not a business account is 400. */
export interface LabelActions {
  /** Creates or changes it. */
  put(sessionId: string, label: { waLabelId: string; name: string; colorIndex: number }): Promise<void>
  delete(sessionId: string, waLabelId: string): Promise<void>
  setOnChat(sessionId: string, chatId: ChatId, waLabelId: string, isLabelled: boolean): Promise<void>
}

/** People. All throw AppErrors. */
export interface ContactActions {
  check(sessionId: string, phones: readonly string[]): Promise<readonly NumberCheck[]>
  /** Where the profile picture is for a while; null when there is none or it is hidden. */
  pictureUrl(sessionId: string, chatId: ChatId): Promise<string | null>
  setBlocked(sessionId: string, chatId: ChatId, isBlocked: boolean): Promise<void>
}

/** A session to start. */
export interface StartOptions {
  tenantId: string
  sessionId: string
  /** `http://`, `https://` or `socks5://`, with credentials or without; for the connection and for files. */
  proxyUrl?: string | null
}

/** WhatsApp as features see it. Our ids, our content, our events; nothing of the library leaks out. */
export interface Engine {
  /**
   * Takes the session over (lease, epoch) and connects. Resolves when the attempt is under way and the state
   * `starting` is published; what follows arrives as events. Starting a running session does nothing. 422 for a proxy address
   * that is none.
   */
  start(session: StartOptions): Promise<void>
  /** Closes the connection, keeps the pairing; resolves when `stopped` is published. Stopping a stopped one does nothing. */
  stop(sessionId: string, cause: 'stop' | 'restart'): Promise<void>
  /** Unlinks from the phone when connected, erases the pairing; resolves when `stopped` is published. */
  logout(session: { tenantId: string; sessionId: string }): Promise<void>
  /** Erases every stored key of the session; the caller has stopped it. */
  erase(sessionId: string): Promise<void>
  /** Which of the sessions no process holds, and after how many milliseconds it is worth asking again for the others. */
  findFree(sessionIds: readonly string[]): Promise<{ free: string[]; nextInMs: number | undefined }>
  /** Calls `run` whenever another process has handed sessions over, or may have. */
  onHandOver(run: () => void): Promise<{ close(): Promise<void> }>
  /**
   * The newest lease of some sessions, by its epoch; those that never ran have none. No process takes one of them over until
   * the transaction of `sql` ends.
   */
  lockEpochs(sql: Sql, sessionIds: readonly string[]): Promise<ReadonlyMap<string, number>>
  /** The QR code to scan now; undefined when the session is not waiting for one. */
  qrCode(sessionId: string): LinkCode | undefined
  /** The same of a session that another process may hold. */
  linkCode(sessionId: string): Promise<LinkCode | undefined>
  /** A code to type on the phone instead of scanning; only while the session waits for linking. */
  requestPairingCode(sessionId: string, phone: string): Promise<LinkCode>
  /** Whether the session is connected in this process and can send now. */
  isWorking(sessionId: string): boolean
  /** What the session's connection in this process has received; undefined when it is not connected here. */
  activity(sessionId: string): SessionActivity | undefined
  /** A fresh WhatsApp message id for the session (also valid before it is connected). */
  newMessageId(sessionId: string): string
  /**
   * Says that a file will be sent in a moment, while it is still being stored under the key `blob`: what needs no
   * connection is prepared. `path` is the file in clear, until this resolves. Never fails.
   */
  prepareFile(file: {
    blob: string
    kind: MediaKind
    path: string
    bytes: number
    /** Hexadecimal, when it is known. */
    sha256?: string | undefined
  }): Promise<void>
  /**
   * Brings a prepared file to WhatsApp while its message is still being stored. Nobody can read it or learns of it
   * before the message is sent. Does nothing for what was not prepared here, and never fails.
   */
  startUpload(message: Pick<Submission, 'sessionId' | 'chatId' | 'content'>): void
  /**
   * Brings the file to WhatsApp if there is one, encrypts, sends and waits for WhatsApp's ack, at most `ackTimeoutMs`
   * (default 20,000) from when it leaves. A file that WhatsApp does not take or that cannot be forwarded is refused
   * (`upload_refused_<status>`, `file_missing`, ...); while hosts do not take it nothing is sent. The same message once
   * more, by its `waMessageId`, is answered with what became of it. Throws 503 when another process holds the session and
   * gives no answer: then it may have left.
   */
  send(submission: Submission, options?: { ackTimeoutMs?: number }): Promise<SubmitOutcome>
  /** Shows typing, recording or neither in a chat; resolves when sent. */
  setChatState(sessionId: string, chatId: ChatId, state: 'typing' | 'recording' | 'paused'): Promise<void>
  /** Shows the account online or offline. */
  setPresence(sessionId: string, presence: 'online' | 'offline'): Promise<void>
  /** Subscribes on first use; answers what is known, waiting briefly for the first update. */
  presenceOf(sessionId: string, chatId: ChatId): Promise<Pick<PresenceUpdate, 'presence' | 'lastSeenAt'>>
  groups: GroupActions
  channels: ChannelActions
  chats: ChatActions
  labels: LabelActions
  contacts: ContactActions
  /**
   * Gets the file of a message, decrypted and checked, at most `maxBytes` in `timeoutMs`, and keeps it in the blob store,
   * tied to no message yet; asks the sender's phone to upload it again when WhatsApp no longer has it. Throws AppErrors:
   * not connected (400), no file (400), gone (404), too large (413), damaged (400), not reachable (503), too slow (504).
   */
  fetchFile(
    sessionId: string,
    file: WantedFile,
    limits: { maxBytes: number; timeoutMs: number },
  ): Promise<KeptFile>
  /** Turns a ringing call down. */
  rejectCall(sessionId: string, callId: string, caller: ChatId): Promise<void>
  /** Asks the phone for up to `count` messages before one; they arrive as history. */
  requestHistory(sessionId: string, chatId: ChatId, before: LastMessage, count: number): Promise<void>
  /** Shows a status post to the given people for 24 hours. */
  postStatus(
    sessionId: string,
    waMessageId: string,
    content: OutboundContent,
    audience: readonly ChatId[],
  ): Promise<SubmitOutcome>
  /** Closes every connection cleanly, flushes keys, hands the sessions over to other processes. */
  close(): Promise<void>
}
