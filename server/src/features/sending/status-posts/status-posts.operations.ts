import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound } from '../../../platform/errors.ts'
import { contentRefused } from '../../safety/content-policy/content-policy.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { deliveryErrors } from '../outbox/send-failures.schema.ts'
import { nobodyToShow, sendStatusBody, sentStatus } from './status-posts.schema.ts'
import { sendStatus } from './status-posts.service.ts'

const send = defineOperation({
  id: 'status.send',
  method: 'POST',
  path: '/status/send',
  summary: 'Show a text as the status of the account for 24 hours',
  access: ['messages:send'],
  body: sendStatusBody,
  success: { status: 201, schema: sentStatus },
  errors: [sessionNotWorking, nobodyToShow, contentRefused, ...deliveryErrors, notFound],
  run: (ctx, input) => sendStatus(ctx, input.session_id, input.message),
})

/** Status posts of one's own. */
export const statusPostOperations: readonly Operation[] = [send]
