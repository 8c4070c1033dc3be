import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError, notFound, unknownThing, validationFailed } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import { requireBelowLimit, requireFeature } from '../../account/plans/plans.service.ts'
import { lockTenant } from '../../account/tenants/tenants.service.ts'
import { displayName } from '../../conversations/contacts/contacts.service.ts'
import { getLabel } from '../../conversations/labels/labels.service.ts'
import { storeGroup } from '../../groups/wa-groups/group-updates.service.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import {
  openGroupUrl,
  requireWebhookUrl,
  sealGroupUrl,
  storeGroupEndpoint,
} from '../../webhooks/webhooks/webhooks.service.ts'
import { clearLabel } from './capture.store.ts'
import {
  alreadyMonitored,
  type availableAnswer,
  type createGroupBody,
  type GroupSettingsInput,
  type groupListAnswer,
  type groupMessagesAnswer,
  type MonitoredGroupObject,
  respondDefaults,
} from './monitored-groups.schema.ts'
import * as store from './monitored-groups.store.ts'
import type { MonitoredGroupRow } from './monitored-groups.tables.ts'
import { announceWatched } from './watched-groups.ts'

/** How many groups a tenant monitors: for the plan gate `max_groups`. */
export function countMonitoredGroups(sql: Sql, tenantId: string): Promise<number> {
  return store.countGroups(sql, tenantId)
}

function toWire(ctx: Context, row: store.ShownGroup): MonitoredGroupObject {
  return {
    id: row.id,
    session_id: row.sessionId,
    wa_group_id: row.waGroupId,
    name: row.shownName,
    monitor_mode: row.monitorMode,
    monitor_keywords: row.monitorKeywords,
    keyword_match: row.keywordMatch,
    monitor_prompt: row.monitorPrompt,
    auto_respond: row.autoRespond,
    response_template: row.responseTemplate,
    auto_label_leads: row.autoLabelLeads,
    lead_label_id: row.leadLabelId,
    webhook_url: openGroupUrl(ctx, row.id, row.webhookUrl),
    skip_admins: row.skipAdmins,
    skip_existing_contacts: row.skipExistingContacts,
    is_active: row.isActive,
    member_count: row.shownMembers,
    leads_detected: row.leadsDetected,
    messages_processed: row.messagesProcessed,
    created_at: toTimestamp(row.createdAt),
    updated_at: toTimestamp(row.updatedAt),
    auto_respond_interval_hours: row.autoRespondIntervalHours,
    auto_respond_daily_cap: row.autoRespondDailyCap,
  }
}

type Settings = Omit<
  MonitoredGroupRow,
  'id' | 'tenantId' | 'sessionId' | 'waGroupId' | 'memberCount' | 'createdAt' | 'updatedAt'
>

/** How a group is monitored when nobody says otherwise. */
export const defaultSettings: Settings = {
  name: null,
  monitorMode: 'first_message',
  monitorKeywords: [],
  keywordMatch: 'start',
  monitorPrompt: null,
  autoRespond: false,
  responseTemplate: null,
  autoRespondIntervalHours: respondDefaults.intervalHours,
  autoRespondDailyCap: respondDefaults.dailyCap,
  autoLabelLeads: false,
  leadLabelId: null,
  webhookUrl: null,
  skipAdmins: false,
  skipExistingContacts: false,
  isActive: true,
}

/** What is given, over what was. */
function merge(before: Settings, input: GroupSettingsInput): Settings {
  const given: { [K in keyof Settings]: Settings[K] | undefined } = {
    name: input.name,
    monitorMode: input.monitor_mode,
    monitorKeywords: input.monitor_keywords ?? input.keywords,
    keywordMatch: input.keyword_match,
    monitorPrompt: input.monitor_prompt,
    autoRespond: input.auto_respond,
    responseTemplate: input.response_template,
    autoRespondIntervalHours: input.auto_respond_interval_hours,
    autoRespondDailyCap: input.auto_respond_daily_cap,
    autoLabelLeads: input.auto_label_leads,
    leadLabelId: input.lead_label_id,
    webhookUrl: input.webhook_url,
    skipAdmins: input.skip_admins,
    skipExistingContacts: input.skip_existing_contacts,
    isActive: input.is_active,
  }
  const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const after = { ...before, ...changes }
  return { ...after, monitorKeywords: [...new Set(after.monitorKeywords)] }
}

