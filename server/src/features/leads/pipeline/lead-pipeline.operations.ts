import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound, planLimitReached } from '../../../platform/errors.ts'
import { idParams } from '../../../wire.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { groupIsSegment } from '../../groups/custom-groups/custom-group-filters.schema.ts'
import { leadDetail, selectionChanged, selectionTooLarge } from '../list/lead-list.schema.ts'
import { selectLeads } from '../list/lead-list.service.ts'
import { addLeadsToList } from './lead-lists.service.ts'
import {
  bulkAddAnswer,
  bulkAddBody,
  bulkStatusAnswer,
  bulkStatusBody,
  leadAlreadyOpen,
  leadPatch,
  leadTransitionRefused,
  reciprocityAnswer,
  reciprocityQuery,
  statusBody,
} from './lead-pipeline.schema.ts'
import { getLead, getReciprocity, patchLead } from './lead-pipeline.service.ts'
import { moveLead, moveLeads } from './lead-status.service.ts'

const get = defineOperation({
  id: 'leads.get',
  method: 'GET',
  path: '/leads/{id}',
  summary: 'Get a lead with its timeline and what raised its score',
  access: ['leads:read'],
  params: idParams,
  success: { status: 200, schema: leadDetail },
  run: (ctx, { id }) => getLead(ctx, id),
})

const update = defineOperation({
  id: 'leads.update',
  method: 'PATCH',
  path: '/leads/{id}',
  summary: 'Assign a lead to a user and take notes',
  access: ['leads:manage'],
  params: idParams,
  body: leadPatch,
  success: { status: 200, schema: leadDetail },
  run: (ctx, { id, ...changes }) => patchLead(ctx, id, changes),
})

const updateStatus = defineOperation({
  id: 'leads.update_status',
  method: 'PATCH',
  path: '/leads/{id}/status',
  summary: 'Move a lead through the pipeline',
  access: ['leads:manage'],
  params: idParams,
  body: statusBody,
  success: { status: 200, schema: leadDetail },
  errors: [leadTransitionRefused, leadAlreadyOpen],
  run: (ctx, { id, status }) => moveLead(ctx, id, status),
})

const reciprocity = defineOperation({
  id: 'leads.reciprocity',
  method: 'GET',
  path: '/leads/{id}/reciprocity',
  summary: 'Tell whether the person has written to a session directly',
  access: ['leads:read'],
  params: idParams,
  query: reciprocityQuery,
  success: { status: 200, schema: reciprocityAnswer },
  run: (ctx, input) => getReciprocity(ctx, input.id, input.session_id),
})

const bulkStatus = defineOperation({
  id: 'leads.bulk_status',
  method: 'POST',
  path: '/leads/bulk/status',
  summary: 'Move leads, named or found by a filter; each is checked on its own',
  access: ['leads:manage'],
  gate: { feature: 'leads_bulk' },
  body: bulkStatusBody,
  success: { status: 200, schema: bulkStatusAnswer },
  errors: [planFeatureMissing, selectionChanged, selectionTooLarge],
  run: async (ctx, input) => moveLeads(ctx, await selectLeads(ctx, input), input.status),
})

const bulkAdd = defineOperation({
  id: 'leads.bulk_add_to_group',
  method: 'POST',
  path: '/leads/bulk/add-to-group',
  summary: 'Put the people of leads, named or found by a filter, on a list of contacts',
  access: ['leads:manage', 'custom-groups:manage'],
  gate: { feature: 'leads_bulk' },
  body: bulkAddBody,
  success: { status: 200, schema: bulkAddAnswer },
  errors: [
    planFeatureMissing,
    planLimitReached,
    notFound,
    groupIsSegment,
    selectionChanged,
    selectionTooLarge,
  ],
  run: async (ctx, input) => addLeadsToList(ctx, await selectLeads(ctx, input), input.custom_group_id),
})

/** What can be done with leads. */
export const leadPipelineOperations: readonly Operation[] = [
  get,
  update,
  updateStatus,
  reciprocity,
  bulkStatus,
  bulkAdd,
]
