import { z } from 'zod'
import type { ChatId } from '../../../engine/ids.ts'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { pageAnswer, pageQuery, timestampOutput } from '../../../wire.ts'

export const alreadyDecided = defineError('already_decided', 400, 'The approval has been decided already')

/** The doors of held messages in the words of the contract. */
export const approvalOrigins = ['ai', 'auto_respond', 'a2a', 'mcp', 'api'] as const
/** One of them. */
export type ApprovalOrigin = (typeof approvalOrigins)[number]

/** A message that waits for a decision. */
export interface ApprovalPending {
  tenantId: string
  approvalId: string
  messageId: string
  sessionId: string
  /** The WhatsApp chat id. */
  chatId: ChatId
  contentPreview: string
  origin: ApprovalOrigin
}

/** A message is held; once, in the transaction that stores it. */
export const approvalPending = definePublicEvent({
  name: 'approval.pending',
  scope: 'messages:read',
  description: 'A message waits for a person’s word.',
  data: z
    .object({
      approval_id: z.string(),
      message_id: z.string(),
      session_id: z.string(),
      chat_id: z.string(),
      content_preview: z.string(),
      origin: z.enum(approvalOrigins),
    })
    .meta({ id: 'ApprovalPendingData' }),
  toWire: (held: ApprovalPending) => ({
    approval_id: held.approvalId,
    message_id: held.messageId,
    session_id: held.sessionId,
    chat_id: held.chatId,
    content_preview: held.contentPreview,
    origin: held.origin,
  }),
  example: {
    tenantId: exampleValues.id,
    approvalId: exampleValues.id,
    messageId: exampleValues.id,
    sessionId: exampleValues.id,
    chatId: exampleValues.chatId,
    contentPreview: 'Hello',
    origin: 'ai',
  },
  subscribers: { webhooks: true },
})

/** What became of a held message. */
export interface ApprovalDecided {
  tenantId: string
  approvalId: string
  messageId: string
  sessionId: string
  status: 'approved' | 'rejected' | 'expired'
  /** The user; null for a key, or when nobody decided in time. */
  decidedBy: string | null
}

/** A held message was decided; once, in the transaction that decides it. */
export const approvalDecided = definePublicEvent({
  name: 'approval.decided',
  scope: 'messages:read',
  description: 'A message that waited for a person’s word was approved or rejected, or its time is over.',
  data: z.object({
    approval_id: z.string(),
    message_id: z.string(),
    session_id: z.string(),
    status: z.enum(['approved', 'rejected', 'expired']),
    decided_by: z.string().nullable(),
  }),
  toWire: (decided: ApprovalDecided) => ({
    approval_id: decided.approvalId,
    message_id: decided.messageId,
    session_id: decided.sessionId,
    status: decided.status,
    decided_by: decided.decidedBy,
  }),
  example: {
    tenantId: exampleValues.id,
    approvalId: exampleValues.id,
    messageId: exampleValues.id,
    sessionId: exampleValues.id,
    status: 'approved',
    decidedBy: exampleValues.id,
  },
  subscribers: {},
})

/** Ends what nobody decided in time. */
export const expireApprovalsJob = defineJob<Record<string, never>>('approvals.expire', {
  cron: { expression: '*/5 * * * *', timeZone: 'UTC' },
})

const status = z.enum(['pending', 'approved', 'rejected', 'expired'])

/** Which approvals to list. */
export const approvalsQuery = z.object({ ...pageQuery(), status: status.default('pending') })

/** One held message and what was decided. */
export const approvalSchema = z
  .object({
    id: z.string(),
    message_id: z.string(),
    session_id: z.string(),
    wa_chat_id: z.string().meta({ examples: ['15550123456@c.us'] }),
    content_preview: z.string().nullable(),
    origin: z.enum(approvalOrigins),
    status,
    reason: z.string().nullable().meta({ description: 'Why it was rejected' }),
    created_at: timestampOutput,
    expires_at: timestampOutput,
    decided_at: timestampOutput.nullable(),
    decided_by: z.string().nullable(),
  })
  .meta({ id: 'Approval', description: 'A message that waits, or waited, for a person’s word' })

/** An approval on the wire. */
export type ApprovalObject = z.infer<typeof approvalSchema>

/** One page of approvals. */
export const approvalsAnswer = z.object({
  approvals: z.array(approvalSchema),
  ...pageAnswer,
})

/** Approval, perhaps with another text. */
export const approveBody = z.object({
  message: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .meta({ description: 'Another text to send instead', examples: ['We open at nine.'] }),
})

/** Rejection, perhaps with a reason. */
export const rejectBody = z.object({
  reason: z
    .string()
    .max(500)
    .optional()
    .meta({ examples: ['Too salesy'] }),
})