function refuseField(field: string, message: string): never {
  throw validationFailed.create({
    message: `${field}: ${message}`,
    details: { errors: [{ field, message }] },
  })
}

/** What needs each other: 422 when it is missing. */
function requireComplete({ monitorMode, monitorKeywords, autoLabelLeads, leadLabelId }: Settings): void {
  if (monitorMode === 'keywords' && monitorKeywords.length === 0)
    refuseField('monitor_keywords', 'at least one is needed in the mode keywords')
  if (autoLabelLeads && leadLabelId === null)
    refuseField('lead_label_id', 'needed to label leads (auto_label_leads)')
}

/** What the rest of the product must allow: the plan the mode, the network the address; the label must exist. */
async function requireAllowed(ctx: Context, input: GroupSettingsInput): Promise<void> {
  if (input.monitor_mode === 'ai_analysis') await requireFeature(ctx, 'ai')
  if (typeof input.lead_label_id === 'string') await getLabel(ctx, input.lead_label_id)
  if (typeof input.webhook_url === 'string') await requireWebhookUrl(ctx, input.webhook_url)
}

/** One page of the tenant's monitored groups. */
export async function getGroups(
  ctx: Context,
  { limit, offset }: { limit: number; offset: number },
): Promise<z.infer<typeof groupListAnswer>> {
  const tenantId = tenantOf(ctx)
  const rows = await store.listGroups(ctx.db.sql, tenantId, limit, offset)
  const total = await store.countGroups(ctx.db.sql, tenantId)
  return { items: rows.map((row) => toWire(ctx, row)), total, limit, offset }
}

/** One monitored group, or 404. */
export async function getGroup(
  ctx: Context,
  id: string,
  sql: Sql = ctx.db.sql,
): Promise<MonitoredGroupObject> {
  const row = await store.findGroup(sql, tenantOf(ctx), id)
  if (row === undefined) throw unknownThing('Monitored group')
  return toWire(ctx, row)
}

/** The group as WhatsApp describes it; to whom it does not belong it is unknown. */
async function describe(ctx: Context, sessionId: string, waGroupId: string) {
  try {
    return await ctx.engine.groups.get(sessionId, waGroupId)
  } catch (error) {
    if (!(error instanceof AppError) || (error.status !== 403 && error.status !== 404)) throw error
    throw notFound.create({ message: 'The session is in no such group', cause: error })
  }
}

/** Seals addresses of the time before they were. */
export async function sealStoredGroupUrls(ctx: Context): Promise<void> {
  for (const { id, url } of await store.listPlainUrls(ctx.db.sql))
    await store.replaceUrl(ctx.db.sql, id, url, sealGroupUrl(ctx, id, url))
}

/** Listens to a group from now on; whoever spoke in it before is no new member. */
export async function addGroup(
  ctx: Context,
  input: z.output<typeof createGroupBody>,
): Promise<MonitoredGroupObject> {
  const { session_id: sessionId, wa_group_id: waGroupId } = input
  const tenantId = tenantOf(ctx)
  const hasKeywordsOnly =
    input.monitor_mode === undefined && (input.monitor_keywords ?? input.keywords ?? []).length > 0
  const settings = merge(
    hasKeywordsOnly ? { ...defaultSettings, monitorMode: 'keywords' } : defaultSettings,
    input,
  )
  requireComplete(settings)
  await getWorkingSession(ctx, sessionId)
  await requireAllowed(ctx, input)
  const group = await describe(ctx, sessionId, waGroupId)
  await storeGroup(ctx, tenantId, sessionId, group)
  const id = ctx.ids.uuid()
  const now = ctx.clock.now()
  return ctx.db.transaction(async (sql) => {
    await lockTenant(sql, tenantId)
    const { memberCount } = group
    const row = {
      ...settings,
      webhookUrl: sealGroupUrl(ctx, id, settings.webhookUrl),
      id,
      tenantId,
      sessionId,
      waGroupId,
      memberCount,
      createdAt: now,
      updatedAt: now,
    }
    if ((await store.listMonitoredIds(sql, tenantId, sessionId)).has(waGroupId))
      throw alreadyMonitored.create()
    await requireBelowLimit(ctx, sql, 'max_groups', await store.countGroups(sql, tenantId))
    if (!(await store.insertGroup(sql, row))) throw alreadyMonitored.create()
    if (settings.monitorMode === 'first_message') await store.seedSpeakers(sql, tenantId, id)
    return finish(ctx, sql, id, sessionId, settings.webhookUrl)
  })
}

