import { z } from 'zod'
import { addressingSchema, phoneSchema } from './fields.ts'

/** `POST /groups` */
export const groupSchema = z.strictObject({
  subject: z.string().min(1).max(100),
  owner: phoneSchema,
  members: z.array(phoneSchema).max(1024),
  addressing: addressingSchema.optional(),
})

/** `POST /groups/{id}/members` */
export const membersSchema = z.strictObject({
  members: z.array(phoneSchema).min(1).max(1024),
  action: z.enum(['add', 'remove', 'promote', 'demote']).optional(),
})

/** What callers hand in. */
export type GroupInput = z.input<typeof groupSchema>
export type MembersInput = z.input<typeof membersSchema>
