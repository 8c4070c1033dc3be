import { z } from 'zod'
import { defineOperation, type Operation } from '../../../operation.ts'
import { planLimitReached } from '../../../platform/errors.ts'
import { deletedAnswer, idParams } from '../../../wire.ts'
import { templateSchema } from '../report-templates/report-content.schema.ts'
import { listTemplates } from '../report-templates/report-templates.service.ts'
import { getReportFile } from './report-file.service.ts'
import { previewReport } from './report-preview.service.ts'
import {
  createReportBody,
  executionParams,
  noSessionToSend,
  reportHasNoRun,
  reportNotActive,
  reportNotPaused,
  reportPreview,
  reportPreviewBody,
  reportSchema,
  reportsAnswer,
  reportsQuery,
  reportWithRuns,
  updateReportBody,
} from './reports.schema.ts'
import {
  createReport,
  getReport,
  getReports,
  pauseReport,
  removeReport,
  resumeReport,
  updateReport,
} from './reports.service.ts'

const templates = defineOperation({
  id: 'reports.templates',
  method: 'GET',
  path: '/reports/templates',
  summary: 'The ten kinds of reports and what can be set',
  access: ['reports:read'],
  success: { status: 200, schema: z.array(templateSchema) },
  run: async () => listTemplates(),
})

const preview = defineOperation({
  id: 'reports.preview',
  method: 'POST',
  path: '/reports/preview',
  summary: 'See what a report would say now and when it would run; nothing is kept',
  access: ['reports:read'],
  body: reportPreviewBody,
  success: { status: 200, schema: reportPreview },
  run: (ctx, input) => previewReport(ctx, input),
})

const create = defineOperation({
  id: 'reports.create',
  method: 'POST',
  path: '/reports',
  summary: 'Order a report: once, or again and again',
  access: ['reports:manage'],
  gate: { limit: 'max_reports' },
  body: createReportBody,
  success: { status: 201, schema: reportSchema },
  errors: [noSessionToSend, planLimitReached],
  run: (ctx, input) => createReport(ctx, input),
})

const list = defineOperation({
  id: 'reports.list',
  method: 'GET',
  path: '/reports',
  summary: 'List the reports, newest first',
  access: ['reports:read'],
  query: reportsQuery,
  success: { status: 200, schema: reportsAnswer },
  run: (ctx, input) => getReports(ctx, input),
})

const get = defineOperation({
  id: 'reports.get',
  method: 'GET',
  path: '/reports/{id}',
  summary: 'Get a report with what its newest runs found out',
  access: ['reports:read'],
  params: idParams,
  success: { status: 200, schema: reportWithRuns },
  run: (ctx, { id }) => getReport(ctx, id),
})

const file = defineOperation({
  id: 'reports.file',
  method: 'GET',
  path: '/reports/{id}/executions/{execution_id}/file',
  summary: 'Get what a run found out as a page that can be kept and printed',
  access: ['reports:read'],
  params: executionParams,
  success: { status: 200, schema: z.string(), raw: 'text/html' },
  run: (ctx, { id, execution_id: executionId }) => getReportFile(ctx, id, executionId),
})

const update = defineOperation({
  id: 'reports.update',
  method: 'PATCH',
  path: '/reports/{id}',
  summary: 'Change a report',
  access: ['reports:manage'],
  params: idParams,
  body: updateReportBody,
  success: { status: 200, schema: reportSchema },
  errors: [noSessionToSend],
  run: (ctx, { id, ...input }) => updateReport(ctx, id, input),
})

const pause = defineOperation({
  id: 'reports.pause',
  method: 'POST',
  path: '/reports/{id}/pause',
  summary: 'Let a report run no more for now',
  access: ['reports:manage'],
  params: idParams,
  success: { status: 200, schema: reportSchema },
  errors: [reportNotActive],
  run: (ctx, { id }) => pauseReport(ctx, id),
})

const resume = defineOperation({
  id: 'reports.resume',
  method: 'POST',
  path: '/reports/{id}/resume',
  summary: 'Let a paused report run again',
  access: ['reports:manage'],
  params: idParams,
  success: { status: 200, schema: reportSchema },
  errors: [reportNotPaused, reportHasNoRun],
  run: (ctx, { id }) => resumeReport(ctx, id),
})

const remove = defineOperation({
  id: 'reports.delete',
  method: 'DELETE',
  path: '/reports/{id}',
  summary: 'Delete a report with its runs',
  access: ['reports:manage'],
  params: idParams,
  success: { status: 200, schema: deletedAnswer },
  run: async (ctx, { id }) => {
    await removeReport(ctx, id)
    return { status: 'deleted', id }
  },
})

export const reportsOperations: readonly Operation[] = [
  templates,
  preview,
  create,
  list,
  get,
  file,
  update,
  pause,
  resume,
  remove,
]
