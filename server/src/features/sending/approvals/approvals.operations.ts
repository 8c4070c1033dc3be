import { defineOperation, type Operation } from '../../../operation.ts'
import { planLimitReached } from '../../../platform/errors.ts'
import { idParams } from '../../../wire.ts'
import { messageObject } from '../../conversations/messages/messages.schema.ts'
import { spamRefused } from '../../safety/antispam/antispam.schema.ts'
import { contentRefused } from '../../safety/content-policy/content-policy.schema.ts'
import { recipientOptedOut } from '../../safety/opt-outs/opt-outs.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { coldBudgetUsed, coldContactRefused, tooManyWaiting } from '../limits/send-limits.schema.ts'
import { notAllowedNumber } from '../outbox/outbox.schema.ts'
import { deliveryErrors, uploadFailed } from '../outbox/send-failures.schema.ts'
import {
  alreadyDecided,
  approvalSchema,
  approvalsAnswer,
  approvalsQuery,
  approveBody,
  rejectBody,
} from './approvals.schema.ts'
import { approve, getApprovals, reject } from './approvals.service.ts'

const list = defineOperation({
  id: 'approvals.list',
  method: 'GET',
  path: '/approvals',
  summary: 'Messages of auto-replies, agents and tools that wait for a person’s word, newest first',
  access: ['messages:read'],
  query: approvalsQuery,
  success: { status: 200, schema: approvalsAnswer },
  run: (ctx, { status, limit, offset }) => getApprovals(ctx, { status, limit, offset }),
})

const approveOne = defineOperation({
  id: 'approvals.approve',
  method: 'POST',
  path: '/approvals/{id}/approve',
  summary: 'Send a held message, perhaps with another text; only a person may, never a key',
  access: ['messages:send'],
  roles: ['owner', 'admin'],
  keys: 'refused',
  params: idParams,
  body: approveBody,
  success: { status: 200, schema: messageObject },
  errors: [
    alreadyDecided,
    sessionNotWorking,
    notAllowedNumber,
    recipientOptedOut,
    coldContactRefused,
    coldBudgetUsed,
    spamRefused,
    contentRefused,
    planLimitReached,
    tooManyWaiting,
    ...deliveryErrors,
    uploadFailed,
  ],
  run: (ctx, { id, message }) => approve(ctx, id, message),
})

const rejectOne = defineOperation({
  id: 'approvals.reject',
  method: 'POST',
  path: '/approvals/{id}/reject',
  summary: 'Drop a held message and give its quota back; only a person may, never a key',
  access: ['messages:send'],
  roles: ['owner', 'admin'],
  keys: 'refused',
  params: idParams,
  body: rejectBody,
  success: { status: 200, schema: approvalSchema },
  errors: [alreadyDecided],
  run: (ctx, { id, reason }) => reject(ctx, id, reason),
})

/** Decisions on what nobody wrote by hand. */
export const approvalsOperations: readonly Operation[] = [list, approveOne, rejectOne]
