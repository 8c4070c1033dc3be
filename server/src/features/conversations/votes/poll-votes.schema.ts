import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { pageAnswer, pageQuery, timestampOutput } from '../../../wire.ts'

export const notAPoll = defineError('not_a_poll', 400, 'This message is no poll')

/** Which page of the votes. */
export const votesQuery = z.object(pageQuery())

/** Who chose what in a poll. */
export const votesAnswer = z.object({
  votes: z.array(
    z
      .object({
        contact_id: z.string().nullable().meta({ description: 'Null is the own account' }),
        name: z.string().nullable(),
        phone: z.string().nullable().meta({ description: '`+E.164`; null while WhatsApp hides the number' }),
        options: z.array(z.string()).meta({ description: 'What is chosen now, as the poll words it' }),
        voted_at: timestampOutput,
      })
      .meta({ id: 'PollVote', description: 'The choice of one person' }),
  ),
  ...pageAnswer,
})
