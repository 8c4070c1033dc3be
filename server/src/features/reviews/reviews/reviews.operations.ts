import { defineOperation, type Operation } from '../../../operation.ts'
import { deletedAnswer, idParams } from '../../../wire.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import {
  reviewListAnswer,
  reviewListQuery,
  reviewObject,
  reviewStats,
  statsQuery,
  updateReviewBody,
} from './reviews.schema.ts'
import { deleteReview, getReview, getReviewStats, getReviews, updateReview } from './reviews.service.ts'

const list = defineOperation({
  id: 'reviews.list',
  method: 'GET',
  path: '/reviews',
  summary: 'List reviews, newest first',
  access: ['reviews:read'],
  query: reviewListQuery,
  success: { status: 200, schema: reviewListAnswer },
  run: (ctx, input) => getReviews(ctx, input),
})

const stats = defineOperation({
  id: 'reviews.stats',
  method: 'GET',
  path: '/reviews/stats',
  summary: 'Count reviews by approval, label and language',
  access: ['reviews:read'],
  query: statsQuery,
  success: { status: 200, schema: reviewStats },
  run: (ctx, { collector_id: collectorId }) => getReviewStats(ctx, collectorId),
})

const get = defineOperation({
  id: 'reviews.get',
  method: 'GET',
  path: '/reviews/{id}',
  summary: 'Get a review',
  access: ['reviews:read'],
  params: idParams,
  success: { status: 200, schema: reviewObject },
  run: (ctx, { id }) => getReview(ctx, id),
})

const update = defineOperation({
  id: 'reviews.update',
  method: 'PATCH',
  path: '/reviews/{id}',
  summary: 'Approve or hide a review, or make a note of it',
  access: ['reviews:manage'],
  gate: { feature: 'reviews' },
  params: idParams,
  body: updateReviewBody,
  success: { status: 200, schema: reviewObject },
  errors: [planFeatureMissing],
  run: (ctx, { id, ...input }) => updateReview(ctx, id, input),
})

const remove = defineOperation({
  id: 'reviews.delete',
  method: 'DELETE',
  path: '/reviews/{id}',
  summary: 'Delete a review for good: its message is not collected again',
  access: ['reviews:manage'],
  params: idParams,
  success: { status: 200, schema: deletedAnswer },
  run: async (ctx, { id }) => {
    await deleteReview(ctx, id)
    return { status: 'deleted', id }
  },
})

/** Reviews as people read and decide on them. */
export const reviewsOperations: readonly Operation[] = [list, stats, get, update, remove]
