import type { BinaryNode } from 'baileys'
import type { Account } from '../accounts.ts'
import { answer, type Query, refuse } from '../query.ts'
import { child, children, stanza } from '../stanza.ts'
import type { World } from '../world.ts'
import { createGroup, groupsOf } from './groups.ts'
import { addMembers } from './members.ts'
import type { Group } from './model.ts'
import { linkedGroupNode } from './node.ts'
import { notify, notifyCreation } from './notifications.ts'
import { applySettings } from './settings.ts'

const tags = new Set(['links', 'unlink', 'sub_groups', 'linked_groups_participants'])

/** Whether a query is about the groups of a community. */
export const isCommunityQuery = (tag: string): boolean => tags.has(tag)

/** Makes a community with the group for its announcements and, when wished, a general chat. */
export function createCommunity(
  world: World,
  owner: Account,
  subject: string,
  creation: BinaryNode,
): { community: Group; announcements: Group } {
  const community = createGroup(world, owner, subject, [], 'lid')
  applySettings(community, creation)
  community.communityRole = 'community'
  notifyCreation(community)
  const announcements = createGroup(world, owner, subject, [], 'lid')
  announcements.isAnnouncement = true
  addSubGroup(community, announcements, 'announcements')
  notifyCreation(announcements)
  if (child(creation, 'create_general_chat')) {
    const general = createGroup(world, owner, 'General', [], 'lid')
    addSubGroup(community, general, 'general')
    notifyCreation(general)
  }
  return { community, announcements }
}

function addSubGroup(community: Group, group: Group, role: Group['communityRole']): void {
  group.communityRole = role
  group.parent = community
  community.subGroups.add(group)
}

/** Puts a group into a community: its members become members of the community. */
export function linkGroup(community: Group, group: Group, by: Account): void {
  addSubGroup(community, group, 'sub_group')
  const people = [...group.members.keys()]
  addMembers(community, by, people, 'linked_group_join')
  for (const sibling of community.subGroups) {
    if (sibling.communityRole === 'announcements') addMembers(sibling, by, people, 'linked_group_join')
  }
  notify(community, by, () => stanza('link', { link_type: 'sub_group' }, [linkedGroupNode(group)]))
  notify(group, by, () => stanza('link', { link_type: 'parent_group' }, [linkedGroupNode(community)]))
}

/** Takes a group out of a community; its members stay in both. */
export function unlinkGroup(community: Group, group: Group, by: Account): void {
  community.subGroups.delete(group)
  group.parent = undefined
  group.communityRole = undefined
  const reason = { unlink_reason: 'unlink_group' }
  notify(community, by, () =>
    stanza('unlink', { unlink_type: 'sub_group', ...reason }, [linkedGroupNode(group)]),
  )
  notify(group, by, () =>
    stanza('unlink', { unlink_type: 'parent_group', ...reason }, [linkedGroupNode(community)]),
  )
}

/** Queries about the groups of a community. Source: `communities.js` of Baileys, `group.go` of whatsmeow. */
export function handleCommunity(query: Query, community: Group, body: BinaryNode): void {
  const { account } = query
  if (community.communityRole !== 'community') refuse(query, 400, 'bad-request')
  else if (body.tag === 'sub_groups') {
    answer(query, [stanza('sub_groups', {}, [...community.subGroups].map(linkedGroupNode))])
  } else if (body.tag === 'linked_groups_participants') {
    const people = new Set([...community.subGroups].flatMap(({ members }) => [...members.keys()]))
    const nodes = [...people].map((person) => stanza('participant', community.addressesOf(person)))
    answer(query, [stanza('linked_groups_participants', {}, nodes)])
  } else if (!community.isAdmin(account)) refuse(query, 403, 'forbidden')
  else if (body.tag === 'links') linkFromClient(query, community, body)
  else unlinkFromClient(query, community, body)
}

function linkFromClient(query: Query, community: Group, body: BinaryNode): void {
  const { world, account } = query
  const nodes = children(child(body, 'link'), 'group').map(({ attrs }) => {
    const group = groupsOf(world).get(attrs.jid ?? '')
    const error = refusalToLink(group, account)
    if (group && !error) linkGroup(community, group, account)
    return stanza('group', { jid: attrs.jid, error })
  })
  answer(query, [stanza('links', {}, [stanza('link', { link_type: 'sub_group' }, nodes)])])
}

/** Only a group one administers can be linked, and only to one community. */
function refusalToLink(group: Group | undefined, account: Account): number | undefined {
  if (!group) return 404
  if (!group.isAdmin(account)) return 403
  return group.parent || group.communityRole ? 409 : undefined
}

function unlinkFromClient(query: Query, community: Group, body: BinaryNode): void {
  const { world, account } = query
  const nodes = children(body, 'group').map(({ attrs }) => {
    const group = groupsOf(world).get(attrs.jid ?? '')
    const isLinked = group?.parent === community && group.communityRole === 'sub_group'
    if (group && isLinked) unlinkGroup(community, group, account)
    return stanza('group', { jid: attrs.jid, error: isLinked ? undefined : 404 })
  })
  answer(query, [stanza('unlink', { unlink_type: 'sub_group' }, nodes)])
}
