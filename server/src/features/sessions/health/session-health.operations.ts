import { defineOperation, type Operation } from '../../../operation.ts'
import { sessionParams } from '../lifecycle/sessions.schema.ts'
import { timelineAnswer, timelineQuery } from './session-health.schema.ts'
import { getTimeline } from './timeline.service.ts'

const timeline = defineOperation({
  id: 'sessions.timeline',
  method: 'GET',
  path: '/sessions/{id}/timeline',
  summary: 'List the states a session has been in, with reasons',
  access: ['sessions:read'],
  params: sessionParams,
  query: timelineQuery,
  success: { status: 200, schema: timelineAnswer },
  run: (ctx, { id, limit, offset }) => getTimeline(ctx, id, { limit, offset }),
})

/** How sessions have been doing. */
export const sessionHealthOperations: readonly Operation[] = [timeline]
