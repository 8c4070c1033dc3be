import { z } from 'zod'
import { chatSchema, messageIdSchema, phoneSchema } from '../fields.ts'

const on = z.boolean().optional()
const labelId = z.string().min(1).max(50)
/** When the owner did it, for a phone that was offline; now when it is left out. */
const at = z.iso.datetime({ offset: true }).optional()

/** Names a message; `chat` and `fromMe` are needed only for one that the simulator did not carry. */
const messageName = { message: messageIdSchema, chat: chatSchema.optional(), fromMe: z.boolean().optional() }

/** What the owner changes on the phone, by the name of the method. Switches are on unless they say false. */
export const appStateSchemas = {
  archive: z.strictObject({ chat: chatSchema, archived: on }),
  pin: z.strictObject({ chat: chatSchema, pinned: on }),
  mute: z.strictObject({
    chat: chatSchema,
    muted: on,
    until: z.iso.datetime({ offset: true }).optional(),
  }),
  markRead: z.strictObject({ chat: chatSchema, read: on }),
  lockChat: z.strictObject({ chat: chatSchema, locked: on }),
  deleteChat: z.strictObject({ chat: chatSchema }),
  clearChat: z.strictObject({ chat: chatSchema }),
  star: z.strictObject({ ...messageName, starred: on }),
  deleteMessage: z.strictObject(messageName),
  contact: z.strictObject({
    phone: phoneSchema,
    name: z.string().min(1).max(200).nullable(),
    firstName: z.string().min(1).max(100).optional(),
  }),
  label: z.strictObject({
    id: labelId,
    name: z.string().min(1).max(100),
    color: z.number().int().min(0).max(19).optional(),
    deleted: z.boolean().optional(),
    at,
  }),
  labelChat: z.strictObject({ chat: chatSchema, label: labelId, labeled: on, at }),
  labelMessage: z.strictObject({ ...messageName, label: labelId, labeled: on }),
  quickReply: z.strictObject({
    id: labelId,
    shortcut: z.string().min(1).max(100),
    message: z.string().min(1).max(4096),
    deleted: z.boolean().optional(),
  }),
  rename: z.strictObject({ name: z.string().min(1).max(100) }),
}

type Schemas = typeof appStateSchemas

/** Names of the changes. */
export type AppStateChange = keyof Schemas

/** What callers hand in, by the name of the method. */
export type AppStateInput<Name extends AppStateChange> = z.input<Schemas[Name]>
