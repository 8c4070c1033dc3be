import { z } from 'zod'
import { defineOperation, type Operation } from '../../../operation.ts'
import { notFound, planLimitReached } from '../../../platform/errors.ts'
import { uuidField } from '../../../wire.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { chatHistoryClosed } from '../../account/settings/settings.schema.ts'
import { aiGate, consentMissing } from '../providers/providers.schema.ts'
import {
  profileQuery,
  styleProfileSchema,
  styleStatusAnswer,
  trainAnswer,
  trainBody,
} from './style.schema.ts'
import { deleteProfile, getProfile, getTrainingStatus, listProfiles, trainStyle } from './style.service.ts'

const gates = [planFeatureMissing, consentMissing]
/** What is there may be read and deleted after a downgrade too. */
const ownGate = { consent: 'ai' } as const

const train = defineOperation({
  id: 'style.train',
  method: 'POST',
  path: '/ai/style/train',
  summary:
    'Learn how people of the tenant write, of all conversations, a session or a chat; keeps figures, no text',
  access: ['ai:manage'],
  gate: aiGate,
  body: trainBody,
  success: { status: 200, schema: trainAnswer },
  errors: [...gates, chatHistoryClosed, planLimitReached],
  run: (ctx, input) => trainStyle(ctx, input),
})

const status = defineOperation({
  id: 'style.status',
  method: 'GET',
  path: '/ai/style/status/{task_id}',
  summary: 'How far a training is; readable for a day',
  access: ['ai:read'],
  gate: aiGate,
  params: z.object({ task_id: uuidField }),
  success: { status: 200, schema: styleStatusAnswer },
  errors: gates,
  run: (ctx, { task_id }) => getTrainingStatus(ctx, task_id),
})

const get = defineOperation({
  id: 'style.get',
  method: 'GET',
  path: '/ai/style/profile',
  summary: 'The profile of a chat or a session; the general one when nothing is named',
  access: ['ai:read'],
  gate: ownGate,
  query: profileQuery,
  success: { status: 200, schema: styleProfileSchema },
  errors: [...gates, notFound],
  run: (ctx, query) => getProfile(ctx, query),
})

const list = defineOperation({
  id: 'style.list',
  method: 'GET',
  path: '/ai/style/profiles',
  summary: 'All style profiles, oldest first',
  access: ['ai:read'],
  gate: ownGate,
  success: { status: 200, schema: z.array(styleProfileSchema) },
  errors: gates,
  run: (ctx) => listProfiles(ctx),
})

const remove = defineOperation({
  id: 'style.delete',
  method: 'DELETE',
  path: '/ai/style/profile/{profile_id}',
  summary: 'Delete a style profile',
  access: ['ai:manage'],
  gate: ownGate,
  params: z.object({ profile_id: uuidField }),
  success: { status: 204, schema: z.null() },
  errors: gates,
  run: (ctx, { profile_id }) => deleteProfile(ctx, profile_id),
})

/** How people of the tenant write. */
export const styleOperations: readonly Operation[] = [train, status, get, list, remove]
