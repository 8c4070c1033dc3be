import { z } from 'zod'

const time = z.iso.datetime({ offset: true })
const perMinute = z.number().int().min(0).max(100_000).nullable().optional()

/** Kinds of restriction that a client knows by name. Source: `ReachoutTimelockEnforcementType` of Baileys. */
const enforcements = ['WEB_COMPANION_ONLY', 'BIZ_QUALITY', 'BIZ_COMMERCE_VIOLATION_GAMBLING'] as const

/** `PUT /accounts/{phone}/limits`. What is left out stays as it is; null ends a limit. */
export const limitsSchema = z.strictObject({
  /** Queries a minute, beyond which they are refused with 429. */
  queriesPerMinute: z
    .strictObject({ groups: perMinute, contacts: perMinute, pictures: perMinute })
    .nullable()
    .optional(),
  /** Nobody may be written to who is not in touch yet: messages are refused with 463. */
  reachOutLock: z
    .strictObject({ until: time, enforcement: z.enum(enforcements).optional() })
    .nullable()
    .optional(),
  /** Messages a cycle to people who never wrote, beyond which they are refused with 475. */
  newChats: z
    .strictObject({
      quota: z.number().int().min(0).max(1_000_000),
      used: z.number().int().min(0).max(1_000_000).optional(),
      cycleEnds: time.optional(),
    })
    .nullable()
    .optional(),
})

/** `PUT /client-version` */
export const clientVersionSchema = z.strictObject({
  /** Oldest version that may log in, as in `2.3000.1027934701`; null admits all. */
  minimum: z
    .string()
    .regex(/^\d+\.\d+\.\d+$/, 'must be three numbers with dots')
    .nullable(),
})

/** What callers hand in. */
export type LimitsInput = z.input<typeof limitsSchema>
export type ClientVersionInput = z.input<typeof clientVersionSchema>

/** Checked limits. */
export type LimitsDraft = z.output<typeof limitsSchema>
