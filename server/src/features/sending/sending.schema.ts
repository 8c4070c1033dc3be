import { z } from 'zod'
import { uuidField } from '../../wire.ts'

/** Fields that every send shares. */
export const sendFields = {
  session_id: uuidField,
  chat_id: z
    .string()
    .min(1)
    .max(80)
    .meta({ examples: ['15550123456@c.us'] }),
  reply_to: uuidField.optional().meta({ description: 'A message of the same chat to quote' }),
}

/** A text to send. */
export const sendTextBody = z.object({
  ...sendFields,
  message: z
    .string()
    .min(1)
    .max(4096)
    .meta({ examples: ['Hello'] }),
})
