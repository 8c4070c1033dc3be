import { defineOperation, type Operation } from '../../../operation.ts'
import { idParams } from '../../../wire.ts'
import { previewFilter, previewGroup } from './preview.service.ts'
import { draftPreviewBody, previewAnswer, previewQuery, segmentBroken } from './segments.schema.ts'

const preview = defineOperation({
  id: 'custom_groups.preview',
  method: 'GET',
  path: '/custom-groups/{id}/preview',
  summary: 'How many people a list or segment has now, and who',
  access: ['custom-groups:read'],
  params: idParams,
  query: previewQuery,
  success: { status: 200, schema: previewAnswer },
  errors: [segmentBroken],
  run: (ctx, { id, limit, offset }) => previewGroup(ctx, id, { limit, offset }),
})

const previewDraft = defineOperation({
  id: 'custom_groups.preview_filter',
  method: 'POST',
  path: '/custom-groups/preview',
  summary: 'How many people a filter finds, and who, before a segment is made of it',
  access: ['custom-groups:read'],
  body: draftPreviewBody,
  success: { status: 200, schema: previewAnswer },
  errors: [segmentBroken],
  run: (ctx, { filter, limit, offset }) => previewFilter(ctx, filter, { limit, offset }),
})

/** Who belongs to lists and segments. */
export const segmentOperations: readonly Operation[] = [preview, previewDraft]
