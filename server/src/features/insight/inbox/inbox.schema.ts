import { z } from 'zod'
import { limitQuery, offsetQuery, timestampOutput, uuidField } from '../../../wire.ts'
import { chatListQuery, chatObject } from '../../conversations/chats/chat-list.schema.ts'
import { leadStatuses } from '../../leads/detection/leads.tables.ts'

/** Which chats, and which page of them. */
export const inboxQuery = chatListQuery.omit({ limit: true, offset: true }).extend({
  session_id: uuidField.optional(),
  limit: limitQuery(),
  after: z
    .string()
    .max(200)
    .regex(/^[\w-]+$/, 'must be the next of a page before')
    .optional()
    .meta({
      description: '`next` of the page before: stays where it is whatever comes in',
      examples: ['MjAyNi0wMi0xMSAxMDowMDowMCswMCAwMTljNGMyZS02YTAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDE'],
    }),
  offset: offsetQuery().meta({ description: 'So many chats further on: for a window into a long list' }),
})

/** A question for chats. */
export type InboxInput = z.output<typeof inboxQuery>

/** A chat with what is known of the person. */
export const inboxChat = chatObject
  .extend({
    session_id: z.string(),
    contact_id: z.string().nullable().meta({ description: 'Null for groups and channels' }),
    is_unanswered: z.boolean().meta({
      description: 'A person wrote last, within seven days, and the chat is not archived',
    }),
    last_message: z
      .object({
        id: z.string(),
        direction: z.string(),
        message_type: z.string(),
        content_preview: z.string().nullable(),
        status: z.string(),
        error: z.string().nullable(),
        sender_name: z.string().nullable().meta({ description: 'Who wrote, in a group' }),
        at: timestampOutput.nullable(),
      })
      .nullable(),
    lead: z
      .object({ id: z.string(), status: z.enum(leadStatuses), signal_score: z.int() })
      .nullable()
      .meta({ description: 'The open lead of the person, else the newest; null without `leads:read`' }),
    is_opted_out: z
      .boolean()
      .nullable()
      .meta({ description: 'The person asked not to be written to; null without `contacts:read`' }),
  })
  .meta({ id: 'InboxChat', description: 'One conversation with what is known of the person' })

/** One page of chats. */
export const inboxAnswer = z.object({
  chats: z.array(inboxChat),
  total: z.int(),
  limit: z.int(),
  next: z.string().nullable().meta({ description: 'For `after`; null on the last page' }),
})
