import { z } from 'zod'
import { addressingSchema, chatSchema, delayMsSchema, phoneSchema } from '../fields.ts'
import { historySchema } from '../history/inputs.ts'

/** `POST /accounts` */
export const accountSchema = z.strictObject({
  phone: phoneSchema,
  name: z.string().min(1).max(100),
  business: z.boolean().optional(),
  addressing: addressingSchema.optional(),
  /** Other ways to write the number; a look-up of one answers the id of this account. */
  aliases: z.array(phoneSchema).max(20).optional(),
  history: historySchema.optional(),
})

/** `POST /accounts/{phone}/scan` and `/pair` */
export const codeSchema = z.strictObject({ code: z.string().min(1).max(2000) })

/** `POST /accounts/{phone}/receipts` */
export const receiptsSchema = z.strictObject({
  /** `played` listens to voice notes after reading them. */
  mode: z.enum(['none', 'delivery', 'read', 'played']),
  deliveryMs: delayMsSchema.optional(),
  readMs: delayMsSchema.optional(),
})

/** `POST /accounts/{phone}/presence` */
export const presenceSchema = z.strictObject({
  state: z.enum(['available', 'unavailable', 'composing', 'recording', 'paused']),
  to: chatSchema.optional(),
})

/** `POST /accounts/{phone}/unlink` */
export const unlinkSchema = z.strictObject({
  /** Number of the device, as linking told it; all of them unless said. */
  device: z.number().int().min(1).optional(),
})

/** What callers hand in. */
export type UnlinkInput = z.input<typeof unlinkSchema>
export type AccountInput = z.input<typeof accountSchema>
export type ReceiptsInput = z.input<typeof receiptsSchema>
export type PresenceInput = z.input<typeof presenceSchema>
