import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { uuidField } from '../../../wire.ts'
import { mentionFields } from '../send/sending.schema.ts'

export const notSentYet = defineError('not_sent_yet', 400, 'The message has not left yet, or never did')
export const notEditable = defineError(
  'not_editable',
  400,
  'Only own texts can be edited, within 15 minutes after they were sent',
)
export const notUnsendable = defineError(
  'not_unsendable',
  400,
  'Only own messages can be taken back, within 60 hours after they were sent',
)
export const messageGone = defineError('message_gone', 400, 'The message was taken back')
export const notInChannels = defineError('not_in_channels', 400, 'Channels do not show this')

const graphemes = new Intl.Segmenter()

/** One emoji as people see it: modifiers and joined ones included. */
function isEmoji(text: string): boolean {
  const [first, second] = [...graphemes.segment(text)]
  if (first === undefined || second !== undefined) return false
  return /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(text)
}

/** A reaction; an empty emoji takes the own one back. */
export const reactBody = z.object({
  emoji: z
    .string()
    .max(64)
    .refine((text) => text === '' || isEmoji(text), 'must be one emoji, or empty to take the reaction back')
    .meta({ examples: ['👍'] }),
})

/** A new text. */
export const editBody = z.object({
  message: z
    .string()
    .min(1)
    .max(4096)
    .meta({ examples: ['Hello again'] }),
  mentions: mentionFields.mentions.meta({
    description:
      'Phones of the people that the text names as @<digits>; without it those stay that it still names',
  }),
})

/** A new text, checked. */
export type EditMessage = Pick<z.output<typeof editBody>, 'message' | 'mentions'>

/** Which messages were seen; none named means all. */
export const readBody = z.object({
  message_ids: z
    .array(uuidField)
    .min(1)
    .max(1000)
    .optional()
    .meta({ examples: [['019c4c2e-6a00-7000-8000-000000000001']] }),
})

/** How many messages were marked. */
export const readAnswer = z.object({ status: z.literal('ok'), marked: z.int() })

/** The chat is shown as unread. */
export const unreadAnswer = z.object({ status: z.literal('ok') })

/** What to show in a chat, and for how long. */
export const typingBody = z.object({
  state: z.enum(['typing', 'recording', 'paused']),
  duration_ms: z.int().min(0).max(25_000).default(3000),
})

/** The state is shown. */
export const typingAnswer = z.object({ status: z.literal('ok') })
