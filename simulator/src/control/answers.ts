import { z } from 'zod'
import { groupAnswer } from '../groups/answers.ts'

/** The file that a world was written to. */
export const savedAnswer = z.object({ file: z.string() })

const anything = z.record(z.string(), z.unknown())

/** The whole world; the parts that differ from kind to kind are left open. */
export const stateAnswer = z.object({
  accounts: z.array(
    z.looseObject({
      phone: z.string(),
      name: z.string(),
      lid: z.string(),
      business: z.boolean(),
      online: z.boolean(),
      devices: z.array(
        z.object({
          device: z.number(),
          connected: z.boolean(),
          preKeys: z.number(),
          pending: z.number().meta({ description: 'stanzas that the device has not acknowledged' }),
        }),
      ),
      messages: z.number(),
      duplicates: z.number(),
      undecryptable: z.number(),
    }),
  ),
  groups: z.array(groupAnswer),
  faults: z.array(anything),
  connections: z.number(),
  counters: z.record(z.string(), z.number()),
  media: z.object({ files: z.number(), bytes: z.number() }),
  queries: z.record(z.string(), z.number()).meta({ description: 'by namespace' }),
  unknownStanzas: z.record(z.string(), z.number()),
})

/** What goes wrong. */
export const errorAnswer = z.object({
  error: z.object({ status: z.number(), message: z.string(), field: z.string().optional() }),
})
