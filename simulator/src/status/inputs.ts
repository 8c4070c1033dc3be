import { z } from 'zod'
import { contentFields } from '../content/inputs.ts'
import { phoneSchema } from '../fields.ts'

const { text, media, revoke } = contentFields

/** `POST /accounts/{phone}/status`; without `to` everybody sees it. */
export const statusSchema = z
  .strictObject({ text, media, revoke, to: z.array(phoneSchema).max(10_000).optional() })
  .refine((post) => [post.text, post.media, post.revoke].filter((part) => part !== undefined).length === 1, {
    path: ['text'],
    message: 'either text, media or revoke is needed',
  })

/** What callers hand in. */
export type StatusInput = z.input<typeof statusSchema>
