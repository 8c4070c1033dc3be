import { z } from 'zod'
import { checkContent, contentFields } from '../content/inputs.ts'
import { chatSchema, phoneSchema } from '../fields.ts'

/** `POST /accounts/{phone}/messages` */
export const messageSchema = z.strictObject({ to: chatSchema, ...contentFields }).superRefine(checkContent)

/** `POST /groups/{id}/messages` */
export const groupMessageSchema = z
  .strictObject({ from: phoneSchema, ...contentFields })
  .superRefine(checkContent)

/** `POST /accounts/{phone}/broadcasts` */
export const broadcastSchema = z
  .strictObject({ to: z.array(phoneSchema).min(1).max(256), ...contentFields })
  .superRefine(checkContent)

/** What callers hand in. */
export type MessageInput = z.input<typeof messageSchema>
export type BroadcastInput = z.input<typeof broadcastSchema>
export type GroupMessageInput = z.input<typeof groupMessageSchema>
