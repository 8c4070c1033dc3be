import type { Context } from '../context.ts'
import { SimulatorError } from '../errors.ts'
import { parse } from '../parsing.ts'
import { messageId, stanza } from '../stanza.ts'
import { createCommunity, linkGroup, unlinkGroup } from './communities.ts'
import { describeGroup, type GroupDescription } from './description.ts'
import { groupNamed } from './groups.ts'
import {
  type CommunityGroupInput,
  type CommunityInput,
  communityGroupSchema,
  communitySchema,
} from './inputs.ts'

/** `simulator.communities`: communities and the groups in them. */
export class CommunitiesFacade {
  readonly #context: Context

  constructor(context: Context) {
    this.#context = context
  }

  /** Creates a community with its group for announcements. */
  create(input: CommunityInput): { id: string; announcements: string } {
    const { subject, owner, description, generalChat } = parse(communitySchema, input)
    const wishes = [
      ...(description
        ? [stanza('description', { id: messageId() }, [stanza('body', {}, Buffer.from(description))])]
        : []),
      ...(generalChat ? [stanza('create_general_chat')] : []),
    ]
    const { world } = this.#context
    const account = world.account(owner, 'owner')
    const { community, announcements } = createCommunity(
      world,
      account,
      subject,
      stanza('create', {}, wishes),
    )
    return { id: community.id, announcements: announcements.id }
  }

  /** Puts a group into a community; its members become members of the community. */
  link(id: string, group: string): GroupDescription {
    const community = groupNamed(this.#context.world, id)
    const member = groupNamed(this.#context.world, group, 'group')
    if (community.communityRole !== 'community') throw new SimulatorError(422, `${id} is no community`, 'id')
    if (member.parent || member.communityRole) {
      throw new SimulatorError(409, `${group} belongs to a community already`, 'group')
    }
    linkGroup(community, member, community.owner)
    return describeGroup(community)
  }

  /** Puts a group in, or takes it out. */
  changeGroup(id: string, input: CommunityGroupInput): GroupDescription {
    const { group, action } = parse(communityGroupSchema, input)
    return action === 'unlink' ? this.unlink(id, group) : this.link(id, group)
  }

  /** Takes a group out of a community. */
  unlink(id: string, group: string): GroupDescription {
    const community = groupNamed(this.#context.world, id)
    const member = groupNamed(this.#context.world, group, 'group')
    if (member.parent !== community || member.communityRole !== 'sub_group') {
      throw new SimulatorError(404, `${group} is no group of ${id}`, 'group')
    }
    unlinkGroup(community, member, community.owner)
    return describeGroup(community)
  }
}
