import { z } from 'zod'
import { chatSchema, messageIdSchema, phoneSchema, textSchema } from './fields.ts'

/** What a message says, wherever it goes. */
const draft = {
  text: textSchema,
  quoted: messageIdSchema.optional(),
  mentions: z.array(phoneSchema).max(1024).optional(),
}

/** `POST /accounts/{phone}/messages` */
export const messageSchema = z.strictObject({ to: chatSchema, ...draft })

/** `POST /groups/{id}/messages` */
export const groupMessageSchema = z.strictObject({ from: phoneSchema, ...draft })

/** What callers hand in. */
export type MessageInput = z.input<typeof messageSchema>
export type GroupMessageInput = z.input<typeof groupMessageSchema>

/** A checked message without its place. */
export type Draft = Omit<z.output<typeof messageSchema>, 'to'>
