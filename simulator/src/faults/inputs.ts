import { z } from 'zod'
import { delayMsSchema, phoneSchema } from '../fields.ts'
import { faultKinds } from './model.ts'

/** `POST /faults` */
export const faultSchema = z.strictObject({
  kind: z.enum([...faultKinds, 'none']),
  phone: phoneSchema.optional(),
  count: z.number().int().min(1).optional(),
  durationMs: z.number().int().min(1).optional(),
  code: z.number().int().min(100).max(999).optional(),
  delayMs: delayMsSchema.optional(),
  bytesPerSecond: z.number().int().min(1).optional(),
  to: z.string().min(1).optional(),
  clear: z.boolean().optional(),
})

/** What callers hand in. */
export type FaultInput = z.input<typeof faultSchema>
