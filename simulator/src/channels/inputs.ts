import { z } from 'zod'
import { mediaSchema } from '../content/inputs.ts'
import { messageIdSchema, phoneSchema, textSchema } from '../fields.ts'

const name = z.string().min(1).max(100)
const description = z.string().max(2048)

/** `POST /channels`; `otherFollowers` follow without having accounts here. */
export const channelSchema = z.strictObject({
  owner: phoneSchema,
  name,
  description: description.optional(),
  verified: z.boolean().optional(),
  otherFollowers: z.number().int().min(0).max(1_000_000_000).optional(),
})

/** `POST /channels/{id}/settings` */
export const channelChangesSchema = z.strictObject({
  name: name.optional(),
  description: description.optional(),
  verified: z.boolean().optional(),
  otherFollowers: z.number().int().min(0).max(1_000_000_000).optional(),
})

/** `POST /channels/{id}/posts`: a text, a file, or a post that is edited or taken back; `by` is an admin. */
export const postSchema = z
  .strictObject({
    by: phoneSchema.optional(),
    text: textSchema.optional(),
    media: mediaSchema.optional(),
    edit: z.strictObject({ message: messageIdSchema, text: textSchema }).optional(),
    revoke: z.strictObject({ message: messageIdSchema }).optional(),
    /** Whether clients get an edit or a deletion as the service sends it, or wrapped as in other chats. */
    asService: z.boolean().optional(),
  })
  .refine(
    ({ text, media, edit, revoke }) =>
      [text, media, edit, revoke].filter((content) => content !== undefined).length === 1,
    { path: ['text'], message: 'exactly one of text, media, edit, revoke is needed' },
  )

/** `POST /channels/{id}/followers` */
export const followerSchema = z.strictObject({
  phone: phoneSchema,
  action: z.enum(['follow', 'unfollow', 'promote', 'demote']).optional(),
})

/** `POST /channels/{id}/posts/{post}/reactions`; an empty emoji takes the reaction back. */
export const postReactionSchema = z.strictObject({ phone: phoneSchema, emoji: z.string().max(50) })

/** `POST /channels/{id}/posts/{post}/views` */
export const viewSchema = z.strictObject({ phone: phoneSchema })

/** What callers hand in. */
export type ChannelInput = z.input<typeof channelSchema>
export type ChannelChangesInput = z.input<typeof channelChangesSchema>
export type PostInput = z.input<typeof postSchema>
export type FollowerInput = z.input<typeof followerSchema>
