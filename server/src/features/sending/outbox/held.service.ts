import type { Context } from '../../../context.ts'
import type { OutboundContent } from '../../../engine/content.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing, validationFailed } from '../../../platform/errors.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { dayOf, monthOf } from '../../account/usage/usage.schema.ts'
import { releaseMessages } from '../../account/usage/usage.service.ts'
import { messageFailed } from '../../conversations/messages/message-events.schema.ts'
import type { MessageObject } from '../../conversations/messages/messages.schema.ts'
import { findMessageById, messageToWire } from '../../conversations/messages/messages.service.ts'
import { approveHeld, failHeld } from '../../conversations/messages/outgoing.service.ts'
import { budgetRefusal, chargeBudget } from '../limits/cold-contacts.service.ts'
import { changeWaiting } from '../limits/send-windows.service.ts'
import { type Draft, newDraft } from './draft.ts'
import type { Origin } from './outbox.schema.ts'
import { deleteWaiting, findHeld, requeue } from './outbox.store.ts'
import { outcomesOf } from './outcome.ts'
import { passPipeline } from './pipeline.ts'
import {
  openContent,
  progressOf,
  quotedBy,
  type StoredMessage,
  sealContent,
  storedFrom,
  storedOf,
} from './stored-message.ts'
import { sendStored } from './submit.service.ts'

/** A held message that passed the rest of the pipeline and may be released. */
export interface Release {
  draft: Draft
  message: StoredMessage
}

/** The content with another text; 422 for kinds whose text nobody wrote. */
function withText(content: OutboundContent, text: string): OutboundContent {
  if (content.kind === 'text') return { ...content, text }
  if ('file' in content && content.caption !== undefined) return { ...content, caption: text }
  const errors = [{ field: 'message', message: `a message of the kind ${content.kind} has no text to edit` }]
  throw validationFailed.create({ message: `message: ${errors[0]?.message}`, details: { errors } })
}

/** Steps that were passed when the message was accepted and that time does not change. */
const passedSteps: ReadonlySet<string> = new Set(['reply_to', 'approval'])

/**
 * Takes a held message through the pipeline again, with the word of a person and perhaps another text. What has changed
 * since refuses it: the session, the policy, an opt-out, the budget for new conversations. Whoever prepares must commit
 * or abandon it. Undefined when somebody has decided already.
 */
export async function prepareRelease(
  ctx: Context,
  tenantId: string,
  messageId: string,
  text: string | undefined,
): Promise<Release | undefined> {
  const held = await findHeld(ctx.db.sql, tenantId, messageId)
  if (held === undefined) return undefined
  const stored = openContent(ctx, held)
  const settings = await getSettings(ctx, tenantId)
  const draft = newDraft(
    tenantId,
    {
      sessionId: held.sessionId,
      chatId: held.waChatId,
      content: text === undefined ? stored.content : withText(stored.content, text),
      origin: held.origin as Origin,
      replyTo: held.replyToId ?? undefined,
      ...(held.metadata === null ? {} : { metadata: held.metadata }),
    },
    settings,
    null,
  )
  draft.approval = text === undefined ? 'as_it_is' : 'edited'
  draft.quoted = await quotedBy(ctx, held)
  await passPipeline(ctx, draft, (step) => !passedSteps.has(step.name))
  const { chat } = draft
  if (chat === undefined) {
    cancelRelease(ctx, { draft })
    throw unknownThing('Chat')
  }
  const row = {
    id: held.id,
    wa_message_id: held.waMessageId,
    created_at: new Date(held.createdAt).toISOString(),
  }
  return { draft, message: storedOf(draft, row, chat) }
}

/** Gives back the place in the queue that preparing took. */
function cancelRelease(ctx: Context, { draft }: Pick<Release, 'draft'>): void {
  if (draft.waitsFor !== null) changeWaiting(ctx, draft.outgoing.sessionId, -1)
}

/** Releases a held message within a transaction; false when somebody decided meanwhile. */
export async function commitRelease(ctx: Context, sql: Sql, release: Release): Promise<boolean> {
  const { draft, message } = release
  const { id, tenantId, sessionId, chat } = message
  const at = ctx.clock.now()
  if (draft.coldBudget !== null) {
    const budget = draft.coldBudget
    const charge = { tenantId, sessionId, chatId: chat.id, day: dayOf(at.getTime()), budget }
    if (!(await chargeBudget(sql, charge))) throw budgetRefusal(budget, at)
  }
  // From its commit on the row is visible to whoever works on the backlog: it is ours.
  if (draft.waitsFor === null) outcomesOf(ctx).inProgress.add(id)
  const sealed = sealContent(ctx, id, message.content, draft.settings)
  const isFirst = await approveHeld(sql, {
    id,
    tenantId,
    contentPreview: sealed.content_preview,
    contentFull: sealed.content_full === null ? null : Buffer.from(sealed.content_full, 'base64'),
    isCold: draft.isCold,
  })
  if (!isFirst) return false
  const content = Buffer.from(sealed.content, 'base64')
  await requeue(sql, { id, tenantId, content, waitsFor: draft.waitsFor, at })
  return true
}

/** Sends what was released and answers the message as it is then. */
export async function sendReleased(
  ctx: Context,
  { draft, message: released }: Release,
): Promise<MessageObject> {
  outcomesOf(ctx).inProgress.delete(released.id)
  const { message } = await sendStored(ctx, draft, released)
  const row = await findMessageById(ctx, released.tenantId, released.id)
  if (row === undefined) return message
  // As with every send, what the recipient did meanwhile is published as events.
  const { status, sent_at } = message
  return { ...messageToWire(ctx, row), status, sent_at, delivered_at: null, read_at: null }
}

/** Whoever prepared in vain leaves the message to others. */
export function abandonRelease(ctx: Context, release: Release): void {
  outcomesOf(ctx).inProgress.delete(release.message.id)
  cancelRelease(ctx, release)
}

/**
 * Ends a held message unsent within a transaction: `error` is `approval_rejected` or `approval_expired`. Its quota is
 * given back and `message.failed` published. False when somebody decided meanwhile.
 */
export async function discardHeld(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  messageId: string,
  error: string,
): Promise<boolean> {
  const held = await findHeld(sql, tenantId, messageId)
  if (held === undefined || !(await failHeld(sql, tenantId, messageId, error))) return false
  await deleteWaiting(sql, tenantId, [messageId])
  await releaseMessages(sql, tenantId, monthOf(new Date(held.createdAt).getTime()), 1)
  await ctx.events.publish(sql, messageFailed, progressOf(storedFrom(ctx, held, undefined), 'failed', error))
  return true
}
