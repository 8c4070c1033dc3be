import { z } from 'zod'

/** An ISO time. */
export const timeAnswer = z.string().meta({ format: 'date-time' })

/** A person or a group. */
export const chatAnswer = z.string().meta({ description: '`<digits>@c.us`, or `<digits>@g.us` for a group' })

/** The id of something that was made. */
export const idAnswer = z.object({ id: z.string() })

/** `true` when two types have the same fields, so that code fails to compile when an answer lacks one. */
export type SameFields<A, B> = keyof A extends keyof B ? (keyof B extends keyof A ? true : never) : never
