import { z } from 'zod'
import { chatSchema, phoneSchema } from '../fields.ts'

/** `POST /bursts` */
export const burstSchema = z.strictObject({
  to: chatSchema,
  from: z.array(phoneSchema).min(1).max(1000),
  count: z.number().int().min(1).max(1_000_000),
  perSecond: z.number().min(0.1).max(100_000).optional(),
  text: z.string().min(1).max(1000).optional(),
})

/** What callers hand in. */
export type BurstInput = z.input<typeof burstSchema>
