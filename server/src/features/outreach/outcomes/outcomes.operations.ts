import { z } from 'zod'
import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound, planLimitReached } from '../../../platform/errors.ts'
import { addressRefused } from '../../../platform/outgoing/safe-fetch.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { contentRefused } from '../../safety/content-policy/content-policy.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { emptyRecipients } from '../bulk/bulk.schema.ts'
import { cloneJob, retryFailed } from './copies.service.ts'
import {
  cloneBody,
  copiedJob,
  exportQuery,
  jobDetail,
  jobDetailQuery,
  jobParams,
  listedRecipient,
  nobodyToRetry,
  nothingToTest,
  previewBody,
  previewObject,
  previewQuery,
  previewsAnswer,
  recipientsAnswer,
  recipientsQuery,
  retryBody,
  testAnswer,
  testBody,
} from './outcomes.schema.ts'
import { previewContents, previewJob, testContents, testJob } from './preview.service.ts'
import { exportRecipients, getJobDetail, getRecipients } from './recipients.service.ts'

const get = defineOperation({
  id: 'bulk.get',
  method: 'GET',
  path: '/bulk-send/{id}',
  summary: 'Get a bulk job with a page of its recipients',
  access: ['bulk-send:read'],
  params: jobParams,
  query: jobDetailQuery,
  success: { status: 200, schema: jobDetail },
  run: (ctx, { id, recipients_limit: limit, recipients_offset: offset, recipients_status: status }) =>
    getJobDetail(ctx, id, { limit, offset, status }),
})

const list = defineOperation({
  id: 'bulk.recipients',
  method: 'GET',
  path: '/bulk-send/{id}/recipients',
  summary: 'List the recipients of a bulk job with what became of each',
  access: ['bulk-send:read'],
  params: jobParams,
  query: recipientsQuery,
  success: { status: 200, schema: recipientsAnswer },
  run: (ctx, { id, ...input }) => getRecipients(ctx, id, input),
})

const csv = defineOperation({
  id: 'bulk.export_csv',
  method: 'GET',
  path: '/bulk-send/{id}/export/csv',
  summary: 'Export the recipients of a bulk job as CSV',
  access: ['bulk-send:read'],
  params: jobParams,
  query: exportQuery,
  success: { status: 200, schema: z.string(), raw: 'text/csv' },
  run: (ctx, { id, ...input }) => exportRecipients(ctx, id, input, 'csv'),
})

const json = defineOperation({
  id: 'bulk.export_json',
  method: 'GET',
  path: '/bulk-send/{id}/export/json',
  summary: 'Export the recipients of a bulk job as a JSON array',
  access: ['bulk-send:read'],
  params: jobParams,
  query: exportQuery,
  success: { status: 200, schema: z.array(listedRecipient), raw: 'application/json' },
  run: (ctx, { id, ...input }) => exportRecipients(ctx, id, input, 'json'),
})

const gate = { feature: 'bulk_send' }

const clone = defineOperation({
  id: 'bulk.clone',
  method: 'POST',
  path: '/bulk-send/{id}/clone',
  summary: 'Make a job like another one, paused unless it is to start',
  access: ['bulk-send:manage'],
  gate,
  params: jobParams,
  body: cloneBody,
  success: { status: 201, schema: copiedJob },
  errors: [sessionNotWorking, emptyRecipients, planFeatureMissing, planLimitReached],
  run: (ctx, { id, name, start }) => cloneJob(ctx, id, { name, start }),
})

const retry = defineOperation({
  id: 'bulk.retry_failed',
  method: 'POST',
  path: '/bulk-send/{id}/retry-failed',
  summary: 'Send again to those whom a job failed to reach, in a job of its own',
  access: ['bulk-send:manage'],
  gate,
  params: jobParams,
  body: retryBody,
  success: { status: 201, schema: copiedJob },
  errors: [sessionNotWorking, nobodyToRetry, planFeatureMissing, planLimitReached],
  run: (ctx, { id }) => retryFailed(ctx, id),
})

const preview = defineOperation({
  id: 'bulk.preview',
  method: 'GET',
  path: '/bulk-send/{id}/preview',
  summary: 'Show what a recipient of a bulk job gets',
  access: ['bulk-send:read'],
  params: jobParams,
  query: previewQuery,
  success: { status: 200, schema: previewObject },
  run: (ctx, { id, ...by }) => previewJob(ctx, id, by),
})

const previewNew = defineOperation({
  id: 'bulk.preview_new',
  method: 'POST',
  path: '/bulk-send/preview',
  summary: 'Show what people of a list would get, before there is a job',
  access: ['bulk-send:read'],
  body: previewBody,
  success: { status: 200, schema: previewsAnswer },
  errors: [emptyRecipients, notFound],
  run: (ctx, input) => previewContents(ctx, input),
})

const sendErrors = [sessionNotWorking, nothingToTest, planFeatureMissing, contentRefused, addressRefused]

const test = defineOperation({
  id: 'bulk.test',
  method: 'POST',
  path: '/bulk-send/{id}/test',
  summary: 'Send to the own chat what a recipient of a bulk job gets',
  access: ['bulk-send:manage'],
  gate,
  params: jobParams,
  body: testBody,
  success: { status: 201, schema: testAnswer },
  errors: sendErrors,
  run: (ctx, { id, ...by }) => testJob(ctx, id, by),
})

const testNew = defineOperation({
  id: 'bulk.test_new',
  method: 'POST',
  path: '/bulk-send/test',
  summary: 'Send to the own chat what people of a list would get, before there is a job',
  access: ['bulk-send:manage'],
  gate,
  body: previewBody,
  success: { status: 201, schema: testAnswer },
  errors: [...sendErrors, notFound],
  run: (ctx, input) => testContents(ctx, input),
})

/** Bulk jobs looked at, tried and made again. */
export const outcomesOperations: readonly Operation[] = [
  get,
  list,
  csv,
  json,
  previewNew,
  testNew,
  preview,
  test,
  clone,
  retry,
]
