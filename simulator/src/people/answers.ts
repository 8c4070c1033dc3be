import { z } from 'zod'
import { chatAnswer, type SameFields, timeAnswer } from '../answer-fields.ts'
import type { SeenEvent } from '../records.ts'
import type { AccountInfo, LinkedDevice } from './facade.ts'

/** A person as the control API describes it. */
export const accountAnswer = z.object({
  phone: z.string(),
  name: z.string(),
  business: z.boolean(),
  id: chatAnswer,
  lid: z.string(),
  aliases: z.array(z.string()),
}) satisfies z.ZodType<AccountInfo>

/** A client that was linked. */
export const deviceAnswer = z.object({
  phone: z.string(),
  device: z.number().int(),
}) satisfies z.ZodType<LinkedDevice>

const seen = { from: chatAnswer, chat: chatAnswer, at: timeAnswer }

/** What a phone saw of others. */
export const eventAnswer = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('receipt'),
    receipt: z.enum(['delivered', 'read', 'played']),
    ids: z.array(z.string()),
    ...seen,
  }),
  z.object({ type: z.literal('typing'), state: z.enum(['composing', 'recording', 'paused']), ...seen }),
  z.object({ type: z.literal('presence'), state: z.enum(['available', 'unavailable']), ...seen }),
  z.object({
    type: z.literal('call'),
    call: z.string(),
    state: z.enum(['offered', 'accepted', 'rejected', 'ended']),
    video: z.boolean(),
    ...seen,
  }),
])

/** How a phone answers messages. */
export const receiptsAnswer = z.object({
  mode: z.enum(['none', 'delivery', 'read']),
  deliveryMs: z.number(),
  readMs: z.number(),
})

/** Fails to compile when a field of what is answered is missing above. */
const complete: [SameFields<SeenEvent['type'], z.output<typeof eventAnswer>['type']>] = [true]
void complete
