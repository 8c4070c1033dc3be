import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound } from '../../../platform/errors.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import {
  changeGroupSettings,
  decideJoinRequests,
  describeGroup,
  getInvite,
  getInviteInfo,
  joinGroup,
  leaveGroup,
  listJoinRequests,
} from './group-actions.service.ts'
import {
  groupBody,
  groupQuery,
  groupSettingsBody,
  inviteAnswer,
  inviteInfoAnswer,
  inviteQuery,
  joinAnswer,
  joinBody,
  joinRequestsAnswer,
  joinRequestsBody,
  leftAnswer,
  participantsAnswer,
  waGroupObject,
  waGroupParams,
} from './wa-groups.schema.ts'

const describe = defineOperation({
  id: 'groups.describe',
  method: 'GET',
  path: '/groups/wa/{wa_group_id}',
  summary: 'Get a WhatsApp group with its members',
  access: ['groups:read'],
  params: waGroupParams,
  query: groupQuery,
  success: { status: 200, schema: waGroupObject },
  errors: [sessionNotWorking],
  run: (ctx, input) => describeGroup(ctx, input.wa_group_id, input.session_id),
})

const settings = defineOperation({
  id: 'groups.change_settings',
  method: 'PATCH',
  path: '/groups/{wa_group_id}/settings',
  summary: 'Change subject, description and settings of a WhatsApp group',
  access: ['groups:manage'],
  params: waGroupParams,
  body: groupSettingsBody,
  success: { status: 200, schema: waGroupObject },
  errors: [sessionNotWorking],
  run: (ctx, input) => changeGroupSettings(ctx, input.wa_group_id, input),
})

const invite = defineOperation({
  id: 'groups.invite',
  method: 'GET',
  path: '/groups/{wa_group_id}/invite',
  summary: 'Get the invitation link of a WhatsApp group',
  access: ['groups:manage'],
  params: waGroupParams,
  query: groupQuery,
  success: { status: 200, schema: inviteAnswer },
  errors: [sessionNotWorking],
  run: (ctx, input) => getInvite(ctx, input.wa_group_id, input.session_id, { revoke: false }),
})

const revokeInvite = defineOperation({
  id: 'groups.revoke_invite',
  method: 'POST',
  path: '/groups/{wa_group_id}/invite',
  summary: 'Revoke the invitation link of a WhatsApp group and get a new one',
  access: ['groups:manage'],
  params: waGroupParams,
  body: groupBody,
  success: { status: 200, schema: inviteAnswer },
  errors: [sessionNotWorking],
  run: (ctx, input) => getInvite(ctx, input.wa_group_id, input.session_id, { revoke: true }),
})

const inviteInfo = defineOperation({
  id: 'groups.invite_info',
  method: 'GET',
  path: '/groups/invite-info',
  summary: 'Look where an invitation leads before accepting it',
  access: ['groups:read'],
  query: inviteQuery,
  success: { status: 200, schema: inviteInfoAnswer },
  errors: [sessionNotWorking, notFound],
  run: (ctx, input) => getInviteInfo(ctx, input.session_id, input.invite),
})

const join = defineOperation({
  id: 'groups.join',
  method: 'POST',
  path: '/groups/join',
  summary: 'Accept an invitation to a WhatsApp group',
  access: ['groups:manage'],
  body: joinBody,
  success: { status: 200, schema: joinAnswer },
  errors: [sessionNotWorking, notFound],
  run: (ctx, input) => joinGroup(ctx, input.session_id, input.invite),
})

const joinRequests = defineOperation({
  id: 'groups.list_join_requests',
  method: 'GET',
  path: '/groups/{wa_group_id}/join-requests',
  summary: 'List who waits to be let into a WhatsApp group',
  access: ['groups:read'],
  params: waGroupParams,
  query: groupQuery,
  success: { status: 200, schema: joinRequestsAnswer },
  errors: [sessionNotWorking],
  run: (ctx, input) => listJoinRequests(ctx, input.wa_group_id, input.session_id),
})

const decide = defineOperation({
  id: 'groups.decide_join_requests',
  method: 'POST',
  path: '/groups/{wa_group_id}/join-requests',
  summary: 'Let people into a WhatsApp group, or turn them away',
  access: ['groups:manage'],
  params: waGroupParams,
  body: joinRequestsBody,
  success: { status: 200, schema: participantsAnswer },
  errors: [sessionNotWorking],
  run: (ctx, input) => decideJoinRequests(ctx, input.wa_group_id, input),
})

const leave = defineOperation({
  id: 'groups.leave',
  method: 'POST',
  path: '/groups/{wa_group_id}/leave',
  summary: 'Leave a WhatsApp group',
  access: ['groups:manage'],
  params: waGroupParams,
  body: groupBody,
  success: { status: 200, schema: leftAnswer },
  errors: [sessionNotWorking],
  run: async (ctx, input) => {
    await leaveGroup(ctx, input.wa_group_id, input.session_id)
    return { status: 'left', wa_group_id: input.wa_group_id }
  },
})

/** WhatsApp groups beyond their members: settings, invitations, requests to join. */
export const waGroupOperations: readonly Operation[] = [
  describe,
  settings,
  invite,
  revokeInvite,
  inviteInfo,
  join,
  joinRequests,
  decide,
  leave,
]
