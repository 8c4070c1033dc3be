import { defineOperation, type Operation } from '../../../operation.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { aiGate, consentMissing, providerMissing } from '../providers/providers.schema.ts'
import {
  messageParams,
  noSound,
  soundGone,
  taskParams,
  taskSchema,
  taskStatusSchema,
  transcribeBody,
  transcriptSchema,
} from './transcripts.schema.ts'
import { getTask, getTranscript, requestTranscript } from './transcripts.service.ts'

/** Own data stays readable after a downgrade. */
const ownGate = { consent: aiGate.consent } as const
const gated = [planFeatureMissing, consentMissing]

const transcribe = defineOperation({
  id: 'transcripts.create',
  method: 'POST',
  path: '/ai/voice/transcribe',
  summary: 'Write a voice message down; what is written down already is answered at once',
  access: ['ai:manage'],
  gate: aiGate,
  body: transcribeBody,
  success: { status: 200, schema: taskSchema },
  errors: [...gated, noSound, soundGone, providerMissing],
  run: (ctx, { message_id: messageId }) => requestTranscript(ctx, messageId),
})

const status = defineOperation({
  id: 'transcripts.status',
  method: 'GET',
  path: '/ai/voice/status/{task_id}',
  summary: 'How a transcription stands',
  access: ['ai:read'],
  gate: ownGate,
  params: taskParams,
  success: { status: 200, schema: taskStatusSchema },
  errors: gated,
  run: (ctx, { task_id: taskId }) => getTask(ctx, taskId),
})

const get = defineOperation({
  id: 'transcripts.get',
  method: 'GET',
  path: '/ai/messages/{message_id}/transcript',
  summary: 'What was said in a voice message',
  access: ['ai:read'],
  gate: ownGate,
  params: messageParams,
  success: { status: 200, schema: transcriptSchema },
  errors: gated,
  run: (ctx, { message_id: messageId }) => getTranscript(ctx, messageId),
})

/** What is said in voice messages. */
export const transcriptsOperations: readonly Operation[] = [transcribe, status, get]
