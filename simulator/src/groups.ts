import { randomInt } from 'node:crypto'
import type { BinaryNode } from 'baileys'
import type { Account, Addressing } from './accounts.ts'
import { seconds, stanza } from './stanza.ts'

/** Role of a member; a plain member has none. */
export type GroupRole = 'admin' | 'superadmin' | undefined

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
  description: string | undefined
  isAnnouncement = false
  isLocked = false
  expiration: string | undefined
  readonly inviteCode = randomInt(2 ** 40)
    .toString(36)
    .padStart(8, '0')
    .toUpperCase()
  /** Who follows which sender key: `<author device>|<key id>` to the phones that were told. */
  readonly keyHolders = new Map<string, Set<Account>>()
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

  /** How this group names a person: by LID or by phone number. */
  nameOf(account: Account, device = 0): string {
    return this.addressing === 'lid' ? account.deviceLid(device) : account.deviceJid(device)
  }

  /** Attributes of a stanza whose author is a member. */
  authorAttributes(account: Account, device = 0): Record<string, string> {
    return this.addressing === 'lid'
      ? {
          participant: account.deviceLid(device),
          participant_pn: account.jid,
          addressing_mode: 'lid',
        }
      : { participant: account.deviceJid(device), participant_lid: account.lidJid, addressing_mode: 'pn' }
  }

  /** A member as it stands in the metadata and in notifications. */
  participantNode(account: Account): BinaryNode {
    const type = this.members.get(account)
    return this.addressing === 'lid'
      ? stanza('participant', { jid: account.lidJid, phone_number: account.jid, type })
      : stanza('participant', { jid: account.jid, lid: account.lidJid, type })
  }

  /** The `<group>` node. Source: what `extractGroupMetadata` of Baileys reads. */
  node(): BinaryNode {
    return stanza(
      'group',
      {
        id: this.id.replace('@g.us', ''),
        subject: this.subject,
        s_t: this.subjectChangedAt,
        s_o: this.nameOf(this.subjectChangedBy),
        s_o_pn: this.subjectChangedBy.jid,
        creation: this.createdAt,
        creator: this.nameOf(this.owner),
        creator_pn: this.owner.jid,
        addressing_mode: this.addressing,
        size: this.members.size,
      },
      [
        ...[...this.members.keys()].map((member) => this.participantNode(member)),
        ...(this.description === undefined ? [] : [this.#descriptionNode(this.description)]),
        ...(this.isAnnouncement ? [stanza('announcement')] : []),
        ...(this.isLocked ? [stanza('locked')] : []),
        ...(this.expiration ? [stanza('ephemeral', { expiration: this.expiration })] : []),
      ],
    )
  }

  #descriptionNode(text: string): BinaryNode {
    return stanza('description', { id: '1', t: this.createdAt }, [stanza('body', {}, Buffer.from(text))])
  }

  /** After a member left, keys are told anew, so that who left cannot read on. */
  renewKeys(): void {
    for (const account of this.distributed.keys()) account.senderKeys.forget(this.id)
    this.distributed.clear()
  }
}
