import { z } from 'zod'
import { defineOperation, type Operation } from '../../../operation.ts'
import { deletedAnswer } from '../../../wire.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import {
  createWidgetBody,
  exportAnswer,
  exportQuery,
  publicAnswer,
  publicParams,
  tooManyWidgets,
  widgetListAnswer,
  widgetObject,
  widgetParams,
} from './testimonials.schema.ts'
import { exportTestimonials } from './testimonials.service.ts'
import {
  createWidget,
  deleteWidget,
  getPublicPage,
  getPublicReviews,
  getWidgetScript,
  listWidgets,
} from './widgets.service.ts'

const exportAll = defineOperation({
  id: 'reviews.export',
  method: 'GET',
  path: '/reviews/testimonials/export',
  summary: 'Export reviews as JSON or as a page, without phone numbers',
  access: ['reviews:read'],
  gate: { feature: 'reviews' },
  query: exportQuery,
  success: { status: 200, schema: exportAnswer, raw: 'text/html' },
  errors: [planFeatureMissing],
  run: (ctx, input) => exportTestimonials(ctx, input),
})

const list = defineOperation({
  id: 'review_widgets.list',
  method: 'GET',
  path: '/reviews/widgets',
  summary: 'List the places where approved reviews are shown to everybody',
  access: ['reviews:read'],
  success: { status: 200, schema: widgetListAnswer },
  run: (ctx) => listWidgets(ctx),
})

const create = defineOperation({
  id: 'review_widgets.create',
  method: 'POST',
  path: '/reviews/widgets',
  summary: 'Show approved reviews on a page of yours',
  access: ['reviews:manage'],
  gate: { feature: 'reviews' },
  body: createWidgetBody,
  success: { status: 201, schema: widgetObject },
  errors: [planFeatureMissing, tooManyWidgets],
  run: (ctx, input) => createWidget(ctx, input),
})

const remove = defineOperation({
  id: 'review_widgets.delete',
  method: 'DELETE',
  path: '/reviews/widgets/{id}',
  summary: 'Take the reviews off the pages that show them by this token',
  access: ['reviews:manage'],
  params: widgetParams,
  success: { status: 200, schema: deletedAnswer },
  run: async (ctx, { id }) => {
    await deleteWidget(ctx, id)
    return { status: 'deleted', id }
  },
})

const read = defineOperation({
  id: 'review_widgets.read',
  method: 'GET',
  path: '/reviews/public/{token}',
  summary: 'The approved reviews of a widget, for everybody',
  access: 'public',
  params: publicParams,
  success: { status: 200, schema: publicAnswer, raw: 'application/json' },
  run: (ctx, { token, conditions }) => getPublicReviews(ctx, token, conditions),
})

const page = defineOperation({
  id: 'review_widgets.page',
  method: 'GET',
  path: '/reviews/public/{token}/page',
  summary: 'The approved reviews of a widget as a page for a frame',
  access: 'public',
  params: publicParams,
  success: { status: 200, schema: z.string(), raw: 'text/html' },
  run: (ctx, { token, conditions }) => getPublicPage(ctx, token, conditions),
})

const script = defineOperation({
  id: 'review_widgets.script',
  method: 'GET',
  path: '/reviews/public/script',
  summary: 'The script that writes the reviews of a widget into a page',
  access: 'public',
  success: { status: 200, schema: z.string(), raw: 'text/javascript' },
  run: async (_ctx, { conditions }) => getWidgetScript(conditions),
})

/** Reviews as the world sees them. */
export const testimonialsOperations: readonly Operation[] = [
  exportAll,
  list,
  create,
  remove,
  script,
  read,
  page,
]
