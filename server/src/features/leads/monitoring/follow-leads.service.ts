import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { getTenantPlan } from '../../account/plans/plans.service.ts'
import { getSettingsWithin } from '../../account/settings/settings.service.ts'
import { resolveChats } from '../../conversations/chats/chats.service.ts'
import { waChatIdOf } from '../../conversations/contacts/contacts.service.ts'
import { mergeContactsWith } from '../../conversations/inbound/merge-contacts.service.ts'
import { labelChat } from '../../conversations/labels/labels.service.ts'
import type { MessageReceived } from '../../conversations/messages/message-events.schema.ts'
import {
  claimResponse,
  countResponses,
  type DueResponse,
  findAddresses,
  findDueResponse,
  insertResponse,
  settleResponse,
} from './capture.store.ts'
import { respondJob } from './monitored-groups.schema.ts'
import type { WatchedGroup } from './watched-groups.ts'

export type { DueResponse } from './capture.store.ts'

const hourMs = 3_600_000

/** A message that is a lead's. */
export interface LeadMessage {
  message: Pick<MessageReceived, 'messageId' | 'sessionId' | 'senderContactId'>
  group: WatchedGroup
  /** It made the lead. */
  isNew: boolean
}

/**
 * Puts the group's label on the direct chat of a new lead, which may begin with it. Only of a new one: whoever takes the
 * label off does not get it back with the next message.
 */
async function labelLead(ctx: Context, sql: Sql, { message, group, isNew }: LeadMessage): Promise<void> {
  const { senderContactId: contactId, sessionId } = message
  const { autoLabelLeads, leadLabelId: labelId } = group
  if (!isNew || !autoLabelLeads || labelId === null || contactId === null) return
  const tenantId = tenantOf(ctx)
  const person = await findAddresses(sql, tenantId, contactId)
  if (person === undefined) return
  const address = { chatId: waChatIdOf(person), person: { ...person, pushName: null } }
  const [found] = await resolveChats(ctx, sql, tenantId, sessionId, [address], mergeContactsWith(ctx))
  if (found !== undefined) await labelChat(ctx, sql, { tenantId, chatId: found.chat.id, labelId })
}

/** Without a template a model writes the answer, where the tenant has one and has consented. */
async function canAnswer(ctx: Context, sql: Sql, { responseTemplate }: WatchedGroup): Promise<boolean> {
  if (responseTemplate !== null) return true
  const { aiConsentEnabled } = await getSettingsWithin(ctx, sql, tenantOf(ctx))
  return aiConsentEnabled && (await getTenantPlan(ctx, tenantOf(ctx))).features.has('ai')
}

/** Lets a lead's message be answered, unless the person or the group had its share; the answer is made by a job. */
async function planResponse(ctx: Context, sql: Sql, { message, group }: LeadMessage): Promise<void> {
  const { senderContactId: contactId, messageId } = message
  if (!group.autoRespond || contactId === null || !(await canAnswer(ctx, sql, group))) return
  const tenantId = tenantOf(ctx)
  const now = ctx.clock.now()
  const today = new Date(now)
  today.setUTCHours(0, 0, 0, 0)
  // The group's row is held by this transaction, so nobody else counts at the same moment.
  if ((await countResponses(sql, tenantId, group.id, today)) >= group.autoRespondDailyCap) return
  const since = new Date(now.getTime() - group.autoRespondIntervalHours * hourMs)
  if (!(await claimResponse(sql, { tenantId, contactId, since, now }))) return
  const id = ctx.ids.uuid()
  await insertResponse(sql, {
    id,
    tenantId,
    groupId: group.id,
    contactId,
    messageId,
    status: 'pending',
    createdAt: now,
  })
  await ctx.jobs.add(sql, respondJob, { tenantId, responseId: id })
}

/** What follows when messages became leads, in the transaction that captures them. */
export async function followLeads(ctx: Context, sql: Sql, leads: readonly LeadMessage[]): Promise<void> {
  // One order of persons for everybody, so that two batches never wait for each other in a ring.
  const ordered = leads.toSorted((a, b) =>
    (a.message.senderContactId ?? '') < (b.message.senderContactId ?? '') ? -1 : 1,
  )
  for (const lead of ordered) {
    await labelLead(ctx, sql, lead)
    await planResponse(ctx, sql, lead)
  }
}

/** What is needed to send an answer; undefined when it was sent, or its group or person is gone. */
export function findGroupResponse(ctx: Context, responseId: string): Promise<DueResponse | undefined> {
  return findDueResponse(ctx.db.sql, tenantOf(ctx), responseId)
}

/** Stores what became of an answer. */
export function settleGroupResponse(
  ctx: Context,
  responseId: string,
  change: { status: 'submitted' | 'refused'; sentMessageId: string | null; error: string | null },
): Promise<void> {
  return settleResponse(ctx.db.sql, tenantOf(ctx), responseId, change)
}
