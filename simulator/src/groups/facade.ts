import type { Account } from '../accounts.ts'
import type { Context } from '../context.ts'
import { SimulatorError } from '../errors.ts'
import { parse } from '../parsing.ts'
import { messageId, seconds } from '../stanza.ts'
import { describeGroup, type GroupDescription } from './description.ts'
import { createGroup, groupByInvite, groupNamed, groupsOf } from './groups.ts'
import {
  type DecisionInput,
  decisionSchema,
  type GroupChangesInput,
  type GroupInput,
  type GroupPrivacyInput,
  groupChangesSchema,
  groupPrivacySchema,
  groupSchema,
  type MembersInput,
  membersSchema,
} from './inputs.ts'
import { changeInviteCode } from './invites.ts'
import {
  acceptInvitation,
  addMembers,
  changeByAdmin,
  decideRequests,
  endRequest,
  joinByLink,
  leaveGroup,
  requestJoin,
} from './members.ts'
import type { Group } from './model.ts'
import { notifyCreation } from './notifications.ts'
import { changeGroup } from './settings.ts'

/** `simulator.groups`: groups and what people do in them on their phones. */
export class GroupsFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Creates a group. */
  create(input: GroupInput): { id: string } {
    const { world } = this.#context
    const { subject, owner, members, admins, addressing, hidesNumbers, description, ...settings } = parse(
      groupSchema,
      input,
    )
    const people = members.map((phone) => world.account(phone, 'members'))
    const leaders = admins?.map((phone) => world.account(phone, 'admins')) ?? []
    const creator = world.account(owner, 'owner')
    const group = createGroup(world, creator, subject, [...people, ...leaders], addressing ?? 'lid')
    for (const leader of leaders) if (leader !== creator) group.members.set(leader, 'admin')
    if (description) group.description = { id: messageId(), text: description, at: seconds(), by: creator }
    group.hidesNumbers = hidesNumbers ?? false
    group.isAnnouncement = settings.isAnnouncement ?? false
    group.isLocked = settings.isLocked ?? false
    group.ephemeralSeconds = settings.ephemeralSeconds || undefined
    group.membersAddedBy = settings.membersAddedBy ?? 'admins'
    group.hasJoinApproval = settings.hasJoinApproval ?? false
    notifyCreation(group)
    return { id: group.id }
  }

  /** A group as it is now. */
  describe(id: string): GroupDescription {
    return describeGroup(groupNamed(this.#context.world, id))
  }

  /** All groups, or those somebody is a member of. */
  list(phone?: string): GroupDescription[] {
    const account = phone === undefined ? undefined : this.#context.account(phone)
    const groups = [...groupsOf(this.#context.world).values()]
    return groups.filter(({ members }) => !account || members.has(account)).map(describeGroup)
  }

  /** Changes subject, description and settings; members are notified of each. */
  change(id: string, input: GroupChangesInput): GroupDescription {
    const group = groupNamed(this.#context.world, id)
    const { by, ...changes } = parse(groupChangesSchema, input)
    changeGroup(group, this.#actor(group, by), changes)
    return describeGroup(group)
  }

  /** Adds members, or removes, promotes or demotes them. Privacy settings are no obstacle here. */
  changeMembers(id: string, input: MembersInput): GroupDescription {
    const group = groupNamed(this.#context.world, id)
    const { members, action, by } = parse(membersSchema, input)
    const people = members.map((phone) => this.#context.world.account(phone, 'members'))
    const actor = this.#actor(group, by)
    if (!action || action === 'add') addMembers(group, actor, people)
    else changeByAdmin(group, actor, action, people)
    return describeGroup(group)
  }

  /** Somebody follows an invitation link, or accepts an invitation that was left for them. */
  join(phone: string, code: string): { id: string; status: 'joined' | 'requested' } {
    const account = this.#context.account(phone)
    const { world } = this.#context
    const personal = [...groupsOf(world).values()].find(({ invitations }) => {
      return invitations.get(account)?.code === code
    })
    if (personal && acceptInvitation(personal, account, code)) return { id: personal.id, status: 'joined' }
    const group = groupByInvite(world, code)
    if (!group) throw new SimulatorError(404, 'this invitation leads nowhere', 'code')
    if (group.members.has(account)) throw new SimulatorError(409, `${phone} is a member already`, 'phone')
    return { id: group.id, status: joinByLink(group, account) }
  }

  /** Somebody asks to become a member, for instance of a group of their community. */
  requestJoin(phone: string, id: string): void {
    const group = groupNamed(this.#context.world, id, 'group')
    const account = this.#context.account(phone)
    if (group.members.has(account)) throw new SimulatorError(409, `${phone} is a member already`, 'phone')
    requestJoin(group, account, group.parent ? 'linked_group_join' : 'invite_link')
  }

  /** Somebody takes the wish to become a member back. */
  cancelRequest(phone: string, id: string): void {
    const account = this.#context.account(phone)
    if (!endRequest(groupNamed(this.#context.world, id, 'group'), account, account)) {
      throw new SimulatorError(404, `${phone} has no request in this group`, 'phone')
    }
  }

  /** An admin approves or rejects people who asked. */
  decide(id: string, input: DecisionInput): GroupDescription {
    const group = groupNamed(this.#context.world, id)
    const { phones, decision, by } = parse(decisionSchema, input)
    const people = phones.map((phone) => this.#context.world.account(phone, 'phones'))
    decideRequests(group, this.#actor(group, by), decision === 'approve', people)
    return describeGroup(group)
  }

  /** Makes the invitation link lead nowhere; returns the code of the new one. */
  revokeInvite(id: string, by?: string): { code: string } {
    const group = groupNamed(this.#context.world, id)
    return { code: changeInviteCode(group, this.#actor(group, by)) }
  }

  /** Somebody leaves a group. */
  leave(phone: string, id: string): void {
    const group = groupNamed(this.#context.world, id, 'group')
    const account = this.#context.account(phone)
    if (!group.members.has(account)) throw new SimulatorError(422, `${phone} is not a member`, 'phone')
    leaveGroup(group, account)
  }

  /** Who may add this person to groups without asking; all others have to invite. */
  setPrivacy(phone: string, input: GroupPrivacyInput): void {
    const account = this.#context.account(phone)
    const { add, contacts } = parse(groupPrivacySchema, input)
    account.privacy.groupadd = add
    if (!contacts) return
    account.contacts.clear()
    for (const contact of contacts) account.contacts.add(contact)
  }

  /** Who changes something: the owner, unless somebody else is named or the owner left. */
  #actor(group: Group, phone: string | undefined): Account {
    if (phone === undefined) {
      return group.members.has(group.owner) ? group.owner : (group.admins()[0] ?? group.owner)
    }
    const account = this.#context.account(phone, 'by')
    if (!group.members.has(account)) throw new SimulatorError(422, `${phone} is not a member`, 'by')
    return account
  }
}
