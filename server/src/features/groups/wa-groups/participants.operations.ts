import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound } from '../../../platform/errors.ts'
import { notAllowedNumber } from '../../sending/outbox/outbox.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { changeParticipants, createGroup } from './group-actions.service.ts'
import {
  createdGroup,
  createGroupBody,
  participantsAnswer,
  participantsBody,
  waGroupParams,
} from './wa-groups.schema.ts'

const create = defineOperation({
  id: 'groups.create_whatsapp_group',
  method: 'POST',
  path: '/groups/create',
  summary: 'Create a WhatsApp group',
  access: ['groups:manage'],
  body: createGroupBody,
  success: { status: 201, schema: createdGroup },
  errors: [sessionNotWorking, notAllowedNumber, notFound],
  run: (ctx, input) => createGroup(ctx, input.session_id, input.name, input.participants),
})

/** The four changes differ in nothing but what they do. */
function defineChange(
  action: 'add' | 'remove' | 'promote' | 'demote',
  path: string,
  summary: string,
): Operation {
  return defineOperation({
    id: `groups.${action}`,
    method: 'POST',
    path,
    summary,
    access: ['groups:manage'],
    params: waGroupParams,
    body: participantsBody,
    success: { status: 200, schema: participantsAnswer },
    errors: action === 'add' ? [sessionNotWorking, notAllowedNumber] : [sessionNotWorking],
    run: (ctx, input) => changeParticipants(ctx, action, input.wa_group_id, input),
  })
}

/** Making groups and changing who is in them. */
export const participantsOperations: readonly Operation[] = [
  create,
  defineChange('add', '/groups/{wa_group_id}/participants/add', 'Add people to a WhatsApp group'),
  defineChange('remove', '/groups/{wa_group_id}/participants/remove', 'Remove people from a WhatsApp group'),
  defineChange('promote', '/groups/{wa_group_id}/admin/promote', 'Make members admins of a WhatsApp group'),
  defineChange('demote', '/groups/{wa_group_id}/admin/demote', 'Make admins members of a WhatsApp group'),
]
