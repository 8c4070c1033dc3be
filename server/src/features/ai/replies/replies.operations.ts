import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound, planLimitReached } from '../../../platform/errors.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { providerFailed } from '../models/models.schema.ts'
import { aiGate, budgetSpent, consentMissing, providerMissing } from '../providers/providers.schema.ts'
import {
  generateReplyBody,
  injectionDetected,
  previewQuery,
  replySchema,
  requestOf,
  tooManyPreviews,
} from './replies.schema.ts'
import { generateReply, previewReply } from './replies.service.ts'

const errors = [
  planFeatureMissing,
  consentMissing,
  providerMissing,
  injectionDetected,
  providerFailed,
  budgetSpent,
  // A profile of `profile_id` that is not there.
  notFound,
]

const generate = defineOperation({
  id: 'ai.generate_reply',
  method: 'POST',
  path: '/ai/generate-reply',
  aliases: ['/ai/ai/generate-reply'],
  summary: 'Write a reply from the knowledge base, in the style of the tenant; nothing is sent',
  access: ['ai:manage'],
  gate: aiGate,
  body: generateReplyBody,
  success: { status: 200, schema: replySchema },
  errors: [...errors, planLimitReached],
  run: (ctx, input) => generateReply(ctx, requestOf(input), input.approved),
})

const preview = defineOperation({
  id: 'ai.preview',
  method: 'GET',
  path: '/ai/preview',
  aliases: ['/ai/ai/preview'],
  summary: 'The same to look at: not counted, at most 60 an hour',
  access: ['ai:read'],
  gate: aiGate,
  query: previewQuery,
  success: { status: 200, schema: replySchema },
  errors: [...errors, tooManyPreviews],
  run: (ctx, input) => previewReply(ctx, requestOf(input)),
})

/** Replies that a model writes and nobody sends. */
export const repliesOperations: readonly Operation[] = [generate, preview]
