import { freshRule, type Rule, ruleOf, toRuleBody } from '../../../kit/rule.ts'
import type { Schedule, ScheduleBody, ScheduleChange } from '../queries.ts'

/** To whom something is sent. */
export const targetKinds = ['list', 'person', 'group', 'channel'] as const
/** One of them. */
export type TargetKind = (typeof targetKinds)[number]

/** What the editor holds. */
export interface Fields {
  name: string
  sessionId: string
  target: TargetKind
  listId: string
  phone: string
  groupId: string
  channelId: string
  text: string
  /** Texts to choose from; the editor keeps them as they are. */
  variants: readonly string[] | null
  mediaUrl: string
  rule: Rule
  missed: 'run_once' | 'skip'
  isOnce: boolean
  isQuiet: boolean
  quietStart: string
  quietEnd: string
  /** Empty for no limit. */
  withinMinutes: string
}

/** A new one; quiet hours are offered as on. */
export function freshFields(now: number, timezone: string, channelId: string | undefined): Fields {
  return {
    name: '',
    sessionId: '',
    target: channelId === undefined ? 'list' : 'channel',
    listId: '',
    phone: '',
    groupId: '',
    channelId: channelId ?? '',
    text: '',
    variants: null,
    mediaUrl: '',
    rule: freshRule(now, timezone),
    missed: 'run_once',
    isOnce: false,
    isQuiet: true,
    quietStart: '21:00',
    quietEnd: '09:00',
    withinMinutes: '',
  }
}

function targetOf(schedule: Schedule): Pick<Fields, 'target' | 'listId' | 'phone' | 'groupId' | 'channelId'> {
  const { chat_id: chat, custom_group_id: list, channel_id: channel } = schedule
  const isGroup = chat?.endsWith('@g.us') === true
  return {
    target: list !== null ? 'list' : channel !== null ? 'channel' : isGroup ? 'group' : 'person',
    listId: list ?? '',
    phone: chat === null || isGroup ? '' : `+${chat.split('@')[0] ?? ''}`,
    groupId: isGroup ? (chat ?? '') : '',
    channelId: channel ?? '',
  }
}

/** What a schedule has, to be changed. */
export function fieldsOf(schedule: Schedule, now: number): Fields {
  const { quiet_hours: quiet, send_within_minutes: within } = schedule
  return {
    ...targetOf(schedule),
    name: schedule.name,
    sessionId: schedule.session_id,
    text: schedule.message_content ?? '',
    variants: schedule.variants,
    mediaUrl: schedule.media_url ?? '',
    rule: ruleOf(schedule, now),
    missed: schedule.missed_runs,
    isOnce: schedule.once_per_contact,
    isQuiet: quiet !== null,
    quietStart: quiet?.start ?? '21:00',
    quietEnd: quiet?.end ?? '09:00',
    withinMinutes: within === null ? '' : String(within),
  }
}

function contentOf({ text, variants, mediaUrl }: Fields) {
  const media = mediaUrl.trim()
  return {
    ...(variants === null && text.trim() !== '' ? { message_content: text.trim() } : {}),
    media_url: media === '' ? null : media,
  }
}

function policyOf({ target, missed, isOnce, isQuiet, quietStart, quietEnd, withinMinutes }: Fields) {
  const isList = target === 'list'
  return {
    missed_runs: missed,
    send_within_minutes: withinMinutes === '' ? null : Number(withinMinutes),
    ...(isList
      ? { once_per_contact: isOnce, quiet_hours: isQuiet ? { start: quietStart, end: quietEnd } : null }
      : {}),
  }
}

const targetBody = ({ target, listId, phone, groupId, channelId }: Fields) =>
  ({
    list: { custom_group_id: listId },
    person: { chat_id: phone.trim() },
    group: { chat_id: groupId },
    channel: { channel_id: channelId },
  })[target]

/** What makes it. */
export function toBody(fields: Fields): ScheduleBody {
  return {
    name: fields.name.trim(),
    session_id: fields.sessionId,
    ...targetBody(fields),
    ...contentOf(fields),
    ...toRuleBody(fields.rule),
    ...policyOf(fields),
  }
}

/** What changes it; a rule that was left alone is not sent, so that nothing is armed anew. */
export function toChange(fields: Fields, before: Fields): ScheduleChange {
  const isSameRule = JSON.stringify(fields.rule) === JSON.stringify(before.rule)
  return {
    name: fields.name.trim(),
    ...contentOf(fields),
    ...(isSameRule ? {} : toRuleBody(fields.rule)),
    ...policyOf(fields),
  }
}

/** Whether a target is chosen. */
export function hasTarget({ target, listId, phone, groupId, channelId }: Fields): boolean {
  return { list: listId, person: phone.trim(), group: groupId, channel: channelId }[target] !== ''
}
