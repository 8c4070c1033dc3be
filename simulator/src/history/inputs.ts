import { z } from 'zod'
import { checkContent, contentFields, secondsSchema } from '../content/inputs.ts'
import { chatSchema, messageIdSchema, phoneSchema } from '../fields.ts'

const time = z.iso.datetime({ offset: true })

/** One message of a history. In a group `from` says who wrote it; elsewhere it is the other person unless `fromMe`. */
const historyMessageSchema = z
  .strictObject({
    at: time,
    id: messageIdSchema.optional(),
    from: phoneSchema.optional(),
    fromMe: z.boolean().optional(),
    /** How far a message of the owner came; read unless said. */
    status: z.enum(['sent', 'delivered', 'read']).optional(),
    ...contentFields,
  })
  .superRefine((message, context) => checkContent(message, context))

/** Numbered texts, alternately from both sides, for a history of any size. */
const generatedSchema = z.strictObject({
  count: z.number().int().min(1).max(200_000),
  /** Time of the newest; an hour ago unless said. */
  newest: time.optional(),
  everySeconds: z.number().int().min(1).max(864_000).optional(),
})

const historyChatSchema = z.strictObject({
  with: chatSchema,
  /** Name in the address book. A person without an account gets one, with this name. */
  name: z.string().min(1).max(100).optional(),
  unread: z.number().int().min(0).max(100_000).optional(),
  /** The owner marked the chat as unread. */
  markedUnread: z.boolean().optional(),
  /** How long messages of the chat stay; of a person's chat, groups say it of themselves. */
  ephemeralSeconds: secondsSchema.min(1).optional(),
  archived: z.boolean().optional(),
  pinned: z.boolean().optional(),
  mutedUntil: time.optional(),
  messages: z.array(historyMessageSchema).max(100_000).optional(),
  generate: generatedSchema.optional(),
})

/** `PUT /accounts/{phone}/history` */
export const historySchema = z.strictObject({
  chats: z.array(historyChatSchema).max(10_000),
  /** How the phone hands it to a client that is linked. */
  transfer: z
    .strictObject({
      /** Chunks go as files of the media server instead of inside messages. */
      external: z.boolean().optional(),
      /** Newest messages of each chat in the first chunk (default 10). */
      bootstrapPerChat: z.number().int().min(0).max(1000).optional(),
      /** Messages in each chunk after the first (default 500). */
      chunkMessages: z.number().int().min(1).max(5000).optional(),
      /** Older ones come in full chunks (default 90 days), and older still on demand only (default 365). */
      recentDays: z.number().int().min(0).max(36_500).optional(),
      fullDays: z.number().int().min(0).max(36_500).optional(),
      /** Pause before each chunk after the first. */
      delayMs: z.number().int().min(0).max(60_000).optional(),
    })
    .optional(),
})

/** What callers hand in. */
export type HistoryInput = z.input<typeof historySchema>

/** A checked history, a checked chat and a checked message of it. */
export type HistoryDraft = z.output<typeof historySchema>
export type HistoryChatDraft = z.output<typeof historyChatSchema>
export type HistoryMessageDraft = z.output<typeof historyMessageSchema>
