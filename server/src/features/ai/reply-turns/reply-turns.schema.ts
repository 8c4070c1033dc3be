import { z } from 'zod'
import type { ChatId } from '../../../engine/ids.ts'
import { defineError } from '../../../platform/errors.ts'
import { defineJob } from '../../../platform/jobs/jobs.ts'
import { weekdays } from '../../../platform/office-hours.ts'
import { isTimeZone } from '../../../platform/time-zones.ts'
import { definePublicEvent, exampleValues } from '../../../public-event.ts'
import { timestampInput, timestampOutput, uuidField } from '../../../wire.ts'
import { replyModes } from './reply-turns.tables.ts'

export const turnOvertaken = defineError(
  'ai_turn_overtaken',
  409,
  'Something happened in the chat while the answer was written, so it was not sent',
)

/** Answers what waits in a chat: one at a time for each, delayed until the burst is over. */
export const turnJob = defineJob<{ tenantId: string; chatId: string }>('replies.turn', {
  concurrency: 4,
  isOrdered: true,
  retryLimit: 8,
})

const time = z
  .string()
  .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time such as 09:30')
  .meta({ examples: ['09:30'] })
const span = z.tuple([time, time]).meta({ examples: [['09:00', '17:00']] })
const day = z.array(span).max(6).optional()
const officeHours = z.object({
  time_zone: z
    .string()
    .refine(isTimeZone, 'must be the IANA name of a time zone, such as Europe/Berlin')
    .meta({ examples: ['Europe/Berlin'] }),
  days: z
    .object(
      Object.fromEntries(weekdays.map((name) => [name, day])) as Record<
        (typeof weekdays)[number],
        typeof day
      >,
    )
    .meta({
      description:
        'A day that is missing is closed; a span that ends before it begins goes into the next day',
    }),
  holidays: z
    .array(z.iso.date())
    .max(400)
    .default([])
    .meta({ description: 'Days on which nobody is there', examples: [['2026-12-25']] }),
})

const text = (most: number) => z.string().trim().min(1).max(most).nullable()

/** How a session answers by itself, under the names of the wire: it is data to everybody. */
export const replySettingsSchema = z
  .object({
    mode: z.enum(replyModes).meta({ description: '`draft` keeps answers for people, `auto` sends them' }),
    in_groups: z
      .enum(['off', 'mentioned'])
      .meta({ description: 'Whether it answers who mentions or quotes it' }),
    debounce_seconds: z.int().min(0).max(120).meta({ description: 'One answer to all that comes within it' }),
    pause_hours: z
      .number()
      .min(0)
      .max(720)
      .meta({ description: 'Silence after a person answered, here or on the phone' }),
    hand_over_hours: z
      .number()
      .min(0.1)
      .max(720)
      .meta({ description: 'Silence after a chat was handed over' }),
    hand_over_words: z
      .array(z.string().trim().min(1).max(80))
      .max(200)
      .nullable()
      .meta({ description: 'Lead to a person before a model is asked; null: the words of the product' }),
    hand_over_message: text(1000).meta({
      description: 'Null: the words of the product in the language of the contact',
    }),
    hand_over_label_id: uuidField.nullable().meta({ description: 'Label for a chat that was handed over' }),
    when_unknown: z
      .enum(['hand_over', 'silent'])
      .meta({ description: 'What happens when the documents do not hold the answer' }),
    office_hours: officeHours.nullable(),
    office_hours_active: z.enum(['inside', 'outside']).meta({ description: 'When it answers' }),
    office_hours_notice: text(1000).meta({
      description: 'Sent once for each time in which it does not answer',
    }),
    max_per_chat_per_day: z.int().min(1).max(1000),
    max_per_day: z.int().min(1).max(100_000),
    max_turns: z
      .int()
      .min(2)
      .max(100)
      .meta({ description: 'Answers in a row, without an hour between them, after which a person looks' }),
    disclosure: text(500).meta({
      description: 'Stands before the first answer to somebody; null: the words of the product',
    }),
    use_rag: z.boolean(),
    apply_style: z.boolean(),
    profile_id: uuidField.nullable(),
  })
  .meta({ id: 'AutoReplySettings', description: 'How a session answers by itself' })

