import { z } from 'zod'
import type { ChatId } from '../../../engine/ids.ts'
import { defineError } from '../../../platform/errors.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { pageAnswer, pageQuery, timestampOutput, uuidField } from '../../../wire.ts'
import { approvalReasons } from '../replies/replies.schema.ts'
import { draftStatuses } from './reply-drafts.tables.ts'

export const draftDecided = defineError('ai_draft_decided', 400, 'The draft has been decided already')

/** A draft waits for a person. */
export interface ReplyDrafted {
  tenantId: string
  sessionId: string
  draftId: string
  chatId: ChatId
  reasons: readonly (typeof approvalReasons)[number][]
}

const { id, chatId } = exampleValues

/** An answer was drafted; once, in the transaction that keeps it. */
export const replyDrafted = definePublicEvent({
  name: 'ai.reply.drafted',
  scope: 'ai:read',
  description: 'An answer to a chat was drafted and waits for a person.',
  data: z
    .object({
      draft_id: z.string(),
      session_id: z.string(),
      chat_id: z.string().meta({ examples: [chatId] }),
      approval_reasons: z
        .array(z.enum(approvalReasons))
        .readonly()
        .meta({ description: 'Empty: the chat only drafts' }),
    })
    .meta({ id: 'AiReplyDraftedData' }),
  toWire: (drafted: ReplyDrafted) => ({
    draft_id: drafted.draftId,
    session_id: drafted.sessionId,
    chat_id: drafted.chatId,
    approval_reasons: drafted.reasons,
  }),
  example: { tenantId: id, sessionId: id, draftId: id, chatId, reasons: ['unsupported_figures'] },
  subscribers: { webhooks: true },
})

/** Which drafts to list. */
export const draftsQuery = z.object({
  ...pageQuery(),
  status: z.enum(draftStatuses).default('pending'),
  session_id: uuidField.optional(),
})

/** A draft as the API shows it. */
export const draftSchema = z
  .object({
    id: z.string(),
    session_id: z.string(),
    chat_id: z.string().meta({ description: 'The internal chat record' }),
    wa_chat_id: z
      .string()
      .nullable()
      .meta({ examples: [chatId] }),
    reply: z.string(),
    rag_sources: z.array(z.string()),
    approval_reasons: z.array(z.enum(approvalReasons)),
    status: z.enum(draftStatuses),
    created_at: timestampOutput,
    decided_at: timestampOutput.nullable(),
    decided_by: z.string().nullable(),
    message_id: z.string().nullable().meta({ description: 'The message it became' }),
  })
  .meta({ id: 'AiDraft', description: 'An answer to a chat that waits for a person' })

/** One page of drafts. */
export const draftsAnswer = z.object({ drafts: z.array(draftSchema), ...pageAnswer })

/** Sending, perhaps with another text. */
export const sendDraftBody = z
  .object({
    message: z
      .string()
      .trim()
      .min(1)
      .max(4096)
      .optional()
      .meta({ description: 'Another text to send instead' }),
  })
  .meta({ examples: [{ message: 'We open at nine on Saturday.' }] })
