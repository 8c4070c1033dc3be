import type { GroupParticipant, Person } from './events.ts'
import type { ChatId } from './ids.ts'

/** A group as WhatsApp describes it to one of its members. */
export interface GroupInfo {
  chatId: ChatId
  subject: string
  description: string | null
  owner: Person | null
  participants: readonly GroupParticipant[]
  memberCount: number
  /** Whether the session's account may administer it. */
  isAdmin: boolean
  /** Only admins write. */
  isAnnouncement: boolean
  /** Only admins change subject, description and picture. */
  isLocked: boolean
  /** Admins approve who joins. */
  hasJoinApproval: boolean
  /** Who may add members. */
  membersAddedBy: 'admins' | 'everyone'
  /** Messages disappear after so many seconds; null for never. */
  ephemeralSeconds: number | null
  isCommunity: boolean
  /** The community this group belongs to. */
  communityId: ChatId | null
  createdAt: Date | null
}

/**
 * What became of one person of a change. `invited`: their privacy lets them be added only with their consent, and
 * WhatsApp made an invitation for them; it has to be sent to them like any other message.
 */
export interface ParticipantResult {
  /** As the caller named it. */
  chatId: ChatId
  status: 'done' | 'invited' | 'failed'
  /** A code such as `not_on_whatsapp`, `not_allowed`, `already_member`, `not_a_member`, `not_admin`. */
  error: string | null
  /** Of `invited`: the code that this one person can join with. */
  invitation?: { code: string; expiresAt: Date | null }
}

/** Settings to change; what is undefined stays. */
export interface GroupSettings {
  subject?: string
  /** Null removes it. */
  description?: string | null
  isAnnouncement?: boolean
  isLocked?: boolean
  hasJoinApproval?: boolean
  membersAddedBy?: 'admins' | 'everyone'
  ephemeralSeconds?: number | null
}

/** Somebody who wants to join. */
export interface JoinRequest {
  person: Person
  requestedAt: Date | null
}

/** Groups of a session. All throw AppErrors: not connected (400), not found (404), not an admin (403), refused (400). */
export interface GroupActions {
  /** Every group the account is in; asks WhatsApp. */
  list(sessionId: string): Promise<readonly GroupInfo[]>
  /** One group, from what is kept when it is fresh. */
  get(sessionId: string, chatId: ChatId): Promise<GroupInfo>
  create(
    sessionId: string,
    subject: string,
    participants: readonly ChatId[],
  ): Promise<{ group: GroupInfo; results: readonly ParticipantResult[] }>
  changeParticipants(
    sessionId: string,
    chatId: ChatId,
    action: 'add' | 'remove' | 'promote' | 'demote',
    participants: readonly ChatId[],
  ): Promise<readonly ParticipantResult[]>
  changeSettings(sessionId: string, chatId: ChatId, settings: GroupSettings): Promise<GroupInfo>
  /** The code behind https://chat.whatsapp.com/; `revoke` makes a new one. */
  inviteCode(sessionId: string, chatId: ChatId, options?: { revoke?: boolean }): Promise<string>
  /** What an invitation leads to, before accepting it. */
  inviteInfo(
    sessionId: string,
    code: string,
  ): Promise<Pick<GroupInfo, 'chatId' | 'subject' | 'description' | 'memberCount'>>
  /** Joins; null when an admin has to approve first. */
  acceptInvite(sessionId: string, code: string): Promise<ChatId | null>
  joinRequests(sessionId: string, chatId: ChatId): Promise<readonly JoinRequest[]>
  decideJoinRequests(
    sessionId: string,
    chatId: ChatId,
    decision: 'approve' | 'reject',
    participants: readonly ChatId[],
  ): Promise<readonly ParticipantResult[]>
  leave(sessionId: string, chatId: ChatId): Promise<void>
}