/** Settings of a session. */
export type ReplySettings = z.output<typeof replySettingsSchema>

/** A session that nobody has set up: it is silent. */
export const replyDefaults: ReplySettings = {
  mode: 'off',
  in_groups: 'mentioned',
  debounce_seconds: 10,
  pause_hours: 12,
  hand_over_hours: 24,
  hand_over_words: null,
  hand_over_message: null,
  hand_over_label_id: null,
  when_unknown: 'hand_over',
  office_hours: null,
  office_hours_active: 'inside',
  office_hours_notice: null,
  max_per_chat_per_day: 20,
  max_per_day: 500,
  max_turns: 10,
  disclosure: null,
  use_rag: true,
  apply_style: true,
  profile_id: null,
}

/** A change of them. */
export const changeReplySettingsBody = replySettingsSchema
  .partial()
  .meta({ id: 'ChangeAutoReplySettings', examples: [{ mode: 'draft', debounce_seconds: 10 }] })

/** Path of a session's settings. */
export const replySessionParams = z.object({ session_id: uuidField })
/** Path of where a chat stands. */
export const replyChatParams = z.object({
  session_id: uuidField,
  chat_id: z.string().meta({ examples: [exampleValues.chatId] }),
})

/** Where a chat stands, as the API shows it. */
export const replyChatSchema = z
  .object({
    session_id: z.string(),
    chat_id: z.string().meta({ description: 'The internal chat record' }),
    wa_chat_id: z.string(),
    mode: z.enum(replyModes).nullable().meta({ description: 'Null: as the session' }),
    effective_mode: z.enum(replyModes),
    paused_until: timestampOutput.nullable(),
    handed_over_at: timestampOutput.nullable(),
    answers_today: z.int(),
    last_outcome: z.enum(['answered', 'drafted', 'handed_over', 'notified', 'silent']).nullable(),
    last_reason: z
      .string()
      .nullable()
      .meta({ description: 'Why it was silent, drafted or handed over', examples: ['person_answered'] }),
    last_outcome_at: timestampOutput.nullable(),
  })
  .meta({ id: 'AutoReplyChat', description: 'Where automatic answers to a chat stand' })

/** A change of where a chat stands. */
export const changeReplyChatBody = z
  .object({
    mode: z.enum(replyModes).nullable().optional(),
    handled_by: z
      .enum(['auto', 'person'])
      .optional()
      .meta({ description: '`auto` ends every pause now, `person` begins one' }),
    paused_until: timestampInput().optional().meta({ description: 'With `person`: when the pause ends' }),
  })
  .superRefine(({ handled_by: by, paused_until: until }, context) => {
    if (until === undefined || by === 'person') return
    context.addIssue({ code: 'custom', path: ['paused_until'], message: 'needs handled_by: person' })
  })
  .meta({ examples: [{ handled_by: 'auto' }] })

/** Why a chat was handed over. */
export const handOverReasons = [
  'asked',
  'decided',
  'unknown',
  'injection',
  'automatic_peer',
  'person',
] as const
/** One of them. */
export type HandOverReason = (typeof handOverReasons)[number]

/** A chat is a person's matter now. */
export interface HandedOver {
  tenantId: string
  sessionId: string
  chatId: ChatId
  reason: HandOverReason
  /** ISO 8601: until then the machine is silent. */
  until: string
}

const { id, chatId, at } = exampleValues

/** A chat was handed over; once, in the transaction that does so. */
export const handedOver = definePublicEvent({
  name: 'ai.handed_over',
  scope: 'ai:read',
  description: 'A chat is a person’s matter now: somebody asked for one, or the machine does not go on.',
  data: z
    .object({
      session_id: z.string(),
      chat_id: z.string().meta({ examples: [chatId] }),
      reason: z.enum(handOverReasons),
      paused_until: timestampOutput,
    })
    .meta({ id: 'AiHandedOverData' }),
  toWire: (over: HandedOver) => ({
    session_id: over.sessionId,
    chat_id: over.chatId,
    reason: over.reason,
    paused_until: `${over.until.slice(0, 19)}Z`,
  }),
  example: { tenantId: id, sessionId: id, chatId, reason: 'asked', until: at },
  subscribers: { webhooks: true },
})
