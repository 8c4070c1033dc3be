import { defineOperation, type Operation } from '../../../operation.ts'
import { planLimitReached } from '../../../platform/errors.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { labelObject, labelParams } from '../labels/labels.schema.ts'
import {
  businessCheckAnswer,
  businessCheckQuery,
  importAnswer,
  namedSession,
  sessionBody,
  sessionNotBusiness,
  sessionQuery,
} from './label-sync.schema.ts'
import { checkBusiness, importLabels, syncLabel } from './label-sync.service.ts'

const sync = defineOperation({
  id: 'labels.sync',
  method: 'POST',
  path: '/labels/{id}/sync',
  summary:
    'Put a label and its chats on WhatsApp Business; from then on changes in either place reach the other',
  access: ['labels:manage'],
  params: labelParams,
  query: sessionQuery,
  body: sessionBody,
  success: { status: 200, schema: labelObject },
  errors: [sessionNotWorking, sessionNotBusiness],
  run: (ctx, { id, ...input }) => syncLabel(ctx, id, namedSession(input)),
})

const importAll = defineOperation({
  id: 'labels.sync_from_whatsapp',
  method: 'POST',
  path: '/labels/sync-from-whatsapp',
  summary: 'Bring the labels of a WhatsApp Business account here, with the chats that have them',
  access: ['labels:manage'],
  query: sessionQuery,
  body: sessionBody,
  success: { status: 200, schema: importAnswer },
  errors: [sessionNotWorking, sessionNotBusiness, planLimitReached],
  run: (ctx, input) => importLabels(ctx, namedSession(input)),
})

const check = defineOperation({
  id: 'labels.business_check',
  method: 'GET',
  path: '/labels/business-check',
  summary: 'Which sessions have WhatsApp Business, which labels need',
  access: ['labels:read'],
  query: businessCheckQuery,
  success: { status: 200, schema: businessCheckAnswer },
  run: (ctx, { session_id: sessionId }) => checkBusiness(ctx, sessionId),
})

/** Labels of WhatsApp Business. */
export const labelSyncOperations: readonly Operation[] = [sync, importAll, check]
