import { z } from 'zod'
import { booleanQuery, pageAnswer, pageQuery, timestampOutput, uuidField } from '../../../wire.ts'

const timestamp = timestampOutput.nullable()

/** Path of the chats of a session. */
export const chatListParams = z.object({ session_id: uuidField })

/** Which chats to list. */
export const chatListQuery = z.object({
  ...pageQuery(),
  search: z
    .string()
    .max(200)
    .optional()
    .meta({ examples: ['Ada'] }),
  is_group: booleanQuery().optional(),
  is_archived: booleanQuery().optional(),
  unread: booleanQuery().optional().meta({ description: 'With or without something unread' }),
  unanswered: booleanQuery().optional().meta({
    description: 'True: a person wrote last, within seven days, and the chat is not archived',
  }),
  label_id: uuidField.optional(),
})

/** One chat of a list. */
export const chatObject = z
  .object({
    id: z.string(),
    wa_chat_id: z.string(),
    name: z.string().nullable(),
    is_group: z.boolean(),
    contact_phone: z.string().nullable(),
    message_count: z.int(),
    unread_count: z.int(),
    last_message: z
      .object({ direction: z.string(), content_preview: z.string().nullable(), status: z.string() })
      .nullable(),
    last_message_at: timestamp,
    last_inbound_at: timestamp,
    last_outbound_at: timestamp,
    is_archived: z.boolean().meta({ description: 'On the phone, as are the next two' }),
    is_pinned: z.boolean(),
    muted_until: timestamp,
    labels: z.array(z.object({ id: z.string(), name: z.string(), color: z.string() })),
  })
  .meta({ id: 'Chat', description: 'One conversation' })

/** One page of chats. */
export const chatListAnswer = z.object({
  chats: z.array(chatObject),
  ...pageAnswer,
})
