import { z } from 'zod'
import { defineError } from '../../../platform/errors.ts'
import { maxPatternLength } from '../../../platform/safe-patterns.ts'
import { timestampOutput, uuidField } from '../../../wire.ts'

export const contentRefused = defineError('content_refused', 403, 'The content policy refuses the message')

/** The policy a tenant that changed nothing has (contract: content policy). */
export const policyDefaults = {
  enabled: true,
  input_sanitization_enabled: true,
  output_filtering_enabled: true,
  block_urls: false,
  block_phone_numbers: false,
  max_message_length: 4096,
  allowed_languages: [] as string[],
  block_api_keys: true,
  block_passwords: true,
  block_tokens: true,
  block_private_keys: true,
  block_ssn: true,
  block_credit_cards: true,
  // Businesses send theirs to be paid.
  block_bank_accounts: false,
  block_emails: false,
  max_urls_per_message: null as number | null,
  min_trust_level: 'discovered' as 'blocked' | 'discovered' | 'verified',
  log_blocked: true,
}

/** Settings of the content policy, under their wire names: they are data to everybody. */
export type PolicySettings = typeof policyDefaults

/** Whether the runtime knows what to do with a code: others, such as en-12, look like one only. */
function isLocale(code: string): boolean {
  try {
    return new Intl.Locale(code).language !== ''
  } catch {
    return false
  }
}

const language = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/, 'must be a language code such as en or pt-br')
  .refine(isLocale, 'must be a language code such as en or pt-br')

const fields = {
  enabled: z.boolean().meta({
    description:
      'The tenant policy: lengths, languages, addresses, numbers and own rules. Secrets, personal data and injection have switches of their own',
  }),
  input_sanitization_enabled: z.boolean().meta({
    description:
      'Prompt injection: refused when an agent, a tool or a model wrote it, and on the way to a model; only marked in what your own integration sends',
  }),
  output_filtering_enabled: z
    .boolean()
    .meta({ description: 'Rules with the action filter replace what they match; off, they do nothing' }),
  block_urls: z.boolean(),
  block_phone_numbers: z.boolean(),
  max_message_length: z
    .int()
    .min(1)
    .max(65_536)
    .meta({ description: 'Characters', examples: [4096] }),
  allowed_languages: z
    .array(language)
    .max(100)
    .meta({
      description:
        'Empty: all. A text is refused when it is certainly in none of them: by its script, and from a sentence on by its words',
      examples: [['en', 'es']],
    }),
  block_api_keys: z.boolean(),
  block_passwords: z.boolean().meta({
    description: 'Passwords of accounts; one-time codes and passwords of a wireless network are none',
  }),
  block_tokens: z.boolean(),
  block_private_keys: z.boolean(),
  block_ssn: z
    .boolean()
    .meta({ description: 'Personal numbers of all countries, not only the United States' }),
  block_credit_cards: z.boolean(),
  block_bank_accounts: z.boolean(),
  block_emails: z.boolean(),
  max_urls_per_message: z
    .int()
    .min(0)
    .max(1000)
    .nullable()
    .meta({ examples: [3] }),
  min_trust_level: z.enum(['blocked', 'discovered', 'verified']),
  log_blocked: z.boolean().meta({ description: 'Refusals are written to the log, without the content' }),
}

/** A change of the policy: any subset. */
export const updatePolicyBody = z
  .object(fields)
  .partial()
  .meta({ examples: [{ block_emails: false, max_message_length: 4096, max_urls_per_message: 3 }] })

/** One own rule as the API shows it. */
export const ruleSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    pattern: z.string(),
    action: z.enum(['block', 'filter', 'flag']),
    description: z.string().nullable(),
    is_active: z.boolean(),
    created_at: timestampOutput,
  })
  .meta({ id: 'ContentRule', description: 'A rule of the content policy' })

/** A rule on the wire. */
export type RuleObject = z.infer<typeof ruleSchema>

/** The policy as the API shows it. */
export const policySchema = z.object({ ...fields, rules: z.array(ruleSchema) })

/** Path of one rule. */
export const ruleParams = z.object({ rule_id: uuidField })

const pattern = z
  .string()
  .min(1)
  .max(maxPatternLength)
  .meta({ description: 'Regular expression in RE2 syntax, case is ignored', examples: ['\\bfree money\\b'] })
const name = z.string().trim().min(1).max(255)
const description = z.string().max(1000)
const action = z.enum(['block', 'filter', 'flag'])

/** A new rule. */
export const createRuleBody = z.object({
  pattern,
  name: name
    .optional()
    .meta({ description: 'Default: the description, else the pattern', examples: ['No scams'] }),
  action: action.default('block'),
  description: description.optional(),
})

/** A change of a rule. */
export const updateRuleBody = z.object({
  pattern: pattern.optional(),
  name: name.optional(),
  action: action.optional(),
  description: description.nullable().optional(),
  is_active: z.boolean().optional(),
})

/** A text to try. */
export const testBody = z.object({
  content: z
    .string()
    .max(65_536)
    .meta({ examples: ['See you at noon'] }),
})

/** What the pipeline would do with a text that an agent or a tool wants to send. */
export const testAnswer = z.object({
  allowed: z.boolean(),
  blocked_reason: z.string().nullable(),
  matched_rules: z.array(z.string()).meta({ examples: [['built-in:block_urls']] }),
  filtered_content: z.string(),
})

/** What the policy did so far. */
export const statsAnswer = z.object({
  total_checked: z.int(),
  total_blocked: z.int(),
  total_filtered: z.int(),
  top_rules: z.array(z.object({ rule: z.string(), hits: z.int() })),
})

/** The built-in families, without their patterns. */
export const detectorsAnswer = z.object({
  safeguards: z.array(
    z.object({
      id: z.string(),
      category: z.string(),
      enabled: z.boolean(),
      description: z.string(),
      pattern_count: z.int(),
    }),
  ),
})
