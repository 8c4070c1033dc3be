import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import { contentText, messageTypeOf, type OutboundContent } from '../../../engine/content.ts'
import type { FileDigest } from '../../../platform/files/blob-crypto.ts'
import { seal } from '../../../platform/secrets.ts'
import { toTimestamp } from '../../../wire.ts'
import { getLimits } from '../../account/plans/plans.service.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { forgetPlaces } from '../../conversations/chats/chats.service.ts'
import {
  detailsOf,
  detailsToWire,
  sealDetails,
} from '../../conversations/messages/message-details.service.ts'
import { previewOf, storableText } from '../../conversations/messages/message-text.service.ts'
import {
  isMediaType,
  type MessageDetails,
  type MessageObject,
} from '../../conversations/messages/messages.schema.ts'
import { fullTextPurpose } from '../../conversations/messages/purposes.service.ts'
import { changeWaiting } from '../limits/send-windows.service.ts'
import { drainSession, letGo, scheduleDrain } from './backlog.ts'
import type { Leaving } from './dispatch.ts'
import { type Draft, metadataOf, newDraft } from './draft.ts'
import { answerAgain, forgetExpiredKey } from './idempotency.ts'
import {
  contentPurpose,
  failureOf,
  type OutgoingMessage,
  outboxQueued,
  type Submitted,
} from './outbox.schema.ts'
import { type Outcome, runtimeOf } from './outbox-writer.ts'
import { pipeline } from './pipeline.ts'
import type { Stored, ToStore } from './store-messages.ts'

/** A caller waits this long for WhatsApp's answer; then it learns that the message is on its way. */
const answerMs = 25_000

/**
 * The one way to send. Passes the pipeline, stores the message under the WhatsApp id it will have, hands it over and
 * answers when WhatsApp took it. What has to wait for a limit, or for WhatsApp, is answered as pending and leaves by
 * itself, also after a crash. Throws AppErrors for refusals.
 */
export async function submit(ctx: Context, outgoing: OutgoingMessage): Promise<Submitted> {
  const tenantId = tenantOf(ctx)
  const { idempotency } = outgoing
  if (idempotency !== undefined) {
    const known = await answerAgain(ctx, tenantId, idempotency, answerMs)
    if (known !== undefined) return known
  }
  const settings = await getSettings(ctx, tenantId)
  const { max_messages_per_month: quota } = await getLimits(ctx, tenantId)
  const draft = newDraft(tenantId, outgoing, settings, quota)
  for (const step of pipeline) {
    if (draft.kind === 'channel' && !step.isForChannels) continue
    const passing = step.pass(ctx, draft)
    // Most steps know the answer at once; waiting for nothing would cost a turn of the loop each.
    if (passing !== undefined) await passing
  }
  return storeAndSend(ctx, draft)
}

/** Whether it was counted among those that wait for a limit. */
function isInLine({ waitsFor, isHeld }: Draft): boolean {
  return waitsFor !== null && !isHeld
}

/** Whether it is handed over as soon as it is stored. */
function leavesAtOnce({ waitsFor, notBefore, isHeld }: Draft): boolean {
  return waitsFor === null && notBefore === null && !isHeld
}

/** Whether the caller is answered before WhatsApp took the message. */
function isAnsweredPending({ waitsFor, notBefore, isHeld, outgoing }: Draft): boolean {
  if (isHeld || notBefore !== null || outgoing.isAsync === true) return true
  return waitsFor === 'burst' || waitsFor === 'rate'
}

/**
 * As `submit`, for content with a file, which is costly to make: it is made only when the request was not answered
 * before. What was made and is not needed goes to `discard`.
 */
export async function submitPrepared<C extends OutboundContent>(
  ctx: Context,
  outgoing: Omit<OutgoingMessage, 'content'>,
  source: {
    prepare(): Promise<{ content: C; kept: Promise<FileDigest> }>
    discard(content: C): Promise<void>
  },
): Promise<Submitted> {
  const { idempotency } = outgoing
  if (idempotency !== undefined) {
    const known = await answerAgain(ctx, tenantOf(ctx), idempotency, answerMs)
    if (known !== undefined) return known
  }
  const { content, kept } = await source.prepare()
  const end = async () => {
    await Promise.allSettled([kept])
    await source.discard(content)
  }
  let submitted: Submitted
  try {
    submitted = await submit(ctx, { ...outgoing, content, kept })
  } catch (error) {
    await end()
    throw error
  }
  // Needed all the same only when another request with the same key was first: the answer does not wait for it.
  end().catch((err: unknown) => ctx.log.warn({ err }, 'a file that nobody needs could not be removed'))
  return submitted
}

