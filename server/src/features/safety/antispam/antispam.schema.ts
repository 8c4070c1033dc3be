import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { maxPatternLength } from '../../../platform/safe-patterns.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { booleanQuery, pageAnswer, pageQuery, timestampOutput, uuidField } from '../../../wire.ts'

export const spamRefused = defineError('spam_refused', 403, 'An anti-spam rule refuses the message')
export const duplicateRefused = defineError(
  'duplicate_refused',
  403,
  'The same message went to this chat a short while ago (block_duplicates, duplicate_window)',
)

/** Blocks or unblocks somebody on WhatsApp. */
export const applyBlockJob = defineJob<{ tenantId: string; blockId: string }>('antispam.apply_block', {
  isOrdered: true,
  retryLimit: 20,
})

/** Removes what no window reaches any more. */
export const pruneSpamJob = defineJob<Record<string, never>>('antispam.prune', {
  cron: { expression: '*/15 * * * *', timeZone: 'UTC' },
})

/** Somebody who floods a session was blocked by itself. */
export const spammerBlocked = definePublicEvent({
  name: 'antispam.blocked',
  scope: 'settings:manage',
  description: 'Somebody who floods a session was blocked by itself.',
  data: z.object({ block_id: z.string(), session_id: z.string(), chat_id: z.string() }),
  toWire: (block: { tenantId: string; sessionId: string; blockId: string; chatId: string }) => ({
    block_id: block.blockId,
    session_id: block.sessionId,
    chat_id: block.chatId,
  }),
  example: {
    tenantId: exampleValues.id,
    sessionId: exampleValues.id,
    blockId: exampleValues.id,
    chatId: exampleValues.chatId,
  },
  subscribers: {},
})

const fields = {
  enabled: z
    .boolean()
    .meta({ description: 'Off: no rate, duplicates, rules or blocking. The built-in protection stays' }),
  rate_limit: z
    .int()
    .min(1)
    .max(10_000)
    .meta({ description: 'Messages per window', examples: [60] }),
  rate_limit_window: z
    .int()
    .min(1)
    .max(86_400)
    .meta({ description: 'Seconds', examples: [60] }),
  block_duplicates: z.boolean(),
  duplicate_window: z
    .int()
    .min(1)
    .max(86_400)
    .meta({ description: 'Seconds in which the same text to the same chat is refused', examples: [300] }),
  auto_block_spammers: z
    .boolean()
    .meta({ description: 'Blocks contacts who flood a session, after max_violations within a day' }),
  max_violations: z
    .int()
    .min(1)
    .max(1000)
    .meta({ examples: [5] }),
  delay_seconds: z
    .int()
    .min(1)
    .max(3600)
    .meta({ description: 'How long a rule with the action delay puts a message off', examples: [60] }),
  cold_budget_first_week: z
    .int()
    .min(0)
    .max(1000)
    .meta({ description: 'New conversations a day in a session’s first week', examples: [20] }),
  cold_budget_growth: z
    .number()
    .min(1)
    .max(3)
    .meta({ description: 'Factor per day after it', examples: [1.3] }),
  cold_budget_max: z
    .int()
    .min(0)
    .max(5000)
    .meta({ examples: [200] }),
}

/** Anti-spam settings as the API shows them. */
export const antispamSchema = z.object({
  enabled: z.boolean(),
  rate_limit: z.int(),
  rate_limit_window: z.int(),
  block_duplicates: z.boolean(),
  duplicate_window: z.int(),
  auto_block_spammers: z.boolean(),
  max_violations: z.int(),
  delay_seconds: z.int(),
  cold_budget_first_week: z.int(),
  cold_budget_growth: z.number(),
  cold_budget_max: z.int(),
})

/** Path of one rule. */
export const spamRuleParams = z.object({ antispam_rule_id: uuidField })

/** A change of them: any subset. */
export const updateAntispamBody = z.object(fields).partial()

/** A change of anti-spam settings under its wire names. */
export type AntispamChanges = z.output<typeof updateAntispamBody>

const pattern = z
  .string()
  .min(1)
  .max(maxPatternLength)
  .meta({ description: 'Regular expression in RE2 syntax, case is ignored', examples: ['casino|lottery'] })
const action = z.enum(['block', 'flag', 'delay']).meta({
  description: 'block refuses the message, flag sends and marks it, delay puts it off by delay_seconds',
})

/** One rule as the API shows it. */
export const spamRuleSchema = z
  .object({
    id: z.string(),
    pattern: z.string(),
    action,
    enabled: z.boolean(),
    created_at: timestampOutput,
    updated_at: timestampOutput,
  })
  .meta({ id: 'AntispamRule' })

/** A rule on the wire. */
export type SpamRuleObject = z.infer<typeof spamRuleSchema>

/** A new rule. */
export const createSpamRuleBody = z.object({ pattern, action, enabled: z.boolean().default(true) })

/** A change of a rule. */
export const updateSpamRuleBody = z.object({
  pattern: pattern.optional(),
  action: action.optional(),
  enabled: z.boolean().optional(),
})

/** What the rules did so far. */
export const spamStatsAnswer = z.object({
  blocked: z.int(),
  flagged: z.int(),
  violations: z
    .int()
    .meta({ description: 'Every time a message, sent or received, went against a rule or limit' }),
  delayed: z.int(),
  by_rule: z.array(z.object({ rule_id: z.string(), hits: z.int() })),
  since: timestampOutput,
})

/** Which automatic blocks to list. */
export const blocksQuery = z.object({ ...pageQuery(), active: booleanQuery().optional() })

/** Somebody who was blocked by itself. */
export const blockSchema = z
  .object({
    id: z.string(),
    session_id: z.string(),
    chat_id: z.string(),
    reason: z.enum(['rate', 'duplicate', 'pattern']).meta({ description: 'What the last violation was' }),
    violations: z.int(),
    created_at: timestampOutput,
    applied_at: timestampOutput.nullable().meta({ description: 'When WhatsApp was told' }),
    lifted_at: timestampOutput.nullable(),
    lifted_by: z.string().nullable(),
  })
  .meta({ id: 'AntispamBlock' })

/** A block on the wire. */
export type BlockObject = z.infer<typeof blockSchema>

/** One page of them. */
export const blocksAnswer = z.object({
  blocks: z.array(blockSchema),
  ...pageAnswer,
})