/** Stores the group's endpoint, publishes the change and answers the group as it is now. */
async function finish(
  ctx: Context,
  sql: Sql,
  id: string,
  sessionId: string,
  webhookUrl: string | null | undefined,
): Promise<MonitoredGroupObject> {
  const object = await getGroup(ctx, id, sql)
  if (webhookUrl !== undefined)
    await storeGroupEndpoint(ctx, sql, { groupId: id, name: object.name, url: webhookUrl })
  await announceWatched(ctx, sql, [sessionId])
  return object
}

/** Changes what is given. */
export async function changeGroup(
  ctx: Context,
  id: string,
  input: GroupSettingsInput,
): Promise<MonitoredGroupObject> {
  const tenantId = tenantOf(ctx)
  if ((await store.findGroup(ctx.db.sql, tenantId, id)) === undefined) throw unknownThing('Monitored group')
  await requireAllowed(ctx, input)
  return ctx.db.transaction(async (sql) => {
    const before = await store.lockGroup(sql, tenantId, id)
    if (before === undefined) throw unknownThing('Monitored group')
    const { webhook_url: url } = input
    const merged = merge(before, input)
    const after = url === undefined ? merged : { ...merged, webhookUrl: sealGroupUrl(ctx, id, url) }
    requireComplete(after)
    await store.updateGroup(sql, tenantId, id, { ...after, updatedAt: ctx.clock.now() })
    const isNewMode = after.monitorMode === 'first_message' && before.monitorMode !== 'first_message'
    if (isNewMode) await store.seedSpeakers(sql, tenantId, id)
    return finish(ctx, sql, id, before.sessionId, input.webhook_url)
  })
}

/** Stops listening; what was captured goes, the leads stay. */
export async function removeGroup(ctx: Context, id: string): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    const sessionId = await store.deleteGroup(sql, tenantOf(ctx), id)
    if (sessionId === undefined) throw unknownThing('Monitored group')
    await announceWatched(ctx, sql, [sessionId])
  })
}

/** Removes a label that is gone, in the transaction that deletes it. */
export async function releaseLabel(ctx: Context, sql: Sql, labelId: string): Promise<void> {
  await announceWatched(ctx, sql, await clearLabel(sql, tenantOf(ctx), labelId))
}

/** The groups a session is in, by name, and whether they are monitored. */
export async function getAvailable(
  ctx: Context,
  sessionId: string,
  isMonitored: boolean | undefined,
): Promise<z.infer<typeof availableAnswer>> {
  await getWorkingSession(ctx, sessionId)
  const groups = await ctx.engine.groups.list(sessionId)
  const monitored = await store.listMonitoredIds(ctx.db.sql, tenantOf(ctx), sessionId)
  const items = groups
    // Nothing is said in a community itself, only in its groups.
    .filter(({ isCommunity }) => !isCommunity)
    .map((group) => ({
      wa_group_id: group.chatId,
      name: group.subject,
      member_count: group.memberCount,
      is_admin: group.isAdmin,
      is_monitored: monitored.has(group.chatId),
    }))
    .filter((group) => isMonitored === undefined || group.is_monitored === isMonitored)
    .sort((a, b) => a.name.localeCompare(b.name) || (a.wa_group_id < b.wa_group_id ? -1 : 1))
  return { items, total: items.length }
}

/** One page of what was captured in a group, newest first. */
export async function getCaptured(
  ctx: Context,
  groupId: string,
  { limit, offset }: { limit: number; offset: number },
): Promise<z.infer<typeof groupMessagesAnswer>> {
  const tenantId = tenantOf(ctx)
  await getGroup(ctx, groupId)
  const rows = await store.listCaptured(ctx.db.sql, tenantId, groupId, limit, offset)
  const total = await store.countCaptured(ctx.db.sql, tenantId, groupId)
  const items = rows.map((row) => ({
    id: row.id,
    sender_phone: phoneOf(row.phone),
    sender_name: displayName(row),
    content_preview: row.preview,
    wa_timestamp: toTimestamp(new Date(row.waTimestamp)),
    ai_analysis: row.aiAnalysis,
    matched_keyword: row.matchedKeyword,
    awaiting_analysis: row.isAwaitingAnalysis,
    wa_message_id: row.waMessageId,
  }))
  return { items, total, limit, offset, has_more: offset + items.length < total }
}
