import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { MessageReceived } from '../../conversations/messages/message-events.schema.ts'
import { detectLeads, type LeadSignal } from '../detection/leads.service.ts'
import {
  countLeads,
  type GroupCount,
  insertCaptured,
  insertSpeakers,
  listAdmins,
  listKnownSpeakers,
  type NewCapture,
  recordMessages,
  type Speaker,
} from './capture.store.ts'
import { followLeads } from './follow-leads.service.ts'
import { analysisAwaited, type GroupMessage, groupMessageCaptured } from './monitored-groups.schema.ts'
import type { MonitorMode } from './monitored-groups.tables.ts'
import { getWatched, type WatchedGroup } from './watched-groups.ts'

/** A message in a monitored group. */
export interface MonitoredMessage {
  message: Pick<
    MessageReceived,
    | 'tenantId'
    | 'sessionId'
    | 'messageId'
    | 'senderPhone'
    | 'senderName'
    | 'senderContactId'
    | 'text'
    | 'replyToId'
    | 'quotedWaMessageId'
    | 'mentions'
    | 'waTimestamp'
  >
  group: WatchedGroup
  keyword: string | null
}

/** Modes whose captures speak of interest; what `ai_analysis` captures waits for its analysis. */
export const leadModes: ReadonlySet<MonitorMode> = new Set(['keywords', 'mentions', 'first_message'])

const keyOf = ({ group, message }: MonitoredMessage): string => `${group.id} ${message.senderContactId}`

/** Messages of monitored groups. A reaction says nothing; what could not be read comes again when it can. */
async function selectMonitored(
  ctx: Context,
  sql: Sql,
  messages: readonly MessageReceived[],
): Promise<{ monitored: MonitoredMessage[]; wanted: MonitoredMessage[] }> {
  const monitored: MonitoredMessage[] = []
  const wanted: MonitoredMessage[] = []
  for (const message of messages) {
    const { isGroup, messageType, sessionId, chatId, text, mentions } = message
    if (!isGroup || messageType === 'reaction' || messageType === 'unknown') continue
    const { groups, ownChatId } = await getWatched(ctx, sql, sessionId)
    const group = groups.get(chatId)
    if (group === undefined) continue
    const keyword = group.monitorMode === 'keywords' ? (group.matcher().find(text) ?? null) : null
    const entry: MonitoredMessage = { message, group, keyword }
    monitored.push(entry)
    if (group.monitorMode === 'keywords' && keyword === null) continue
    if (group.monitorMode === 'mentions' && (ownChatId === null || !mentions.includes(ownChatId))) continue
    wanted.push(entry)
  }
  return { monitored, wanted }
}

function speakersOf(monitored: readonly MonitoredMessage[]): Speaker[] {
  return monitored.flatMap(({ group, message: { senderContactId: contactId } }) =>
    contactId === null ? [] : [{ groupId: group.id, contactId }],
  )
}

/** Without admins and people the session knows, where the group's settings say so. */
export async function withoutSkipped(
  ctx: Context,
  sql: Sql,
  monitored: readonly MonitoredMessage[],
): Promise<readonly MonitoredMessage[]> {
  const careful = monitored.filter(({ group }) => group.skipAdmins)
  const curious = monitored.filter(({ group }) => group.skipExistingContacts)
  if (careful.length + curious.length === 0) return monitored
  const none = new Set<string>()
  const tenantId = tenantOf(ctx)
  const admins = careful.length === 0 ? none : await listAdmins(sql, tenantId, speakersOf(careful))
  const known = curious.length === 0 ? none : await listKnownSpeakers(sql, tenantId, speakersOf(curious))
  return monitored.filter((entry) => {
    const { skipAdmins, skipExistingContacts } = entry.group
    const key = keyOf(entry)
    return !(skipAdmins && admins.has(key)) && !(skipExistingContacts && known.has(key))
  })
}

/** In the mode first_message only what a member says first, however many say it at once. */
async function onlyFirst(
  ctx: Context,
  sql: Sql,
  monitored: readonly MonitoredMessage[],
): Promise<readonly MonitoredMessage[]> {
  const firsts = monitored.filter(({ group }) => group.monitorMode === 'first_message')
  if (firsts.length === 0) return monitored
  const left = await insertSpeakers(sql, tenantOf(ctx), speakersOf(firsts))
  return monitored.filter((entry) => entry.group.monitorMode !== 'first_message' || left.delete(keyOf(entry)))
}

function countByGroup(monitored: readonly MonitoredMessage[]): GroupCount[] {
  const counts = new Map<string, number>()
  for (const { group } of monitored) counts.set(group.id, (counts.get(group.id) ?? 0) + 1)
  return [...counts].map(([id, messages]) => ({ id, messages }))
}

