import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound } from '../../../platform/errors.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import {
  callListAnswer,
  callListQuery,
  callNotRinging,
  callObject,
  callParams,
  rejectBody,
} from './calls.schema.ts'
import { listTenantCalls, rejectCall } from './calls.service.ts'

const list = defineOperation({
  id: 'calls.list',
  method: 'GET',
  path: '/calls',
  summary: 'List calls that rang, newest first',
  access: ['messages:read'],
  query: callListQuery,
  success: { status: 200, schema: callListAnswer },
  errors: [notFound],
  run: (ctx, input) => listTenantCalls(ctx, input),
})

const reject = defineOperation({
  id: 'calls.reject',
  method: 'POST',
  path: '/calls/{call_id}/reject',
  summary: 'Turn a ringing call down',
  access: ['messages:send'],
  params: callParams,
  body: rejectBody,
  success: { status: 200, schema: callObject },
  errors: [sessionNotWorking, callNotRinging],
  run: (ctx, input) => rejectCall(ctx, input.call_id, input.session_id),
})

/** What can be done about calls. */
export const callOperations: readonly Operation[] = [list, reject]
