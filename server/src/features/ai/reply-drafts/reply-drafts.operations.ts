import { defineOperation, type Operation } from '../../../operation.ts'
import { planLimitReached } from '../../../platform/errors.ts'
import { idParams } from '../../../wire.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { messageObject } from '../../conversations/messages/messages.schema.ts'
import { spamRefused } from '../../safety/antispam/antispam.schema.ts'
import { contentRefused } from '../../safety/content-policy/content-policy.schema.ts'
import {
  coldBudgetUsed,
  coldContactRefused,
  tooManyWaiting,
} from '../../sending/limits/send-limits.schema.ts'
import { notAllowedNumber, quotedElsewhere } from '../../sending/outbox/outbox.schema.ts'
import { deliveryErrors } from '../../sending/outbox/send-failures.schema.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { aiGate, consentMissing } from '../providers/providers.schema.ts'
import { draftDecided, draftSchema, draftsAnswer, draftsQuery, sendDraftBody } from './reply-drafts.schema.ts'
import { discardDraft, listDrafts, sendDraft } from './reply-drafts.service.ts'

const gates = [planFeatureMissing, consentMissing]

const list = defineOperation({
  id: 'ai_drafts.list',
  method: 'GET',
  path: '/ai/drafts',
  summary: 'Answers that wait for a person, newest first',
  access: ['ai:read', 'messages:read'],
  gate: aiGate,
  query: draftsQuery,
  success: { status: 200, schema: draftsAnswer },
  errors: gates,
  run: (ctx, query) => listDrafts(ctx, query),
})

const send = defineOperation({
  id: 'ai_drafts.send',
  method: 'POST',
  path: '/ai/drafts/{id}/send',
  summary: 'Approve a draft and send it, perhaps with another text',
  access: ['ai:manage', 'messages:send'],
  gate: aiGate,
  params: idParams,
  body: sendDraftBody,
  success: { status: 200, schema: messageObject },
  errors: [
    ...gates,
    draftDecided,
    sessionNotWorking,
    notAllowedNumber,
    quotedElsewhere,
    coldContactRefused,
    coldBudgetUsed,
    spamRefused,
    contentRefused,
    planLimitReached,
    tooManyWaiting,
    ...deliveryErrors,
  ],
  run: (ctx, { id, message }) => sendDraft(ctx, id, message),
})

const discard = defineOperation({
  id: 'ai_drafts.discard',
  method: 'POST',
  path: '/ai/drafts/{id}/discard',
  summary: 'Drop a draft',
  access: ['ai:manage'],
  gate: aiGate,
  params: idParams,
  success: { status: 200, schema: draftSchema },
  errors: [...gates, draftDecided],
  run: (ctx, { id }) => discardDraft(ctx, id),
})

/** Answers that people send. */
export const replyDraftsOperations: readonly Operation[] = [list, send, discard]
