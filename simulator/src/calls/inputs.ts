import { z } from 'zod'
import { chatSchema, delayMsSchema } from '../fields.ts'

/** `POST /accounts/{phone}/calls` */
export const callSchema = z.strictObject({
  to: chatSchema,
  video: z.boolean().optional(),
  /** After this long the call ends as missed; without it, it rings until somebody ends it. */
  ringMs: delayMsSchema.optional(),
})

/** `POST /accounts/{phone}/calls/{id}` */
export const callActionSchema = z.strictObject({ action: z.enum(['accept', 'reject', 'end']) })

/** What callers hand in. */
export type CallInput = z.input<typeof callSchema>
export type CallActionInput = z.input<typeof callActionSchema>
