import { z } from 'zod'
import { bytesSchema } from '../content/inputs.ts'
import { chatSchema } from '../fields.ts'

/** `POST /accounts/{phone}/picture`; of a group when `group` names one. Without bytes the picture goes. */
export const pictureSchema = z
  .strictObject({
    group: chatSchema.optional(),
    base64: z.base64().min(1).optional(),
    bytes: bytesSchema.optional(),
    remove: z.literal(true).optional(),
  })
  .refine(({ base64, bytes, remove }) => [base64, bytes, remove].filter((part) => part).length === 1, {
    path: ['base64'],
    message: 'either base64, bytes or remove is needed',
  })

/** What callers hand in. */
export type PictureInput = z.input<typeof pictureSchema>
