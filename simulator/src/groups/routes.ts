import { z } from 'zod'
import { idAnswer } from '../answer-fields.ts'
import { parse } from '../parsing.ts'
import { type Route, routesOf } from '../route.ts'
import { groupAnswer, inviteAnswer, joinAnswer } from './answers.ts'
import type { GroupsFacade } from './facade.ts'
import {
  decisionSchema,
  groupChangesSchema,
  groupIdSchema,
  groupPrivacySchema,
  groupSchema,
  joinSchema,
  membersSchema,
  revokeInviteSchema,
} from './inputs.ts'

const route = routesOf<GroupsFacade>()

const tag = 'Groups'

/** Operations on groups. */
export const groupRoutes: Route<GroupsFacade>[] = [
  route({
    method: 'POST',
    path: '/groups',
    operation: 'createGroup',
    tag,
    summary: 'Creates a group',
    status: 201,
    body: groupSchema,
    answer: idAnswer,
    run: (groups, { body }) => groups.create(body),
  }),
  route({
    method: 'GET',
    path: '/groups/{id}',
    operation: 'group',
    tag,
    summary: 'A group: members, settings, invitation link and who asks to join',
    answer: groupAnswer,
    run: (groups, { params }) => groups.describe(params.id ?? ''),
  }),
  route({
    method: 'POST',
    path: '/groups/{id}/members',
    operation: 'changeGroupMembers',
    tag,
    summary: 'Adds, removes, promotes or demotes members, in the name of the owner or of another member',
    body: membersSchema,
    answer: groupAnswer,
    run: (groups, { params, body }) => groups.changeMembers(params.id ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/groups/{id}/settings',
    operation: 'changeGroup',
    tag,
    summary: 'Changes subject, description and settings; members are told of each',
    body: groupChangesSchema,
    answer: groupAnswer,
    run: (groups, { params, body }) => groups.change(params.id ?? '', body),
  }),
  route({
    method: 'POST',
    path: '/groups/{id}/invite',
    operation: 'revokeGroupInvite',
    tag,
    summary: 'Makes the invitation link lead nowhere and tells the code of the new one',
    body: revokeInviteSchema,
    answer: inviteAnswer,
    run: (groups, { params, body }) =>
      groups.revokeInvite(params.id ?? '', parse(revokeInviteSchema, body).by),
  }),
  route({
    method: 'POST',
    path: '/groups/{id}/requests',
    operation: 'decideGroupRequests',
    tag,
    summary: 'Approves or rejects people who asked to join',
    body: decisionSchema,
    answer: groupAnswer,
    run: (groups, { params, body }) => groups.decide(params.id ?? '', body),
  }),
]

/** Operations on what people do with groups on their phones. */
export const membershipRoutes: Route<GroupsFacade>[] = [
  route({
    method: 'GET',
    path: '/accounts/{phone}/groups',
    operation: 'groupsOf',
    tag,
    summary: 'The groups somebody is a member of',
    answer: z.array(groupAnswer),
    run: (groups, { params }) => groups.list(params.phone ?? ''),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/groups/join',
    operation: 'joinGroup',
    tag,
    summary: 'Follows an invitation link, or accepts an invitation that was left for this person',
    body: joinSchema,
    answer: joinAnswer,
    run: (groups, { params, body }) => groups.join(params.phone ?? '', parse(joinSchema, body).code),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/groups/request',
    operation: 'requestGroup',
    tag,
    summary: 'Asks to become a member',
    body: groupIdSchema,
    run: (groups, { params, body }) =>
      groups.requestJoin(params.phone ?? '', parse(groupIdSchema, body).group),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/groups/cancel',
    operation: 'cancelGroupRequest',
    tag,
    summary: 'Takes the wish to become a member back',
    body: groupIdSchema,
    run: (groups, { params, body }) =>
      groups.cancelRequest(params.phone ?? '', parse(groupIdSchema, body).group),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/groups/leave',
    operation: 'leaveGroup',
    tag,
    summary: 'Leaves a group; who leaves a community leaves all its groups',
    body: groupIdSchema,
    run: (groups, { params, body }) => groups.leave(params.phone ?? '', parse(groupIdSchema, body).group),
  }),
  route({
    method: 'POST',
    path: '/accounts/{phone}/group-privacy',
    operation: 'setGroupPrivacy',
    tag,
    summary: 'Who may add this person to groups; all others have to invite',
    body: groupPrivacySchema,
    run: (groups, { params, body }) => groups.setPrivacy(params.phone ?? '', body),
  }),
]
