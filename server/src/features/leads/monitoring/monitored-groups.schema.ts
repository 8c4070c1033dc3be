import { z } from 'zod'
import { chatKind, parseChatId } from '../../../engine/ids.ts'
import { defineError } from '../../../platform/errors.ts'
import { defineEvent } from '../../../platform/events/events.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { isUsableKeyword, keywordMatches } from '../../../platform/keywords/keywords.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import {
  booleanQuery,
  pageAnswer,
  pageQuery,
  timestampOutput,
  toTimestamp,
  uuidField,
} from '../../../wire.ts'
import { referenceFields, referencesToWire } from '../../conversations/messages/message-events.schema.ts'
import { type MonitorMode, monitorModes } from './monitored-groups.tables.ts'

export const alreadyMonitored = defineError(
  'group_already_monitored',
  409,
  'The group is already monitored in this session',
)

/** A message that the mode of its group captured. */
export interface GroupMessage {
  tenantId: string
  sessionId: string
  /** The monitored group. */
  groupId: string
  waGroupId: string
  messageId: string
  /** `+E.164`; null while WhatsApp hides the number. */
  senderPhone: string | null
  senderName: string | null
  text: string
  matchedKeyword: string | null
  /** What it answers, by our id where known and by WhatsApp's, and the chat ids of the people it mentions. */
  replyToId: string | null
  quotedWaMessageId: string | null
  mentions: readonly string[]
  /** ISO 8601. */
  waTimestamp: string
}

/** Once per captured message, in the transaction that stores it. */
export const groupMessageCaptured = definePublicEvent({
  name: 'group.message',
  scope: 'groups:read',
  description: 'A message in a monitored group was captured.',
  data: z
    .object({
      session_id: z.string(),
      group_id: z.string().meta({ description: 'The monitored group' }),
      wa_group_id: z.string(),
      message_id: z.string(),
      sender_phone: z.string().nullable().meta({ description: 'Null when WhatsApp hides the number' }),
      sender_name: z.string().nullable(),
      message: z.string().meta({ description: 'The whole text' }),
      matched_keyword: z.string().nullable(),
      ...referenceFields,
      wa_timestamp: timestampOutput,
    })
    .meta({ id: 'GroupMessageData' }),
  toWire: (message: GroupMessage) => ({
    session_id: message.sessionId,
    group_id: message.groupId,
    wa_group_id: message.waGroupId,
    message_id: message.messageId,
    sender_phone: message.senderPhone,
    sender_name: message.senderName,
    message: message.text,
    matched_keyword: message.matchedKeyword,
    ...referencesToWire(message),
    wa_timestamp: toTimestamp(new Date(message.waTimestamp)),
  }),
  example: {
    tenantId: exampleValues.id,
    sessionId: exampleValues.id,
    groupId: exampleValues.id,
    waGroupId: exampleValues.waGroupId,
    messageId: exampleValues.id,
    senderPhone: exampleValues.phone,
    senderName: exampleValues.person,
    text: 'I am looking for a plumber',
    matchedKeyword: 'looking for',
    replyToId: null,
    quotedWaMessageId: null,
    mentions: [],
    waTimestamp: exampleValues.at,
  },
  subscribers: { webhooks: true, monitoredGroup: ({ groupId }) => groupId },
})

/** Messages were captured that wait for a model's word, in the transaction that captures them. */
export const analysisAwaited = defineEvent<{ tenantId: string; groupId: string; messageId: string }>(
  'group.analysis_awaited',
)

/** Makes and sends one answer to a lead; the planner of automatic answers does the work. */
export const respondJob = defineJob<{ tenantId: string; responseId: string }>('monitored-groups.respond', {
  concurrency: 5,
})

/** Hours until a person may be answered by itself again, and answers of a group a day, when nobody says otherwise. */
export const respondDefaults = { intervalHours: 24, dailyCap: 50 }

const aliases = { keyword: 'keywords', ai_prompt: 'ai_analysis' } as const
const mode = z
  .enum([...monitorModes, 'keyword', 'ai_prompt'])
  .transform((name): MonitorMode => (name === 'keyword' || name === 'ai_prompt' ? aliases[name] : name))
  .meta({
    description: '`keyword` and `ai_prompt` are accepted for `keywords` and `ai_analysis`',
    examples: ['first_message'],
  })