/** Whether everything that the group's mode wants is captured, whoever says it. */
const isForAll = ({ group }: MonitoredMessage): boolean =>
  !group.skipAdmins && !group.skipExistingContacts && group.monitorMode !== 'first_message'

/** What is stored of it. */
export function toCapture({ message, group, keyword }: MonitoredMessage): NewCapture {
  return {
    messageId: message.messageId,
    groupId: group.id,
    matchedKeyword: keyword,
    isAwaitingAnalysis: group.monitorMode === 'ai_analysis',
    waTimestamp: message.waTimestamp,
  }
}

/** Counts monitored messages and stores what is captured of the wanted ones; answers it. */
async function capture(
  ctx: Context,
  sql: Sql,
  monitored: readonly MonitoredMessage[],
  wanted: readonly MonitoredMessage[],
): Promise<readonly MonitoredMessage[]> {
  const tenantId = tenantOf(ctx)
  const counts = countByGroup(monitored)
  const active = await recordMessages(sql, tenantId, counts, wanted.filter(isForAll).map(toCapture))
  const open = wanted.filter(({ group }) => active.has(group.id))
  if (open.every(isForAll)) return open
  const captured = await onlyFirst(ctx, sql, await withoutSkipped(ctx, sql, open))
  await insertCaptured(sql, tenantId, captured.filter((entry) => !isForAll(entry)).map(toCapture))
  return captured
}

function toEvent({ message, group, keyword }: MonitoredMessage): GroupMessage {
  return {
    tenantId: message.tenantId,
    sessionId: message.sessionId,
    groupId: group.id,
    waGroupId: group.waGroupId,
    messageId: message.messageId,
    senderPhone: message.senderPhone,
    senderName: message.senderName,
    text: message.text,
    matchedKeyword: keyword,
    replyToId: message.replyToId,
    quotedWaMessageId: message.quotedWaMessageId,
    mentions: message.mentions,
    waTimestamp: message.waTimestamp,
  }
}

/** That its analysis is awaited. */
export const toAwaited = ({ message, group }: MonitoredMessage) => ({
  tenantId: message.tenantId,
  groupId: group.id,
  messageId: message.messageId,
})

/** What of it speaks of interest. */
export function signalsOf(captured: readonly MonitoredMessage[]): LeadSignal[] {
  return captured.flatMap(({ message, group, keyword }) => {
    const { senderContactId: contactId } = message
    if (contactId === null || !leadModes.has(group.monitorMode)) return []
    return {
      tenantId: message.tenantId,
      sessionId: message.sessionId,
      groupId: group.id,
      waGroupId: group.waGroupId,
      groupName: group.shownName,
      monitorMode: group.monitorMode,
      contactId,
      contactPhone: message.senderPhone,
      contactName: message.senderName,
      messageId: message.messageId,
      text: message.text,
      matchedKeyword: keyword,
      at: new Date(message.waTimestamp),
    }
  })
}

/**
 * Listens to what was said in monitored groups, in the transaction that stores it: counts it, keeps what the group's
 * mode captures, publishes it, makes leads of it and answers them.
 */
export async function captureMessages(
  ctx: Context,
  sql: Sql,
  messages: readonly MessageReceived[],
): Promise<void> {
  const { monitored, wanted } = await selectMonitored(ctx, sql, messages)
  if (monitored.length === 0) return
  await followCaptured(ctx, sql, await capture(ctx, sql, monitored, wanted))
}

/** Publishes what was captured, makes leads of it and answers them, in the transaction that stores it. */
export async function followCaptured(
  ctx: Context,
  sql: Sql,
  captured: readonly MonitoredMessage[],
): Promise<void> {
  if (captured.length === 0) return
  await ctx.events.publishMany(sql, groupMessageCaptured, captured.map(toEvent))
  const awaiting = captured.filter(({ group }) => group.monitorMode === 'ai_analysis')
  await ctx.events.publishMany(sql, analysisAwaited, awaiting.map(toAwaited))
  const leads = await detectLeads(ctx, sql, signalsOf(captured))
  const fresh = countByGroup(captured.filter(({ message }) => leads.get(message.messageId)?.isNewInGroup))
  await countLeads(sql, tenantOf(ctx), fresh)
  const followed = captured.flatMap(({ message, group }) => {
    const lead = leads.get(message.messageId)
    return lead === undefined ? [] : { message, group, isNew: lead.isNew }
  })
  await followLeads(ctx, sql, followed)
}
