import { z } from 'zod'
import { faultKinds } from './faults.ts'

const phone = z
  .string()
  .transform((text) => text.replace(/@c\.us$/, '').replace(/[\s()+-]/g, ''))
  .pipe(z.string().regex(/^\d{5,15}$/, 'must be a phone number of 5 to 15 digits'))
const delayMs = z.number().int().min(0).max(600_000)
const text = z.string().min(1).max(65_536)

/** A phone number as it stands in a path. */
export const phoneSchema = phone

/** `POST /accounts` */
export const accountSchema = z.strictObject({
  phone,
  name: z.string().min(1).max(100),
  business: z.boolean().optional(),
  addressing: z.enum(['pn', 'lid']).optional(),
})

/** `POST /accounts/{phone}/scan` and `/pair` */
export const codeSchema = z.strictObject({ code: z.string().min(1).max(2000) })

/** `POST /accounts/{phone}/messages` */
export const messageSchema = z.strictObject({
  to: z.string().min(1).max(100),
  text,
  quoted: z.string().min(1).max(200).optional(),
  mentions: z.array(phone).max(1024).optional(),
})

/** `POST /accounts/{phone}/receipts` */
export const receiptsSchema = z.strictObject({
  mode: z.enum(['none', 'delivery', 'read']),
  deliveryMs: delayMs.optional(),
  readMs: delayMs.optional(),
})

/** `POST /accounts/{phone}/presence` */
export const presenceSchema = z.strictObject({
  state: z.enum(['available', 'unavailable', 'composing', 'recording', 'paused']),
  to: z.string().min(1).max(100).optional(),
})

/** `POST /groups` */
export const groupSchema = z.strictObject({
  subject: z.string().min(1).max(100),
  owner: phone,
  members: z.array(phone).max(1024),
  addressing: z.enum(['pn', 'lid']).optional(),
})

/** `POST /groups/{id}/messages` */
export const groupMessageSchema = z.strictObject({
  from: phone,
  text,
  quoted: z.string().min(1).max(200).optional(),
  mentions: z.array(phone).max(1024).optional(),
})

/** `POST /groups/{id}/members` */
export const membersSchema = z.strictObject({
  members: z.array(phone).min(1).max(1024),
  action: z.enum(['add', 'remove', 'promote', 'demote']).optional(),
})

/** `POST /faults` */
export const faultSchema = z.strictObject({
  kind: z.enum([...faultKinds, 'none']),
  phone: phone.optional(),
  count: z.number().int().min(1).optional(),
  durationMs: z.number().int().min(1).optional(),
  code: z.number().int().min(100).max(999).optional(),
  delayMs: delayMs.optional(),
  to: z.string().min(1).optional(),
  clear: z.boolean().optional(),
})

/** What callers hand in. */
export type AccountInput = z.input<typeof accountSchema>
export type MessageInput = z.input<typeof messageSchema>
export type ReceiptsInput = z.input<typeof receiptsSchema>
export type PresenceInput = z.input<typeof presenceSchema>
export type GroupInput = z.input<typeof groupSchema>
export type GroupMessageInput = z.input<typeof groupMessageSchema>
export type MembersInput = z.input<typeof membersSchema>
export type FaultInput = z.input<typeof faultSchema>
