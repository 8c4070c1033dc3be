import { defineOperation, type Operation } from '../../../operation.ts'
import { idParams } from '../../../wire.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import {
  collectorDeleted,
  collectorInactive,
  collectorListAnswer,
  collectorListQuery,
  collectorObject,
  collectorRunning,
  collectorWithStats,
  createCollectorBody,
  runAnswer,
  updateCollectorBody,
} from './collectors.schema.ts'
import {
  createCollector,
  deleteCollector,
  getCollector,
  listCollectors,
  requestRun,
  updateCollector,
} from './collectors.service.ts'

const list = defineOperation({
  id: 'review_collectors.list',
  method: 'GET',
  path: '/reviews/collectors',
  summary: 'List collectors of reviews',
  access: ['reviews:read'],
  query: collectorListQuery,
  success: { status: 200, schema: collectorListAnswer },
  run: async (ctx, { include_inactive: withInactive }) => {
    const collectors = await listCollectors(ctx, withInactive)
    return { collectors, total: collectors.length }
  },
})

const create = defineOperation({
  id: 'review_collectors.create',
  method: 'POST',
  path: '/reviews/collectors',
  summary: 'Collect what people say well of you',
  access: ['reviews:manage'],
  gate: { feature: 'reviews' },
  body: createCollectorBody,
  success: { status: 201, schema: collectorObject },
  errors: [planFeatureMissing],
  run: (ctx, input) => createCollector(ctx, input),
})

const get = defineOperation({
  id: 'review_collectors.get',
  method: 'GET',
  path: '/reviews/collectors/{id}',
  summary: 'Get a collector with the figures of its reviews',
  access: ['reviews:read'],
  params: idParams,
  success: { status: 200, schema: collectorWithStats },
  run: (ctx, { id }) => getCollector(ctx, id),
})

const update = defineOperation({
  id: 'review_collectors.update',
  method: 'PATCH',
  path: '/reviews/collectors/{id}',
  summary: 'Change a collector',
  access: ['reviews:manage'],
  gate: { feature: 'reviews' },
  params: idParams,
  body: updateCollectorBody,
  success: { status: 200, schema: collectorObject },
  errors: [planFeatureMissing],
  run: (ctx, { id, ...input }) => updateCollector(ctx, id, input),
})

const remove = defineOperation({
  id: 'review_collectors.delete',
  method: 'DELETE',
  path: '/reviews/collectors/{id}',
  summary: 'Delete a collector with its reviews',
  access: ['reviews:manage'],
  params: idParams,
  success: { status: 200, schema: collectorDeleted },
  run: async (ctx, { id }) => ({ status: 'deleted', id, reviews_deleted: await deleteCollector(ctx, id) }),
})

const run = defineOperation({
  id: 'review_collectors.run',
  method: 'POST',
  path: '/reviews/collectors/{id}/run',
  summary: 'Look through the stored conversations of a collector',
  access: ['reviews:manage'],
  gate: { feature: 'reviews' },
  params: idParams,
  success: { status: 200, schema: runAnswer },
  errors: [planFeatureMissing, collectorInactive, collectorRunning],
  run: async (ctx, { id }) => ({ collector_id: id, status: 'queued', task_id: await requestRun(ctx, id) }),
})

/** What decides which messages become reviews. */
export const collectorsOperations: readonly Operation[] = [list, create, get, update, remove, run]
