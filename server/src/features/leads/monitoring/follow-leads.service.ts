import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import { phoneOf } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError } from '../../../platform/errors.ts'
import { done, type JobOutcome } from '../../../platform/jobs/jobs.ts'
import { resolveChats } from '../../conversations/chats/chats.service.ts'
import { displayName, waChatIdOf } from '../../conversations/contacts/contacts.service.ts'
import { mergeContactsWith } from '../../conversations/inbound/merge-contacts.service.ts'
import { labelChat } from '../../conversations/labels/labels.service.ts'
import type { MessageReceived } from '../../conversations/messages/message-events.schema.ts'
import { submit } from '../../sending/outbox/submit.service.ts'
import {
  claimResponse,
  countResponses,
  findAddresses,
  findDueResponse,
  insertResponse,
  settleResponse,
} from './capture.store.ts'
import { fillTemplate, respondJob } from './monitored-groups.schema.ts'
import type { WatchedGroup } from './watched-groups.ts'

const hourMs = 3_600_000

/** A message that is a lead's. */
export interface LeadMessage {
  message: MessageReceived
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

/** Answers a lead's message from the group's template, unless the person or the group had its share. */
async function planResponse(ctx: Context, sql: Sql, { message, group }: LeadMessage): Promise<void> {
  const { senderContactId: contactId, messageId } = message
  if (!group.autoRespond || group.responseTemplate === null || contactId === null) return
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

/**
 * Sends an answer to the person's direct chat. What the pipeline refuses is recorded and not tried again: the cold
 * budget, an opt-out or a stopped session are answers too. A crash after the message was stored sends nothing twice.
 */
export async function sendResponse(ctx: Context, responseId: string): Promise<JobOutcome> {
  const tenantId = tenantOf(ctx)
  const due = await findDueResponse(ctx.db.sql, tenantId, responseId)
  if (due === undefined) return done
  const refuse = (error: string) =>
    settleResponse(ctx.db.sql, tenantId, responseId, { status: 'refused', sentMessageId: null, error })
  const text = fillTemplate(due.template ?? '', {
    name: displayName(due),
    phone: phoneOf(due.phone),
    keyword: due.keyword,
  })
  const reason = !due.isWanted ? 'switched_off' : due.isOwnAccount ? 'own_account' : undefined
  if (reason !== undefined || text === '') {
    await refuse(reason ?? 'empty_text')
    return done
  }
  try {
    const { message } = await submit(ctx, {
      sessionId: due.sessionId,
      chatId: waChatIdOf(due),
      content: { kind: 'text', text },
      origin: 'auto_reply',
      isAsync: true,
      metadata: { auto_response_id: responseId, group_id: due.groupId },
      idempotency: { key: `auto-response ${responseId}`, bodyHash: responseId },
    })
    const sent = { status: 'submitted' as const, sentMessageId: message.id, error: null }
    await settleResponse(ctx.db.sql, tenantId, responseId, sent)
  } catch (error) {
    // Anything but a refusal is trouble of ours: the job tries again.
    if (!(error instanceof AppError) || error.status >= 500) throw error
    await refuse(error.code)
  }
  return done
}
