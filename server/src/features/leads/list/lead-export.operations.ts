import { z } from 'zod'
import { defineOperation, type Operation } from '../../../operation.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { exportLeads, exportSelection } from './lead-export.service.ts'
import {
  isSelection,
  leadFilters,
  leadObject,
  leadSelection,
  selectionChanged,
  selectionProblem,
  selectionTooLarge,
} from './lead-list.schema.ts'

const exportQuery = z.object(leadFilters)

const csv = defineOperation({
  id: 'leads.export_csv',
  method: 'GET',
  path: '/leads/export/csv',
  summary: 'Export leads as CSV, at most 10,000',
  access: ['leads:read'],
  gate: { feature: 'lead_export' },
  query: exportQuery,
  success: { status: 200, schema: z.string(), raw: 'text/csv' },
  errors: [planFeatureMissing],
  run: (ctx, input) => exportLeads(ctx, input, 'csv'),
})

const json = defineOperation({
  id: 'leads.export_json',
  method: 'GET',
  path: '/leads/export/json',
  summary: 'Export leads as a JSON array, at most 10,000',
  access: ['leads:read'],
  gate: { feature: 'lead_export' },
  query: exportQuery,
  success: { status: 200, schema: z.array(leadObject), raw: 'application/json' },
  errors: [planFeatureMissing],
  run: (ctx, input) => exportLeads(ctx, input, 'json'),
})

const selection = defineOperation({
  id: 'leads.export_selection',
  method: 'POST',
  path: '/leads/export',
  summary: 'Export chosen leads as CSV, or as JSON when that is accepted rather',
  access: ['leads:read'],
  gate: { feature: 'lead_export' },
  body: z.object(leadSelection).refine(isSelection, selectionProblem),
  success: { status: 200, schema: z.array(leadObject), raw: 'text/csv' },
  errors: [planFeatureMissing, selectionChanged, selectionTooLarge],
  run: (ctx, input) => exportSelection(ctx, input, input.accepts === 'text/csv' ? 'csv' : 'json'),
})

/** Leads as files. */
export const leadExportOperations: readonly Operation[] = [csv, json, selection]
