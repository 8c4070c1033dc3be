import { randomBytes, randomInt } from 'node:crypto'
import type { BinaryNode } from 'baileys'
import type { Account, Addressing } from '../accounts.ts'
import type { Picture } from '../profile.ts'
import { seconds, stanza } from '../stanza.ts'

/** Role of a member; a plain member has none. */
export type GroupRole = 'admin' | 'superadmin' | undefined

/** How somebody came to ask for membership. Source: `RequestJoinMethod` of Baileys. */
export type JoinMethod = 'invite_link' | 'linked_group_join' | 'non_admin_add'

/** Somebody who waits for an admin. */
export type JoinRequest = { method: JoinMethod; at: string; by: Account }

/** An invitation for one person, left when they could not be added. Source: `add_request` in `group.go` of whatsmeow. */
export type Invitation = { code: string; expiration: number; by: Account }

/** What a group is about, and since when. */
export type Description = { id: string; text: string; at: string; by: Account }

/** A group that belongs to a community is one of its sub groups; the first of them is the announcement group. */
export type CommunityRole = 'community' | 'announcements' | 'general' | 'sub_group' | undefined

/** Members a group has at most. */
export const maxMembers = 1024
const invitationSeconds = 3 * 24 * 60 * 60
const keptKeys = 5

/** A group and everything its members see of it. */
export class Group {
  readonly id: string
  readonly owner: Account
  readonly createdAt = seconds()
  readonly members = new Map<Account, GroupRole>()
  readonly addressing: Addressing
  subject: string
  subjectChangedAt = seconds()
  subjectChangedBy: Account
  description: Description | undefined
  picture: Picture | undefined
  isAnnouncement = false
  /** Members see each other's LID alone, as in announcement groups of communities. */
  hidesNumbers = false
  isLocked = false
  ephemeralSeconds: number | undefined
  membersAddedBy: 'admins' | 'everyone' = 'admins'
  hasJoinApproval = false
  inviteCode = newInviteCode()
  readonly requests = new Map<Account, JoinRequest>()
  readonly invitations = new Map<Account, Invitation>()
  communityRole: CommunityRole
  /** The community this group belongs to. */
  parent: Group | undefined
  /** The groups of a community. */
  readonly subGroups = new Set<Group>()
  /** Who has which sender key: phones, by author device and key id. */
  readonly #keyHolders = new Map<string, Map<number, Set<Account>>>()
  /** Linked devices that follow the sender key of a virtual member. */
  readonly distributed = new Map<Account, Set<string>>()

  constructor(owner: Account, subject: string, members: Iterable<Account>, addressing: Addressing) {
    this.id = `120363${randomInt(10 ** 12)
      .toString()
      .padStart(12, '0')}@g.us`
    this.owner = owner
    this.subject = subject
    this.subjectChangedBy = owner
    this.addressing = addressing
    this.members.set(owner, 'superadmin')
    for (const member of members) if (member !== owner) this.members.set(member, undefined)
  }

  isAdmin(account: Account): boolean {
    return this.members.get(account) !== undefined
  }

  /** Those who are notified of requests and decide them. */
  admins(): Account[] {
    return [...this.members].flatMap(([member, role]) => (role ? [member] : []))
  }

  /** Whether a message of this person is taken; in an announcement group members only react and vote (`isReply`). */
  takes(account: Account, isReply = false): boolean {
    if (!this.members.has(account) || this.communityRole === 'community') return false
    return !this.isAnnouncement || this.isAdmin(account) || isReply
  }

  /** How this group names a person: by LID or by phone number. */
  nameOf(account: Account, device = 0): string {
    return this.addressing === 'lid' ? account.deviceLid(device) : account.deviceJid(device)
  }

  /** Attributes of a stanza whose author is a member. */
  authorAttributes(account: Account, device = 0): Record<string, string> {
    return this.addressing === 'lid'
      ? {
          participant: account.deviceLid(device),
          ...(this.hidesNumbers ? {} : { participant_pn: account.jid }),
          addressing_mode: 'lid',
        }
      : { participant: account.deviceJid(device), participant_lid: account.lidJid, addressing_mode: 'pn' }
  }

  /** A member as it stands in the metadata and in notifications. */
  participantNode(account: Account): BinaryNode {
    return stanza('participant', { ...this.addressesOf(account), type: this.members.get(account) })
  }

  /** Both addresses of a person, the one this group uses first. */
  addressesOf(account: Account): Record<string, string> {
    if (this.hidesNumbers) return { jid: account.lidJid }
    return this.addressing === 'lid'
      ? { jid: account.lidJid, phone_number: account.jid }
      : { jid: account.jid, lid: account.lidJid }
  }

  /** Leaves an invitation for one person, which replaces an earlier one. */
  invite(account: Account, by: Account): Invitation {
    const expiration = Number(seconds()) + invitationSeconds
    const invitation = { code: randomBytes(8).toString('hex').toUpperCase(), expiration, by }
    this.invitations.set(account, invitation)
    return invitation
  }

  /** Makes the invitation link lead nowhere, and returns the code of the new one. */
  renewInviteCode(): string {
    this.inviteCode = newInviteCode()
    return this.inviteCode
  }

  /** The phones that have this key of an author's device. Like clients, a group forgets all but the last keys. */
  holdersOf(author: string, keyId: number): Set<Account> {
    let keys = this.#keyHolders.get(author)
    if (!keys) {
      keys = new Map()
      this.#keyHolders.set(author, keys)
    }
    let holders = keys.get(keyId)
    if (!holders) {
      holders = new Set()
      keys.set(keyId, holders)
      const oldest = keys.keys().next().value
      if (keys.size > keptKeys && oldest !== undefined) keys.delete(oldest)
    }
    return holders
  }

  /** Who has which keys, to save and to restore. */
  saved(): Map<string, Map<number, Set<Account>>> {
    return this.#keyHolders
  }

  restore(keyHolders: ReadonlyMap<string, Map<number, Set<Account>>>): void {
    for (const [author, keys] of keyHolders) this.#keyHolders.set(author, keys)
  }

  /** A phone lost all keys of an author's device. */
  dropKeys(author: string, account: Account): void {
    for (const holders of this.#keyHolders.get(author)?.values() ?? []) holders.delete(account)
  }

  /** After a member left, keys are distributed anew, so that who left cannot read on. */
  renewKeys(): void {
    for (const account of this.distributed.keys()) account.senderKeys.forget(this.id)
    this.distributed.clear()
  }
}

function newInviteCode(): string {
  return randomBytes(16).toString('base64url').slice(0, 22)
}
