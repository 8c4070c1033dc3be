import { z } from 'zod'

/** A phone number: digits; `+`, spaces, brackets, dashes and `@c.us` are accepted and dropped. */
export const phoneSchema = z
  .string()
  .transform((text) => text.replace(/@c\.us$/, '').replace(/[\s()+-]/g, ''))
  .pipe(z.string().regex(/^\d{5,15}$/, 'must be a phone number of 5 to 15 digits'))

/** A delay in milliseconds, ten minutes at most. */
export const delayMsSchema = z.number().int().min(0).max(600_000)

/** Text of a message. */
export const textSchema = z.string().min(1).max(65_536)

/** Id of a message, as the answer to sending it or a phone's list names it. */
export const messageIdSchema = z.string().min(1).max(200)

/** A person (phone number, `...@c.us`, `...@lid`) or a group (`...@g.us`). */
export const chatSchema = z.string().min(1).max(100)

/** Whether people are addressed by phone number or by LID. */
export const addressingSchema = z.enum(['pn', 'lid'])
