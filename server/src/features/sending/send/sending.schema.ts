import { z } from 'zod'
import { parsePhone } from '../../../engine/ids.ts'
import { defineError } from '../../../platform/errors.ts'
import { plainType } from '../../../platform/files/file-types.ts'
import { uuidField } from '../../../wire.ts'
import { mediaExamples, mediaSourceFields } from '../../conversations/media/media.schema.ts'

export const notForwardable = defineError(
  'not_forwardable',
  400,
  'The message cannot be forwarded: it is too old, was taken back or holds nothing to forward',
)

const mention = z.string().transform((text, context) => {
  const phone = parsePhone(text)
  if (phone !== undefined) return `${phone}@c.us`
  context.addIssue({ code: 'custom', message: 'not a phone number' })
  return z.NEVER
})

const chatIdField = z
  .string()
  .min(1)
  .max(80)
  .meta({ examples: ['15550100101@c.us'] })

/** Fields that every send shares. */
export const sendFields = {
  session_id: uuidField,
  chat_id: chatIdField,
  reply_to: uuidField.optional().meta({ description: 'A message of the same chat to quote' }),
}

/** People to mention, where a text goes with the message: it names them as `@<digits>`. */
export const mentionFields = {
  mentions: z
    .array(mention)
    .max(256)
    .optional()
    .meta({ description: 'Phones of the people that the text names as @<digits>' }),
}

/** Mentions as content carries them. */
export function mentionsOf({ mentions }: { mentions?: string[] | undefined }): { mentions?: string[] } {
  return mentions === undefined || mentions.length === 0 ? {} : { mentions: [...new Set(mentions)] }
}

const messageField = z
  .string()
  .min(1)
  .max(4096)
  .meta({ examples: ['Hello'] })

/** A text to send. */
export const sendTextBody = z.object({ ...sendFields, ...mentionFields, message: messageField })

/** A text that answers a message. */
export const replyBody = z.object({
  ...mentionFields,
  message: messageField.meta({ examples: ['Yes, from nine to two'] }),
})

const pollOptions = z
  .array(z.string().trim().min(1).max(100))
  .min(2)
  .max(12)
  .refine((options) => new Set(options).size === options.length, 'must be distinct')
  .meta({ examples: [['Yes', 'No']] })

/** A question with options. */
export const sendPollBody = z
  .object({
    ...sendFields,
    title: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .meta({ examples: ['Lunch?'], description: 'Required' }),
    question: z.string().min(1).max(255).optional().meta({ description: 'Older name of title' }),
    options: pollOptions,
    allow_multiple: z.boolean().default(false),
  })
  .superRefine(({ title, question }, context) => {
    if (title === undefined && question === undefined) {
      context.addIssue({ code: 'custom', path: ['title'], message: 'field required' })
    } else if (title !== undefined && question !== undefined && title !== question) {
      context.addIssue({ code: 'custom', path: ['question'], message: 'contradicts title' })
    }
  })
  .transform(({ question, ...body }) => ({ ...body, title: body.title ?? question ?? '' }))

/** A place. */
export const sendLocationBody = z.object({
  ...sendFields,
  latitude: z
    .number()
    .min(-90)
    .max(90)
    .meta({ examples: [52.52] }),
  longitude: z
    .number()
    .min(-180)
    .max(180)
    .meta({ examples: [13.405] }),
  name: z.string().min(1).max(255).optional(),
  address: z.string().min(1).max(500).optional(),
})

const contact = z.object({
  name: z.string().trim().min(1).max(255),
  phone: z.string().transform((text, context) => {
    const phone = parsePhone(text)
    if (phone !== undefined) return phone
    context.addIssue({ code: 'custom', message: 'not a phone number' })
    return z.NEVER
  }),
  organization: z.string().trim().min(1).max(255).optional(),
  email: z.email().max(255).optional(),
})

/** A person to write a card of. */
export type CardContact = z.output<typeof contact>

/** People's cards, or a card as it is. */
export const sendVcardBody = z
  .object({
    ...sendFields,
    contacts: z
      .array(contact)
      .min(1)
      .max(10)
      .optional()
      .meta({ examples: [[{ name: 'Ben Castillo', phone: '+15550100102' }]] }),
    vcard: z
      .string()
      .min(1)
      .max(65_536)
      .refine((text) => Buffer.byteLength(text) <= 65_536, 'must be at most 65536 bytes')
      .optional()
      .meta({ description: 'vCard 3.0 text instead of contacts' }),
  })
  .superRefine(({ contacts, vcard }, context) => {
    if ((contacts === undefined) === (vcard === undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['contacts'],
        message: 'exactly one of contacts and vcard is needed',
      })
    }
  })

/** Where to forward a message to. */
export const forwardBody = z.object({ chat_id: chatIdField })

const caption = z.string().max(1024).optional()

/** A message of the reader's session to somebody, with the file itself. */
const toSomebody = { session_id: '019c4c2e-6a00-7000-8000-000000000001', chat_id: '15550100101@c.us' }
const sendFile = z.object({ ...sendFields, ...mediaSourceFields })

/** A sticker. */
export const sendStickerBody = sendFile.meta({
  examples: [{ ...toSomebody, media_base64: mediaExamples.picture }],
})

/** A voice note. */
export const sendVoiceBody = sendFile.meta({
  examples: [{ ...toSomebody, media_base64: mediaExamples.voice }],
})

/** A moving picture. */
export const sendGifBody = z
  .object({ ...sendFields, ...mentionFields, ...mediaSourceFields, caption })
  .meta({ examples: [{ ...toSomebody, media_base64: mediaExamples.gif }] })

/** Any other file. */
export const sendMediaBody = z
  .object({
    ...sendFields,
    ...mentionFields,
    ...mediaSourceFields,
    media_type: z.enum(['image', 'video', 'audio', 'document']),
    mimetype: z
      .string()
      .max(255)
      .refine((text) => plainType(text) !== undefined, 'must be a media type such as application/pdf')
      .optional()
      .meta({
        description: 'Type of a document; default that of its extension. Other kinds go by their bytes',
      }),
    filename: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .meta({ description: 'Shown for documents; required when URL or upload have none' }),
    caption,
  })
  .meta({
    examples: [
      { ...toSomebody, media_type: 'image', media_base64: mediaExamples.picture, caption: 'Our new sign' },
    ],
  })
