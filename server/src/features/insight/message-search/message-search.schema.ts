import { z } from 'zod'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { pageAnswer, pageQuery, uuidField } from '../../../wire.ts'
import { messageObject } from '../../conversations/messages/messages.schema.ts'

/** Reads the words of messages that came since, and at first of all there are. */
export const readWordsJob = defineJob<Record<string, never>>('message_search.read', {
  cron: { expression: '* * * * *', timeZone: 'UTC' },
})

/** Forgets the words of texts whose time is over: after the texts themselves. */
export const forgetWordsJob = defineJob<Record<string, never>>('message_search.forget', {
  cron: { expression: '47 3 * * *', timeZone: 'UTC' },
})

/** What to look for, and where. */
export const searchQuery = z.object({
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .meta({
      description: 'Beginnings of words; all must be in the message. Accents and capitals do not matter',
      examples: ['hello'],
    }),
  session_id: uuidField.optional(),
  chat_id: uuidField.optional().meta({ description: 'A chat as `id` of a list of chats' }),
  ...pageQuery(),
})

/** A question for messages. */
export type SearchInput = z.output<typeof searchQuery>

/** A message that was found, with its chat. */
export const foundMessage = messageObject
  .extend({ chat_name: z.string().nullable(), is_group: z.boolean() })
  .meta({ id: 'FoundMessage', description: 'A message that a search found, with its chat' })

/** One page of what was found. */
export const searchAnswer = z.object({
  messages: z.array(foundMessage),
  ...pageAnswer,
  is_complete: z.boolean().meta({
    description: 'False while older messages are still being read for the first time: ask again later',
  }),
})