/** What the message holds beside its text; a forwarded one what the original held. */
function detailsOfOutgoing({ content, details }: OutgoingMessage): MessageDetails | null {
  return details ?? detailsOf(content)
}

function toStore(ctx: Context, draft: Draft): ToStore {
  const { outgoing, settings, tenantId } = draft
  const id = ctx.ids.uuid()
  const text = storableText(contentText(outgoing.content))
  const stored = Buffer.from(JSON.stringify({ content: outgoing.content, text }))
  return {
    draft,
    row: {
      id,
      tenant_id: tenantId,
      session_id: outgoing.sessionId,
      wa_message_id: ctx.engine.newMessageId(outgoing.sessionId),
      message_type: messageTypeOf(outgoing.content),
      content_preview: previewOf(text),
      content_full: settings.storeFullText
        ? seal(ctx.config, fullTextPurpose(id), Buffer.from(text)).toString('base64')
        : null,
      details: sealDetails(ctx, id, detailsOfOutgoing(outgoing))?.toString('base64') ?? null,
      has_media: isMediaType(messageTypeOf(outgoing.content)),
      origin: outgoing.origin,
      metadata: metadataOf(draft),
      is_cold: draft.isCold,
      reply_to_id: outgoing.replyTo ?? null,
      idempotency_key: outgoing.idempotency?.key ?? null,
      idempotency_hash: outgoing.idempotency?.bodyHash ?? null,
      answered_pending: isAnsweredPending(draft),
      content: seal(ctx.config, contentPurpose(id), stored).toString('base64'),
      waits_for: draft.waitsFor,
      created_at: ctx.clock.now().toISOString(),
    },
  }
}

/** Stores the message; a chat in memory that was merged or deleted meanwhile is looked up again, once. */
async function store(ctx: Context, draft: Draft, item: ToStore): Promise<Stored> {
  const runtime = runtimeOf(ctx)
  try {
    return await runtime.store(item)
  } catch (error) {
    if (draft.chat === undefined) throw error
    forgetPlaces(ctx.db)
    draft.chat = undefined
    return runtime.store(item)
  }
}

async function storeAndSend(ctx: Context, draft: Draft): Promise<Submitted> {
  const { outgoing } = draft
  const item = toStore(ctx, draft)
  const runtime = runtimeOf(ctx)
  let stored: Stored
  // From its commit on the row is visible to whoever works on the outbox: it is ours.
  if (draft.waitsFor === null) runtime.handling.add(item.row.id)
  if (leavesAtOnce(draft)) ctx.engine.startUpload(outgoing)
  try {
    item.file = await outgoing.kept
    stored = await store(ctx, draft, item)
  } catch (error) {
    runtime.handling.delete(item.row.id)
    if (isInLine(draft)) changeWaiting(ctx, outgoing.sessionId, -1)
    throw error
  }
  runtime.handling.delete(item.row.id)
  if (stored.kind !== 'stored' && isInLine(draft)) changeWaiting(ctx, outgoing.sessionId, -1)
  if (stored.kind === 'refused') throw stored.error
  if (stored.kind === 'duplicate') return answerDuplicate(ctx, draft)
  return sendStored(ctx, draft, item, stored)
}

/** Somebody else used the idempotency key meanwhile, or more than a day ago. */
async function answerDuplicate(ctx: Context, draft: Draft): Promise<Submitted> {
  const { idempotency } = draft.outgoing
  if (idempotency === undefined) throw new Error('a new message could not be stored')
  const known = await answerAgain(ctx, draft.tenantId, idempotency, answerMs)
  if (known !== undefined) return known
  await forgetExpiredKey(ctx, draft.tenantId, idempotency.key)
  return storeAndSend(ctx, draft)
}

/**
 * What a reaction, an edit or an unsend passes: the session and the safeguards. Such an act changes a message that has
 * left already, so it is neither counted nor queued. Answers the content as the policy leaves it.
 */
