import { defineOperation, type Operation } from '../../../operation.ts'
import { planLimitReached } from '../../../platform/errors.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { deletedAnswer, idParams } from '../../../wire.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { idempotencyMismatch } from '../../sending/outbox/outbox.schema.ts'
import {
  channelOfOtherSession,
  createScheduleBody,
  historyAnswer,
  historyQuery,
  listSchedulesQuery,
  rulePreviewAnswer,
  rulePreviewBody,
  scheduleDetail,
  scheduleEnded,
  scheduleListAnswer,
  scheduleNotActive,
  scheduleNotEnded,
  scheduleNotPaused,
  schedulePassed,
  scheduleSchema,
  updateScheduleBody,
} from './schedules.schema.ts'
import {
  cancelSchedule,
  createSchedule,
  deleteSchedule,
  getHistory,
  getSchedule,
  listSchedules,
  pauseSchedule,
  previewRule,
  resumeSchedule,
  updateSchedule,
} from './schedules.service.ts'

const path = '/scheduled-messages'
const gate = { feature: 'scheduled' }

const list = defineOperation({
  id: 'scheduled_messages.list',
  method: 'GET',
  path,
  summary: 'List scheduled messages, newest first',
  access: ['scheduled:read'],
  query: listSchedulesQuery,
  success: { status: 200, schema: scheduleListAnswer },
  run: (ctx, input) => listSchedules(ctx, input),
})

const create = defineOperation({
  id: 'scheduled_messages.create',
  method: 'POST',
  path,
  summary: 'Send a message at a time or by a rule, to a list, a segment, a chat or a channel',
  access: ['scheduled:manage'],
  gate,
  body: createScheduleBody,
  success: { status: 201, schema: scheduleSchema },
  errors: [planFeatureMissing, planLimitReached, addressRefused, channelOfOtherSession, idempotencyMismatch],
  takesIdempotencyKey: true,
  run: (ctx, input) => createSchedule(ctx, input),
})

const preview = defineOperation({
  id: 'scheduled_messages.preview',
  method: 'POST',
  path: `${path}/preview`,
  summary: 'When a scheduled message would run, before it is made',
  access: ['scheduled:read'],
  body: rulePreviewBody,
  success: { status: 200, schema: rulePreviewAnswer },
  run: async (ctx, input) => previewRule(ctx, input),
})

const get = defineOperation({
  id: 'scheduled_messages.get',
  method: 'GET',
  path: `${path}/{id}`,
  summary: 'Get a scheduled message with its next and its latest runs',
  access: ['scheduled:read'],
  params: idParams,
  success: { status: 200, schema: scheduleDetail },
  run: (ctx, { id }) => getSchedule(ctx, id),
})

const update = defineOperation({
  id: 'scheduled_messages.update',
  method: 'PATCH',
  path: `${path}/{id}`,
  summary: 'Change what is sent, or when',
  access: ['scheduled:manage'],
  gate,
  params: idParams,
  body: updateScheduleBody,
  success: { status: 200, schema: scheduleSchema },
  errors: [planFeatureMissing, addressRefused, scheduleEnded],
  run: (ctx, { id, ...input }) => updateSchedule(ctx, id, input),
})

const cancel = defineOperation({
  id: 'scheduled_messages.cancel',
  method: 'POST',
  path: `${path}/{id}/cancel`,
  summary: 'End a scheduled message for good',
  access: ['scheduled:manage'],
  params: idParams,
  success: { status: 200, schema: scheduleSchema },
  errors: [scheduleEnded],
  run: (ctx, { id }) => cancelSchedule(ctx, id),
})

const pause = defineOperation({
  id: 'scheduled_messages.pause',
  method: 'POST',
  path: `${path}/{id}/pause`,
  summary: 'Let a scheduled message rest',
  access: ['scheduled:manage'],
  params: idParams,
  success: { status: 200, schema: scheduleSchema },
  errors: [scheduleNotActive],
  run: (ctx, { id }) => pauseSchedule(ctx, id),
})

const resume = defineOperation({
  id: 'scheduled_messages.resume',
  method: 'POST',
  path: `${path}/{id}/resume`,
  summary: 'Let a paused scheduled message go on from now',
  access: ['scheduled:manage'],
  gate,
  params: idParams,
  success: { status: 200, schema: scheduleSchema },
  errors: [planFeatureMissing, planLimitReached, scheduleNotPaused, schedulePassed],
  run: (ctx, { id }) => resumeSchedule(ctx, id),
})

const remove = defineOperation({
  id: 'scheduled_messages.delete',
  method: 'DELETE',
  path: `${path}/{id}`,
  summary: 'Delete a cancelled or completed scheduled message with its history',
  access: ['scheduled:manage'],
  params: idParams,
  success: { status: 200, schema: deletedAnswer },
  errors: [scheduleNotEnded],
  async run(ctx, { id }) {
    await deleteSchedule(ctx, id)
    return { status: 'deleted', id }
  },
})

const history = defineOperation({
  id: 'scheduled_messages.history',
  method: 'GET',
  path: `${path}/{id}/history`,
  summary: 'List the runs of a scheduled message, newest first',
  access: ['scheduled:read'],
  params: idParams,
  query: historyQuery,
  success: { status: 200, schema: historyAnswer },
  run: (ctx, input) => getHistory(ctx, input),
})

/** Messages that go out at a time or by a rule. */
export const schedulesOperations: readonly Operation[] = [
  list,
  create,
  preview,
  get,
  update,
  cancel,
  pause,
  resume,
  remove,
  history,
]
