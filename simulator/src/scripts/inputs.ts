import { z } from 'zod'
import { checkContent, contentFields } from '../content/inputs.ts'
import { chatSchema, delayMsSchema, phoneSchema } from '../fields.ts'
import { messageKinds } from '../records.ts'

const pattern = z
  .string()
  .min(1)
  .max(1000)
  .refine((source) => {
    try {
      return Boolean(new RegExp(source, 'iu'))
    } catch {
      return false
    }
  }, 'is no regular expression')

/** What a phone answers with: any content; reactions, votes and quotes are about the message that came. */
const answerSchema = z
  .strictObject({
    ...contentFields,
    reaction: z.strictObject({ emoji: z.string().max(50) }).optional(),
    vote: z.strictObject({ options: z.array(z.string()).max(12) }).optional(),
    /** Quotes the message. */
    quote: z.boolean().optional(),
  })
  .superRefine((answer, context) => checkContent(answer, context))

/** One rule of a script. All parts of `when` have to fit. */
const ruleSchema = z.strictObject({
  when: z
    .strictObject({
      /** Regular expression, without regard to case. */
      text: pattern.optional(),
      kind: z.enum(messageKinds).optional(),
      from: phoneSchema.optional(),
      chat: chatSchema.optional(),
    })
    .optional(),
  /** `$0` to `$9` in its text stand for what the pattern found. */
  answer: answerSchema.optional(),
  /** How long the phone waits, and how long of that it shows that its owner types. */
  afterMs: delayMsSchema.optional(),
  typingMs: delayMsSchema.optional(),
  /** How often the rule answers; without limit unless said. */
  times: z.number().int().min(1).optional(),
})

/** `PUT /accounts/{phone}/script` */
export const scriptSchema = z.strictObject({ rules: z.array(ruleSchema).max(1000) })

/** What callers hand in. */
export type ScriptInput = z.input<typeof scriptSchema>
export type ScriptRuleInput = z.input<typeof ruleSchema>

/** A checked rule. */
export type ScriptRule = z.output<typeof ruleSchema>
