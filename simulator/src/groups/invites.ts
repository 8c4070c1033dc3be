import type { BinaryNode } from 'baileys'
import type { Account } from '../accounts.ts'
import { answer, type Query, refuse } from '../query.ts'
import { child, children, firstChild, seconds, stanza } from '../stanza.ts'
import { groupByInvite } from './groups.ts'
import { acceptInvitation, decideRequests, joinByLink } from './members.ts'
import { type Group, maxMembers } from './model.ts'
import { groupPreview, outcomeNode } from './node.ts'
import { notify } from './notifications.ts'

/**
 * `<invite code>` to `@g.us`: a look at the group behind a link (get), or joining it (set). A code of another form
 * is not acceptable (406), one that leads nowhere any more is gone (410). Source: `GetGroupInfoFromLink` and
 * `JoinGroupWithLink` of whatsmeow.
 */
export function answerInvite(query: Query, body: BinaryNode): void {
  const { world, account, node } = query
  const { code = '' } = body.attrs
  const group = groupByInvite(world, code)
  if (!/^[\w-]{20,24}$/.test(code)) refuse(query, 406, 'not-acceptable')
  else if (!group) refuse(query, 410, 'gone')
  else if (node.attrs.type === 'get') answer(query, [groupPreview(group)])
  else if (group.members.has(account)) refuse(query, 409, 'conflict')
  else if (group.members.size >= maxMembers) refuse(query, 419, 'resource-limit')
  else if (joinByLink(group, account) === 'joined') answer(query, [stanza('group', { jid: group.id })])
  else answer(query, [stanza('membership_approval_request', { jid: group.id })])
}

/** The code of the invitation link for an admin (get), or a new one (set). Source: 401 in `GetGroupInviteLink`. */
export function answerInviteCode(query: Query, group: Group): void {
  const { account, node } = query
  if (!group.isAdmin(account)) refuse(query, 401, 'not-authorized')
  else {
    if (node.attrs.type === 'set') changeInviteCode(group, account)
    answer(query, [stanza('invite', { code: group.inviteCode })])
  }
}

/** Makes the invitation link lead nowhere and notifies everybody of the new one. */
export function changeInviteCode(group: Group, by: Account): string {
  const code = group.renewInviteCode()
  notify(group, by, () => stanza('invite', { code }))
  return code
}

/** Whether an invitation message lets this person look at the group. */
export function isGoodInvitation(group: Group, account: Account, { attrs }: BinaryNode): boolean {
  const invitation = group.invitations.get(account)
  return (
    invitation !== undefined && invitation.code === attrs.code && invitation.expiration >= Number(seconds())
  )
}

/** `<accept>`: somebody accepts the invitation that an admin sent them as a message. */
export function acceptInvitationMessage(query: Query, group: Group, body: BinaryNode): void {
  const { account } = query
  if (group.members.has(account)) refuse(query, 409, 'conflict')
  else if (acceptInvitation(group, account, body.attrs.code ?? '')) answer(query)
  else refuse(query, 410, 'gone')
}

/** `<revoke>`: invitations of single people lead nowhere any more. */
export function revokeInvitations(query: Query, group: Group, body: BinaryNode): void {
  const { world, account } = query
  if (!group.isAdmin(account)) {
    refuse(query, 403, 'forbidden')
    return
  }
  const nodes = children(body, 'participant').map(({ attrs }) => {
    const person = world.find(attrs.jid)
    const wasInvited = person !== undefined && group.invitations.delete(person)
    return outcomeNode(attrs.jid ?? '', person, wasInvited ? {} : { error: 404 })
  })
  answer(query, [stanza('revoke', {}, nodes)])
}

/** `<membership_approval_requests>`: who waits for an admin. */
export function answerRequests(query: Query, group: Group): void {
  if (!group.isAdmin(query.account)) {
    refuse(query, 403, 'forbidden')
    return
  }
  const nodes = [...group.requests].map(([person, { method, at, by }]) => {
    const requestor = by === person ? {} : { requestor: group.nameOf(by), requestor_pn: by.jid }
    const attrs = { ...group.addressesOf(person), request_method: method, request_time: at, ...requestor }
    return stanza('membership_approval_request', attrs)
  })
  answer(query, [stanza('membership_approval_requests', {}, nodes)])
}

/** `<membership_requests_action>`: an admin approves or rejects. */
export function decideFromClient(query: Query, group: Group, body: BinaryNode): void {
  const { world, account } = query
  const action = firstChild(body)
  if (!group.isAdmin(account)) {
    refuse(query, 403, 'forbidden')
    return
  }
  if (action?.tag !== 'approve' && action?.tag !== 'reject') {
    refuse(query, 400, 'bad-request')
    return
  }
  const asked = children(child(body, action.tag), 'participant').map(({ attrs }) => attrs.jid ?? '')
  const people = asked.flatMap((jid) => world.find(jid) ?? [])
  const outcomes = decideRequests(group, account, action.tag === 'approve', people)
  const nodes = asked.map((jid) => {
    const person = world.find(jid)
    return outcomeNode(jid, person, person ? outcomes.get(person) : { error: 404 })
  })
  answer(query, [stanza('membership_requests_action', {}, [stanza(action.tag, {}, nodes)])])
}
