import { defineOperation, type Operation } from '../../../operation.ts'
import { planLimitReached } from '../../../platform/errors.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { idempotencyMismatch } from '../../sending/outbox/outbox.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import {
  bulkJobObject,
  bulkListAnswer,
  bulkListQuery,
  bulkParams,
  bulkWrongState,
  cancelAnswer,
  createBulkBody,
  editBulkBody,
  emptyRecipients,
  steerBody,
} from './bulk.schema.ts'
import { createBulkSend, listBulkSends } from './bulk-send.service.ts'
import { cancelBulkSend, editBulkSend, pauseBulkSend, resumeBulkSend } from './steer.service.ts'

const gate = { feature: 'bulk_send' }

const create = defineOperation({
  id: 'bulk.create',
  method: 'POST',
  path: '/bulk-send',
  summary: 'Send a message to everybody on a list or in a segment',
  access: ['bulk-send:manage'],
  gate,
  body: createBulkBody,
  success: { status: 201, schema: bulkJobObject },
  errors: [
    sessionNotWorking,
    addressRefused,
    emptyRecipients,
    planFeatureMissing,
    planLimitReached,
    idempotencyMismatch,
  ],
  isSend: true,
  run: (ctx, input) => createBulkSend(ctx, input),
})

const list = defineOperation({
  id: 'bulk.list',
  method: 'GET',
  path: '/bulk-send',
  summary: 'List bulk jobs, the newest first',
  access: ['bulk-send:read'],
  query: bulkListQuery,
  success: { status: 200, schema: bulkListAnswer },
  run: (ctx, input) => listBulkSends(ctx, input),
})

const edit = defineOperation({
  id: 'bulk.update',
  method: 'PATCH',
  path: '/bulk-send/{id}',
  summary: 'Change a bulk job that does not run',
  access: ['bulk-send:manage'],
  gate,
  params: bulkParams,
  body: editBulkBody,
  success: { status: 200, schema: bulkJobObject },
  errors: [bulkWrongState, addressRefused, planFeatureMissing],
  run: (ctx, { id, ...changes }) => editBulkSend(ctx, id, changes),
})

const pause = defineOperation({
  id: 'bulk.pause',
  method: 'POST',
  path: '/bulk-send/{id}/pause',
  summary: 'Pause a bulk job',
  access: ['bulk-send:manage'],
  gate,
  params: bulkParams,
  body: steerBody,
  success: { status: 200, schema: bulkJobObject },
  errors: [bulkWrongState, planFeatureMissing],
  run: (ctx, { id }) => pauseBulkSend(ctx, id),
})

const resume = defineOperation({
  id: 'bulk.resume',
  method: 'POST',
  path: '/bulk-send/{id}/resume',
  summary: 'Let a paused bulk job go on',
  access: ['bulk-send:manage'],
  gate,
  params: bulkParams,
  body: steerBody,
  success: { status: 200, schema: bulkJobObject },
  errors: [bulkWrongState, sessionNotWorking, planFeatureMissing],
  run: (ctx, { id }) => resumeBulkSend(ctx, id),
})

const cancel = defineOperation({
  id: 'bulk.cancel',
  method: 'POST',
  path: '/bulk-send/{id}/cancel',
  summary: 'Cancel a bulk job and give back the quota that it has not used',
  access: ['bulk-send:manage'],
  params: bulkParams,
  body: steerBody,
  success: { status: 200, schema: cancelAnswer },
  errors: [bulkWrongState],
  run: (ctx, { id }) => cancelBulkSend(ctx, id),
})

/** Bulk jobs. */
export const bulkOperations: readonly Operation[] = [create, list, edit, pause, resume, cancel]