const keyword = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine(isUsableKeyword, 'must hold a letter, a digit or a sign')
const keywords = z
  .array(keyword)
  .max(500)
  .meta({ examples: [['looking for', 'urgent']] })
const keywordMatch = z.enum(keywordMatches).meta({
  description:
    '`start` (the default): a keyword begins a word; `word`: it is whole words; `anywhere`: it may stand within one. Scripts that write without spaces match anywhere',
})
const placeholder = /\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}/g
const known: ReadonlySet<string> = new Set(['name', 'phone', 'keyword'])
const template = z
  .string()
  .trim()
  .min(1)
  .max(4096)
  .refine((text) => [...text.matchAll(placeholder)].every(([, name = '']) => known.has(name)), {
    message:
      'only {{name}}, {{phone}} and {{keyword}} are known, each with a fallback such as {{name|there}}',
  })
  .nullable()
  .meta({ examples: ['Hi {{name|there}}, we can help you with {{keyword}}.'] })

/** A template with its placeholders filled in; what is unknown takes the fallback, else nothing. */
export function fillTemplate(text: string, values: Record<'name' | 'phone' | 'keyword', string | null>) {
  return text
    .replaceAll(placeholder, (_, name: 'name' | 'phone' | 'keyword', fallback?: string) => {
      return values[name] ?? fallback?.trim() ?? ''
    })
    .trim()
}

const settings = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(255)
    .nullable()
    .optional()
    .meta({
      description: 'Null follows the subject of the WhatsApp group',
      examples: ['Neighbourhood'],
    }),
  monitor_mode: mode.optional(),
  monitor_keywords: keywords.optional(),
  keywords: keywords.optional().meta({ description: 'Alias of `monitor_keywords`' }),
  keyword_match: keywordMatch.optional(),
  monitor_prompt: z.string().trim().max(4000).nullable().optional(),
  auto_respond: z.boolean().optional(),
  response_template: template.optional(),
  auto_label_leads: z.boolean().optional(),
  lead_label_id: uuidField.nullable().optional(),
  webhook_url: z
    .url()
    .max(2048)
    .nullable()
    .optional()
    .meta({ description: 'HTTPS address for the events of this group; private addresses are refused' }),
  is_active: z.boolean().optional(),
  skip_admins: z.boolean().optional().meta({ description: 'Leave out what admins of the group write' }),
  skip_existing_contacts: z
    .boolean()
    .optional()
    .meta({ description: 'Leave out who has a direct chat with the session already' }),
  auto_respond_interval_hours: z
    .int()
    .min(1)
    .max(8760)
    .optional()
    .meta({ description: 'No person is answered twice within so many hours, whichever group it writes in' }),
  auto_respond_daily_cap: z
    .int()
    .min(0)
    .max(1000)
    .optional()
    .meta({ description: 'Answers of this group per day (UTC)' }),
}

const waGroupId = z
  .string()
  .max(80)
  .transform((text, context) => {
    const chatId = parseChatId(text)
    if (chatId !== undefined && chatKind(chatId) === 'group') return chatId
    context.addIssue({ code: 'custom', message: 'must be the WhatsApp id of a group, ending in @g.us' })
    return z.NEVER
  })
  .meta({ examples: ['120363012345678901@g.us'] })

/** A group to monitor. */
export const createGroupBody = z.object({ session_id: uuidField, wa_group_id: waGroupId, ...settings }).meta({
  examples: [
    {
      session_id: '019c4c2e-6a00-7000-8000-000000000001',
      wa_group_id: '120363012345678901@g.us',
      name: 'Flats to let',
      monitor_mode: 'keywords',
      monitor_keywords: ['looking for', 'rooms'],
    },
  ],
})
/** What of it to change. */
export const updateGroupBody = z
  .object(settings)
  .meta({ examples: [{ name: 'Flats to let', monitor_keywords: ['looking for', 'rooms', 'flat'] }] })
/** Settings as a caller gives them. */
export type GroupSettingsInput = z.output<typeof updateGroupBody>

