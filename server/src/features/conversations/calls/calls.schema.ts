import { z } from 'zod'
import type { CallUpdate } from '../../../engine/events.ts'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { pageAnswer, pageQuery, timestampOutput, toTimestamp, uuidField } from '../../../wire.ts'

/** A call that rings, or what became of it. */
export interface CallReceived {
  tenantId: string
  sessionId: string
  callId: string
  /** `+E.164`; null when WhatsApp hides the number. */
  callerPhone: string | null
  callerChatId: string | null
  waGroupId: string | null
  isVideo: boolean
  status: CallUpdate['status']
  /** ISO 8601. */
  at: string
}

/** Once when a call rings and once per step after it. */
export const callReceived = definePublicEvent({
  name: 'call.received',
  scope: 'messages:read',
  description: 'Somebody calls, or a call goes on: once per step, `status` says which.',
  data: z
    .object({
      session_id: z.string(),
      call_id: z.string(),
      caller_phone: z.string().nullable().meta({ description: 'Null when WhatsApp hides the number' }),
      caller_chat_id: z.string().nullable(),
      is_video: z.boolean(),
      is_group: z.boolean(),
      wa_group_id: z.string().nullable(),
      status: z.enum(['ringing', 'accepted', 'rejected', 'missed', 'ended']),
      timestamp: timestampOutput,
    })
    .meta({ id: 'CallReceivedData' }),
  toWire: (call: CallReceived) => ({
    session_id: call.sessionId,
    call_id: call.callId,
    caller_phone: call.callerPhone,
    caller_chat_id: call.callerChatId,
    is_video: call.isVideo,
    is_group: call.waGroupId !== null,
    wa_group_id: call.waGroupId,
    status: call.status,
    timestamp: toTimestamp(new Date(call.at)),
  }),
  example: {
    tenantId: exampleValues.id,
    sessionId: exampleValues.id,
    callId: 'ABCD1234',
    callerPhone: exampleValues.phone,
    callerChatId: exampleValues.chatId,
    waGroupId: null,
    isVideo: false,
    status: 'ringing',
    at: exampleValues.at,
  },
  subscribers: { webhooks: true },
})

export const callNotRinging = defineError('call_not_ringing', 400, 'The call is not ringing any more')

/** Calls are kept for this long. */
export const retentionDays = 30

/** Removes calls whose time is over. */
export const pruneCallsJob = defineJob<Record<string, never>>('calls.prune', {
  cron: { expression: '47 3 * * *', timeZone: 'UTC' },
})

/** Path of a call: WhatsApp's own id. */
export const callParams = z.object({
  call_id: z
    .string()
    .min(1)
    .max(200)
    .meta({ examples: ['3EB0CALL'] }),
})

/** The session in which the call rings. */
export const rejectBody = z.object({ session_id: uuidField })

/** Which calls to list. */
export const callListQuery = z.object({ ...pageQuery(), session_id: uuidField.optional() })

/** A call on the wire. */
export const callObject = z
  .object({
    call_id: z.string(),
    session_id: z.string(),
    caller_phone: z.string().nullable(),
    caller_chat_id: z.string().nullable(),
    is_group: z.boolean(),
    wa_group_id: z.string().nullable(),
    is_video: z.boolean(),
    status: z.enum(['ringing', 'accepted', 'rejected', 'missed', 'ended']),
    created_at: timestampOutput,
    updated_at: timestampOutput,
  })
  .meta({ id: 'Call', description: 'A call that rang in a session' })

/** One page of calls, newest first. */
export const callListAnswer = z.object({
  calls: z.array(callObject),
  ...pageAnswer,
})
