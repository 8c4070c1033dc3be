import { z } from 'zod'
import { type SameFields, timeAnswer } from '../answer-fields.ts'
import type { LimitsView } from './model.ts'

/** The limits of an account. */
export const limitsAnswer = z.object({
  queriesPerMinute: z.object({
    groups: z.number().optional(),
    contacts: z.number().optional(),
    pictures: z.number().optional(),
  }),
  reachOutLock: z.object({ until: timeAnswer, enforcement: z.string() }).nullable(),
  newChats: z
    .object({
      quota: z.number(),
      used: z.number(),
      cycleStarts: timeAnswer,
      cycleEnds: timeAnswer,
      status: z.enum(['NONE', 'FIRST_WARNING', 'SECOND_WARNING', 'CAPPED']),
    })
    .nullable(),
})

/** Fails to compile when a field of what is answered is missing above. */
const complete: [SameFields<LimitsView, z.output<typeof limitsAnswer>>] = [true]
void complete