/** Path of a monitored group's messages. */
export const groupMessagesParams = z.object({ group_id: uuidField })
/** Path of a session's groups. */
export const availableParams = z.object({ session_id: uuidField })
/** Which of them. */
export const availableQuery = z.object({ monitored: booleanQuery().optional() })
/** Which page of groups or messages. */
export const pageOnly = z.object(pageQuery())

/** Keywords to try on what was said in a group; what is not given is the group's own. */
export const testKeywordsBody = z.object({
  keywords: z
    .array(keyword)
    .min(1)
    .max(500)
    .optional()
    .meta({ description: 'Default: those of the group', examples: [['leak', 'price']] }),
  keyword_match: keywordMatch.optional(),
  days: z.int().min(1).max(365).default(30).meta({ description: 'How far back to look' }),
  limit: z.int().min(1).max(500).default(100).meta({ description: 'Hits in the answer; all are counted' }),
})

/** What keywords would have found. */
export const testKeywordsAnswer = z
  .object({
    group_id: z.string(),
    keyword_match: z.enum(keywordMatches),
    days: z.int(),
    messages_checked: z.int(),
    messages_matched: z.int(),
    is_complete: z.boolean().meta({ description: 'False when only the newest messages were looked at' }),
    keywords: z.array(z.object({ keyword: z.string(), messages: z.int() })),
    hits: z
      .array(
        z.object({
          message_id: z.string(),
          sender_phone: z.string().nullable(),
          sender_name: z.string().nullable(),
          content_preview: z.string().nullable(),
          wa_timestamp: timestampOutput,
          keyword: z.string(),
          position: z.int().meta({ description: 'Characters of the text before the keyword' }),
        }),
      )
      .meta({ description: 'Newest message first; every keyword of a message where it stands first' }),
  })
  .meta({ id: 'KeywordTest', description: 'What keywords would have found' })

/** The monitored group object of the contract; the last two fields are additive. */
export const monitoredGroupObject = z
  .object({
    id: z.string(),
    session_id: z.string(),
    wa_group_id: z.string(),
    name: z.string(),
    monitor_mode: z.enum(monitorModes),
    monitor_keywords: z.array(z.string()),
    keyword_match: z.enum(keywordMatches),
    monitor_prompt: z.string().nullable(),
    auto_respond: z.boolean(),
    response_template: z.string().nullable(),
    auto_label_leads: z.boolean(),
    lead_label_id: z.string().nullable(),
    webhook_url: z.string().nullable(),
    skip_admins: z.boolean(),
    skip_existing_contacts: z.boolean(),
    is_active: z.boolean(),
    member_count: z.int(),
    leads_detected: z.int(),
    messages_processed: z.int().meta({ description: 'Messages that were looked at, captured or not' }),
    created_at: timestampOutput,
    updated_at: timestampOutput,
    auto_respond_interval_hours: z.int(),
    auto_respond_daily_cap: z.int(),
  })
  .meta({ id: 'MonitoredGroup', description: 'A WhatsApp group that is listened to' })

/** A monitored group on the wire. */
export type MonitoredGroupObject = z.infer<typeof monitoredGroupObject>

/** One page of monitored groups. */
export const groupListAnswer = z.object({
  items: z.array(monitoredGroupObject),
  ...pageAnswer,
})

/** The groups a session is in. */
export const availableAnswer = z.object({
  items: z.array(
    z.object({
      wa_group_id: z.string(),
      name: z.string(),
      member_count: z.int(),
      is_admin: z.boolean(),
      is_monitored: z.boolean(),
    }),
  ),
  total: z.int(),
})

/** One page of captured messages. */
export const groupMessagesAnswer = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      sender_phone: z.string().nullable(),
      sender_name: z.string().nullable(),
      content_preview: z.string().nullable(),
      wa_timestamp: timestampOutput,
      ai_analysis: z
        .object({
          intent: z.string(),
          lead_score: z.int(),
          confidence: z.number(),
          reason: z.string(),
        })
        .nullable(),
      matched_keyword: z.string().nullable(),
      awaiting_analysis: z.boolean(),
      wa_message_id: z.string(),
    }),
  ),
  ...pageAnswer,
  has_more: z.boolean(),
})
