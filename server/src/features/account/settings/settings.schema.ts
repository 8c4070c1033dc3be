import { z } from 'zod'
import { parsePhone } from '../../../engine/ids.ts'
import { defineError } from '../../../platform/errors.ts'
import { isTimeZone } from '../../../platform/time-zones.ts'

export const roleTooLow = defineError('role_too_low', 403, 'Only an owner or admin may change this')
export const userRequired = defineError(
  'user_required',
  403,
  'Only a signed-in user may change this, never an API key',
)
export const chatHistoryClosed = defineError(
  'chat_history_closed',
  403,
  'Reading chats with an API key needs chat_history_access_enabled in the tenant settings',
)

/** What happens to sends to people who have not written first (decision 2). */
export const coldContactModes = ['budget', 'strict', 'warn'] as const
/** One of them. */
export type ColdContacts = (typeof coldContactModes)[number]

/** A tenant's own limits on top of the built-in protection. Windows are in seconds. */
export interface AntispamSettings {
  isEnabled: boolean
  rateLimit: number
  rateLimitWindow: number
  blockDuplicates: boolean
  duplicateWindow: number
  autoBlockSpammers: boolean
  maxViolations: number
  /** How long a rule with the action `delay` puts a message off, in seconds. */
  delaySeconds: number
  /** Cold conversations a day in a session's first week. */
  coldBudgetFirstWeek: number
  /** Factor per day after it. */
  coldBudgetGrowth: number
  /** Where the growth ends. */
  coldBudgetMax: number
}

/** What a tenant that changed nothing has. */
export const antispamDefaults: AntispamSettings = {
  isEnabled: true,
  rateLimit: 60,
  rateLimitWindow: 60,
  blockDuplicates: true,
  duplicateWindow: 300,
  autoBlockSpammers: true,
  maxViolations: 5,
  delaySeconds: 60,
  coldBudgetFirstWeek: 20,
  coldBudgetGrowth: 1.3,
  coldBudgetMax: 200,
}

const antispamNames = {
  isEnabled: 'enabled',
  rateLimit: 'rate_limit',
  rateLimitWindow: 'rate_limit_window',
  blockDuplicates: 'block_duplicates',
  duplicateWindow: 'duplicate_window',
  autoBlockSpammers: 'auto_block_spammers',
  maxViolations: 'max_violations',
  delaySeconds: 'delay_seconds',
  coldBudgetFirstWeek: 'cold_budget_first_week',
  coldBudgetGrowth: 'cold_budget_growth',
  coldBudgetMax: 'cold_budget_max',
} as const satisfies Record<keyof AntispamSettings, string>

/** Anti-spam settings under their wire names, as they are stored: only what differs from the defaults. */
export type StoredAntispam = Partial<
  Record<(typeof antispamNames)[keyof AntispamSettings], boolean | number | undefined>
>

const antispamFields = Object.entries(antispamNames) as [keyof AntispamSettings, keyof StoredAntispam][]

/** The given anti-spam settings from their wire names. */
export function decodeAntispamChanges(stored: StoredAntispam): Partial<AntispamSettings> {
  const given = antispamFields.flatMap(([name, wire]) =>
    stored[wire] === undefined ? [] : [[name, stored[wire]]],
  )
  return Object.fromEntries(given)
}

/** Anti-spam settings from their stored form, with the defaults. */
export function decodeAntispam(stored: StoredAntispam): AntispamSettings {
  return { ...antispamDefaults, ...decodeAntispamChanges(stored) }
}

/** Anti-spam settings under their wire names; what is not given stays out. */
export function encodeAntispam(settings: Partial<AntispamSettings>): StoredAntispam {
  const given = antispamFields.flatMap(([name, wire]) => {
    return settings[name] === undefined ? [] : [[wire, settings[name]]]
  })
  return Object.fromEntries(given)
}

/** Settings of a tenant as services read them. */
export interface TenantSettings {
  tenantId: string
  /** `+E.164`; empty means no restriction. */
  allowedNumbers: readonly string[]
  requireApproval: boolean
  aiConsentEnabled: boolean
  chatHistoryAccessEnabled: boolean
  messageRetentionDays: number
  storeFullText: boolean
  /** Files of inbound and outbound messages are kept here, and not only by WhatsApp. */
  storeMedia: boolean
  mediaRetentionDays: number
  coldContacts: ColdContacts
  antispam: AntispamSettings
  /** Words that end what is sent by itself to whoever writes one; null: the words of the product. */
  optOutWords: readonly string[] | null
  /** Words that allow it again. */
  optInWords: readonly string[] | null
  /** A message held for approval expires after so many hours. */
  approvalExpiryHours: number
  /** How long the audit log is kept. */
  auditRetentionDays: number
  /** IANA name: where a day begins and ends. */
  timeZone: string
}

const allowedNumber = z.string().transform((text, context) => {
  const phone = parsePhone(text)
  if (phone !== undefined) return `+${phone}`
  context.addIssue({ code: 'custom', message: 'not a phone number' })
  return z.NEVER
})

