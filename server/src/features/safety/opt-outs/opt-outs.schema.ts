import { z } from 'zod'
import { parsePhone } from '../../../engine/ids.ts'
import { defineError } from '../../../platform/errors.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { booleanQuery, pageAnswer, pageQuery, timestampOutput } from '../../../wire.ts'

export const recipientOptedOut = defineError(
  'recipient_opted_out',
  403,
  'The recipient asked not to be written to; only a single message of a person may go',
)

/** A change of where somebody stands. */
export interface OptOutChanged {
  tenantId: string
  /** `+E.164`; null while WhatsApp hides the number. */
  phone: string | null
  isOptedOut: boolean
  how: 'message' | 'manual'
  /** The inbound message that said so. */
  messageId: string | null
}

/** Somebody opted out or in again; told before the message that said so is told to those above. */
export const optOutChanged = definePublicEvent({
  name: 'opt_out.changed',
  scope: 'contacts:read',
  description: 'Somebody asked not to be written to, or may be written to again.',
  data: z.object({
    phone: z.string().nullable().meta({ description: 'Null while WhatsApp hides the number' }),
    opted_out: z.boolean(),
    how: z.enum(['message', 'manual']),
  }),
  toWire: (change: OptOutChanged) => ({
    phone: change.phone,
    opted_out: change.isOptedOut,
    how: change.how,
  }),
  example: {
    tenantId: exampleValues.id,
    phone: exampleValues.phone,
    isOptedOut: true,
    how: 'message',
    messageId: exampleValues.id,
  },
  subscribers: {},
})

/** Which entries to list: by default who is opted out now. */
export const optOutsQuery = z.object({
  ...pageQuery(),
  opted_out: booleanQuery().optional().meta({ description: 'Default true; false lists who opted in again' }),
  search: z
    .string()
    .max(30)
    .transform((text) => text.replaceAll(/\D/g, ''))
    .optional()
    .meta({ description: 'The beginning of a number; only its digits count', examples: ['+1 555'] }),
})

const phone = z.string().transform((text, context) => {
  const digits = parsePhone(text)
  if (digits !== undefined) return digits
  context.addIssue({ code: 'custom', message: 'not a phone number' })
  return z.NEVER
})

/** Path of one person. */
export const optOutParams = z.object({ phone: phone.meta({ examples: ['+15550100105'] }) })

const entry = z
  .object({
    phone: z
      .string()
      .nullable()
      .meta({ examples: ['+15550123456'] }),
    opted_out: z.boolean(),
    changed_at: timestampOutput,
  })
  .meta({ id: 'OptOut', description: 'Whether a person may be written to without being asked' })

/** One page of persons. */
export const optOutsAnswer = z.object({
  opt_outs: z.array(entry),
  ...pageAnswer,
})

/** One person with all that happened, newest first. */
export const optOutAnswer = z.object({
  phone: z.string(),
  opted_out: z.boolean(),
  history: z.array(
    z.object({
      opted_out: z.boolean(),
      how: z.enum(['message', 'manual']),
      word: z.string().nullable(),
      session_id: z.string().nullable(),
      user_id: z.string().nullable(),
      created_at: timestampOutput,
    }),
  ),
})
