import { type GroupInput, groupSchema, type MembersInput, membersSchema } from '../inputs/groups.ts'
import { parse } from '../parsing.ts'
import { announceGroup, changeMembers, describeGroup } from '../stanzas/groups.ts'
import type { Context } from './context.ts'

/** `simulator.groups`: groups and what happens in them. */
export class GroupsFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Creates a group. */
  create(input: GroupInput): { id: string } {
    const { world } = this.#context
    const { subject, owner, members, addressing } = parse(groupSchema, input)
    const people = members.map((phone) => world.account(phone, 'members'))
    const creator = world.account(owner, 'owner')
    const group = world.createGroup(creator, subject, people, addressing ?? 'lid')
    announceGroup(group)
    return { id: group.id }
  }

  /** Adds members, or removes, promotes or demotes them, in the name of the owner. */
  changeMembers(id: string, input: MembersInput): object {
    const group = this.#context.group(id)
    const { members, action } = parse(membersSchema, input)
    const people = members.map((phone) => this.#context.world.account(phone, 'members'))
    changeMembers(group, group.owner, action ?? 'add', people)
    return describeGroup(group)
  }
}