const words = (example: string) =>
  z
    .array(z.string().trim().min(1).max(40))
    .min(1)
    .max(200)
    .nullable()
    .optional()
    .meta({
      description: 'Whole messages, in any case; null: the words of the product',
      examples: [[example]],
    })

/** A change of tenant settings; older names of two fields are accepted. */
export const updateSettingsBody = z
  .object({
    allowed_numbers: z
      .array(allowedNumber)
      .max(10_000)
      .optional()
      .meta({ examples: [['+15550100101']] }),
    require_approval: z.boolean().optional(),
    require_approval_before_send: z
      .boolean()
      .optional()
      .meta({ description: 'Older name of require_approval' }),
    ai_consent_enabled: z.boolean().optional(),
    ai_consent: z.boolean().optional().meta({ description: 'Older name of ai_consent_enabled' }),
    chat_history_access_enabled: z
      .boolean()
      .optional()
      .meta({ description: 'Whether API keys may read chats; only a signed-in user may say so' }),
    message_retention_days: z
      .int()
      .min(1)
      .max(365)
      .optional()
      .meta({ examples: [90] }),
    store_full_text: z.boolean().optional(),
    store_media: z.boolean().optional(),
    media_retention_days: z
      .int()
      .min(1)
      .max(365)
      .optional()
      .meta({ examples: [30] }),
    cold_contacts: z.enum(coldContactModes).optional(),
    opt_out_words: words('STOP'),
    opt_in_words: words('START'),
    approval_expiry_hours: z
      .int()
      .min(1)
      .max(720)
      .optional()
      .meta({ examples: [72] }),
    audit_retention_days: z
      .int()
      .min(1)
      .max(3650)
      .optional()
      .meta({ examples: [365] }),
    time_zone: z
      .string()
      .refine(isTimeZone, 'must be the IANA name of a time zone, such as Europe/Berlin')
      .optional()
      .meta({ examples: ['Europe/Berlin'], description: 'Where the days of figures begin and end' }),
  })
  .superRefine((body, context) => {
    const refuseBoth = (name: string, a: boolean | undefined, b: boolean | undefined): void => {
      if (a === undefined || b === undefined || a === b) return
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'contradicts the field under its newer name',
      })
    }
    refuseBoth('require_approval_before_send', body.require_approval, body.require_approval_before_send)
    refuseBoth('ai_consent', body.ai_consent_enabled, body.ai_consent)
  })
  .meta({ examples: [{ message_retention_days: 90, store_media: true, media_retention_days: 30 }] })
  .transform((body) => ({
    allowedNumbers: body.allowed_numbers === undefined ? undefined : [...new Set(body.allowed_numbers)],
    requireApproval: body.require_approval ?? body.require_approval_before_send,
    aiConsentEnabled: body.ai_consent_enabled ?? body.ai_consent,
    chatHistoryAccessEnabled: body.chat_history_access_enabled,
    messageRetentionDays: body.message_retention_days,
    storeFullText: body.store_full_text,
    storeMedia: body.store_media,
    mediaRetentionDays: body.media_retention_days,
    coldContacts: body.cold_contacts,
    optOutWords: body.opt_out_words,
    optInWords: body.opt_in_words,
    approvalExpiryHours: body.approval_expiry_hours,
    auditRetentionDays: body.audit_retention_days,
    timeZone: body.time_zone,
  }))

/** A change of tenant settings. */
export type UpdateSettings = z.output<typeof updateSettingsBody>

/** Tenant settings as the API shows them. */
export const settingsSchema = z.object({
  allowed_numbers: z.array(z.string()),
  require_approval: z.boolean(),
  ai_consent_enabled: z.boolean(),
  chat_history_access_enabled: z.boolean(),
  message_retention_days: z.int(),
  store_full_text: z.boolean(),
  store_media: z.boolean(),
  media_retention_days: z.int(),
  cold_contacts: z.enum(coldContactModes),
  opt_out_words: z.array(z.string()).nullable().meta({ description: 'Null: the words of the product' }),
  opt_in_words: z.array(z.string()).nullable().meta({ description: 'Null: the words of the product' }),
  approval_expiry_hours: z.int(),
  audit_retention_days: z.int(),
  time_zone: z.string(),
})

/** Writes settings the way answers carry them. */
export function encodeSettings(settings: TenantSettings): z.output<typeof settingsSchema> {
  return {
    allowed_numbers: [...settings.allowedNumbers],
    require_approval: settings.requireApproval,
    ai_consent_enabled: settings.aiConsentEnabled,
    chat_history_access_enabled: settings.chatHistoryAccessEnabled,
    message_retention_days: settings.messageRetentionDays,
    store_full_text: settings.storeFullText,
    store_media: settings.storeMedia,
    media_retention_days: settings.mediaRetentionDays,
    cold_contacts: settings.coldContacts,
    opt_out_words: settings.optOutWords === null ? null : [...settings.optOutWords],
    opt_in_words: settings.optInWords === null ? null : [...settings.optInWords],
    approval_expiry_hours: settings.approvalExpiryHours,
    audit_retention_days: settings.auditRetentionDays,
    time_zone: settings.timeZone,
  }
}