export async function passForAction(
  ctx: Context,
  outgoing: Pick<OutgoingMessage, 'sessionId' | 'chatId' | 'content'>,
): Promise<OutboundContent> {
  const tenantId = tenantOf(ctx)
  const settings = await getSettings(ctx, tenantId)
  const draft = newDraft(tenantId, { ...outgoing, origin: 'api' }, settings, null)
  for (const step of pipeline) if (step.isForActions === true) await step.pass(ctx, draft)
  return draft.outgoing.content
}

function leavingOf(draft: Draft, { row }: ToStore, { chat }: Extract<Stored, { kind: 'stored' }>): Leaving {
  return {
    content: draft.outgoing.content,
    quoted: draft.quoted,
    createdAt: new Date(row.created_at),
    event: {
      tenantId: draft.tenantId,
      sessionId: draft.outgoing.sessionId,
      messageId: row.id,
      chatId: chat.waChatId,
      chatRecordId: chat.id,
      waMessageId: row.wa_message_id,
      messageType: messageTypeOf(draft.outgoing.content),
      text: storableText(contentText(draft.outgoing.content)),
      isGroup: draft.kind === 'group',
      metadata: metadataOf(draft),
    },
  }
}

/** Answers what became of a stored message: held, waiting, or on its way and its end awaited. */
export async function sendStored(
  ctx: Context,
  draft: Draft,
  item: ToStore,
  stored: Extract<Stored, { kind: 'stored' }>,
): Promise<Submitted> {
  const { row } = item
  const runtime = runtimeOf(ctx)
  const { isAsync = false, sessionId } = draft.outgoing
  const pending = (): MessageObject => toObject(ctx, draft, item, stored, undefined)
  if (draft.isHeld) return { message: pending(), status: 201 }
  if (draft.waitsFor !== null && isAnsweredPending(draft)) {
    if (draft.waitsFor === 'owner') {
      await ctx.events.publish(ctx.db.sql, outboxQueued, { tenantId: draft.tenantId, sessionId })
    }
    drainSession(runtime.ctx, sessionId)
    return { message: pending(), status: isAsync ? 202 : 201 }
  }
  const outcome = isAsync ? undefined : runtime.outcomeOf(row.id, answerMs)
  if (draft.waitsFor === 'owner') {
    await ctx.events.publish(ctx.db.sql, outboxQueued, { tenantId: draft.tenantId, sessionId })
    scheduleDrain(runtime.ctx, sessionId, 1000)
  } else {
    letGo(runtime.ctx, leavingOf(draft, item, stored))
  }
  if (outcome === undefined) return { message: pending(), status: 202 }
  const known = await outcome
  if (known?.status === 'failed') throw failureOf(known.error, row.id)
  return { message: toObject(ctx, draft, item, stored, known), status: 201 }
}

/** The message object from what is known here: reading the row again would cost as much as sending. */
function toObject(
  ctx: Context,
  draft: Draft,
  { row }: ToStore,
  { chat }: Extract<Stored, { kind: 'stored' }>,
  outcome: Outcome | undefined,
): MessageObject {
  return {
    id: row.id,
    chat_id: chat.id,
    wa_message_id: row.wa_message_id,
    direction: 'outbound',
    message_type: row.message_type,
    content_preview: row.content_preview,
    status: draft.isHeld ? 'pending_approval' : outcome === undefined ? 'pending' : 'sent',
    sent_at: outcome === undefined ? null : toTimestamp(outcome.at),
    created_at: toTimestamp(new Date(row.created_at)),
    session_id: row.session_id,
    wa_chat_id: chat.waChatId,
    sender_phone: null,
    sender_name: null,
    wa_timestamp: null,
    reply_to_id: row.reply_to_id,
    is_starred: false,
    reactions: [],
    edited_at: null,
    deleted_at: null,
    delivered_at: null,
    read_at: null,
    requires_approval: draft.isHeld || draft.approval !== null,
    error: null,
    is_cold: row.is_cold,
    has_media: row.has_media,
    ...detailsToWire(ctx, row.id, detailsOfOutgoing(draft.outgoing)),
    text: draft.settings.storeFullText ? storableText(contentText(draft.outgoing.content)) : null,
  }
}
