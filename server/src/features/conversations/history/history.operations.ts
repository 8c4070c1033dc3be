import { defineOperation, type Operation } from '../../../operation.ts'
import { sessionNotWorking, sessionParams } from '../../sessions/lifecycle/sessions.schema.ts'
import { historyAnswer, noKnownMessage, requestHistoryAnswer, requestHistoryBody } from './history.schema.ts'
import { getHistory, requestHistory } from './history.service.ts'

const get = defineOperation({
  id: 'sessions.history',
  method: 'GET',
  path: '/sessions/{id}/history',
  summary: 'See how far the history from before linking has come',
  access: ['sessions:read'],
  params: sessionParams,
  success: { status: 200, schema: historyAnswer },
  run: (ctx, input) => getHistory(ctx, input.id),
})

const request = defineOperation({
  id: 'sessions.request_history',
  method: 'POST',
  path: '/sessions/{id}/history',
  summary: 'Ask the phone for older messages of a chat',
  access: ['messages:read'],
  params: sessionParams,
  body: requestHistoryBody,
  success: { status: 202, schema: requestHistoryAnswer },
  errors: [sessionNotWorking, noKnownMessage],
  run: (ctx, input) => requestHistory(ctx, input.id, input),
})

/** What was said before linking. */
export const historyOperations: readonly Operation[] = [get, request]
