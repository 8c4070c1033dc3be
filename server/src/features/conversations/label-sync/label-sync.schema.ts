import { z } from 'zod'
import { defineError, validationFailed } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { uuidField } from '../../../wire.ts'
import { labelObject } from '../labels/labels.schema.ts'

/** Brings what changed about labels to the WhatsApp of one session; in order, so that the newest state is the last. */
export const pushLabelsJob = defineJob<{ tenantId: string; sessionId: string }>('labels.push', {
  isOrdered: true,
  concurrency: 4,
})

export const sessionNotBusiness = defineError(
  'session_not_business',
  400,
  'Labels need a WhatsApp Business account, and the account of this session is none',
)

const sessionId = uuidField.optional().meta({
  description:
    'Session with a WhatsApp Business account, here or in the other place; may be left out with exactly one that works',
})

/** The session in the query, as older clients name it; under a name of its own, to be compared with the body's. */
export const sessionQuery = z
  .object({ session_id: sessionId })
  .transform(({ session_id }) => ({ sessionInQuery: session_id }))

/** The session in the body. */
export const sessionBody = z
  .object({ session_id: sessionId })
  .meta({ examples: [{ session_id: '0190a1b2-0000-7000-8000-00000000dead' }] })

/** Which sessions to look at. */
export const businessCheckQuery = z.object({ session_id: uuidField.optional() })

/** What an import brought. */
export const importAnswer = z.object({
  imported: z.int().meta({ description: 'Labels that are new here' }),
  updated: z.int().meta({ description: 'Labels that were here and changed, or got chats' }),
  skipped: z.int().meta({ description: 'Labels of which nothing was news' }),
  labels: z.array(labelObject).meta({ description: 'All labels that are synced with the session' }),
})

/** Which sessions have WhatsApp Business. */
export const businessCheckAnswer = z.object({
  is_business: z.boolean().meta({ description: 'At least one of them has' }),
  sessions: z.array(z.object({ session_id: z.string(), name: z.string(), is_business: z.boolean() })),
})

/** The session that a request names in its query, its body or both; 422 when the two differ. */
export function namedSession(input: {
  sessionInQuery?: string | undefined
  session_id?: string | undefined
}): string | undefined {
  const { sessionInQuery = input.session_id, session_id: inBody = sessionInQuery } = input
  if (sessionInQuery !== inBody) throw sessionProblem('differs between query and body')
  return inBody
}

/** 422 about the session of a request. */
export function sessionProblem(message: string): Error {
  const errors = [{ field: 'session_id', message }]
  return validationFailed.create({ message: `session_id: ${message}`, details: { errors } })
}
