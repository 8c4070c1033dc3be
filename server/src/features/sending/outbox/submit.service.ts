import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import type { OutboundContent } from '../../../engine/content.ts'
import { chatKind } from '../../../engine/ids.ts'
import type { FileDigest } from '../../../platform/files/blob-crypto.ts'
import { toTimestamp } from '../../../wire.ts'
import { getLimits } from '../../account/plans/plans.service.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { clearChatCache } from '../../conversations/chats/chats.service.ts'
import { detailsToWire } from '../../conversations/messages/message-details.service.ts'
import { previewOf } from '../../conversations/messages/message-text.service.ts'
import { isMediaType, type MessageObject } from '../../conversations/messages/messages.schema.ts'
import { findMessageById, messageToWire } from '../../conversations/messages/messages.service.ts'
import { changeWaiting } from '../limits/send-windows.service.ts'
import { drainBacklog, scheduleDrain } from './backlog.ts'
import { dispatch } from './dispatch.ts'
import { type Draft, isAnsweredPending, isQueued, leavesAtOnce, newDraft } from './draft.ts'
import { answerAgain, releaseExpiredKey } from './idempotency.ts'
import { type OutgoingMessage, outboxQueued, type Submitted } from './outbox.schema.ts'
import { writerOf } from './outbox-writer.ts'
import { type Outcome, outcomesOf } from './outcome.ts'
import { passPipeline } from './pipeline.ts'
import { failureOf } from './send-failures.schema.ts'
import type { NewMessage, StoreResult } from './store-messages.ts'
import { detailsOfOutgoing, rowOf, type StoredMessage } from './stored-message.ts'

/**
 * The one way to send. Passes the pipeline, stores the message under the WhatsApp id it will have, dispatches it and
 * answers when WhatsApp took it. What has to wait for a limit, or for WhatsApp, is answered as pending and leaves by
 * itself, also after a crash. Throws AppErrors for refusals.
 */
export async function submit(ctx: Context, outgoing: OutgoingMessage): Promise<Submitted> {
  const tenantId = tenantOf(ctx)
  const { idempotency } = outgoing
  if (idempotency !== undefined) {
    const known = await answerAgain(ctx, tenantId, idempotency)
    if (known !== undefined) return known
  }
  const settings = await getSettings(ctx, tenantId)
  const limits = await getLimits(ctx, tenantId)
  const isPost = chatKind(outgoing.chatId) === 'channel'
  const quota = isPost ? limits.max_channel_posts_per_month : limits.max_messages_per_month
  const draft = newDraft(tenantId, outgoing, settings, quota)
  await passPipeline(ctx, draft)
  return storeAndSend(ctx, draft)
}

/**
 * As `submit`, for content with a file, which is costly to make: it is made only when the request was not answered
 * before. What was made and is not needed goes to `discard`.
 */
export async function submitPrepared<C extends OutboundContent>(
  ctx: Context,
  outgoing: Omit<OutgoingMessage, 'content'>,
  source: {
    prepare(): Promise<{ content: C; stored: Promise<FileDigest> }>
    discard(content: C): Promise<void>
  },
): Promise<Submitted> {
  const { idempotency } = outgoing
  if (idempotency !== undefined) {
    const known = await answerAgain(ctx, tenantOf(ctx), idempotency)
    if (known !== undefined) return known
  }
  const { content, stored } = await source.prepare()
  const end = async () => {
    await Promise.allSettled([stored])
    await source.discard(content)
  }
  let submitted: Submitted
  try {
    submitted = await submit(ctx, { ...outgoing, content, stored })
  } catch (error) {
    await end()
    throw error
  }
  // Needed all the same only when another request with the same key was first: the answer does not wait for it.
  end().catch((err: unknown) => ctx.log.warn({ err }, 'a file that nobody needs could not be removed'))
  return submitted
}

/** Stores a draft; a cached chat that was merged or deleted meanwhile is looked up again, once. */
async function write(ctx: Context, item: NewMessage): Promise<StoreResult> {
  const writer = writerOf(ctx)
  try {
    return await writer.store(item)
  } catch (error) {
    if (item.draft.chat === undefined) throw error
    clearChatCache(ctx)
    item.draft.chat = undefined
    return writer.store(item)
  }
}

/** Makes a draft a stored message; undefined when its idempotency key is in use. Throws what refuses it. */
async function store(ctx: Context, draft: Draft): Promise<StoredMessage | undefined> {
  const { outgoing } = draft
  const { inProgress } = outcomesOf(ctx)
  const item: NewMessage = { draft, row: rowOf(ctx, draft) }
  const { id } = item.row
  let result: StoreResult | undefined
  // From its commit on the row is visible to whoever works on the backlog: it is ours.
  if (draft.waitsFor === null) inProgress.add(id)
  if (leavesAtOnce(draft)) ctx.engine.startUpload(outgoing)
  try {
    item.file = await outgoing.stored
    result = await write(ctx, item)
  } finally {
    inProgress.delete(id)
    if (result?.kind !== 'stored' && isQueued(draft)) changeWaiting(ctx, outgoing.sessionId, -1)
  }
  if (result.kind === 'refused') throw result.error
  return result.kind === 'stored' ? result.message : undefined
}

async function storeAndSend(ctx: Context, draft: Draft): Promise<Submitted> {
  const message = await store(ctx, draft)
  return message === undefined ? answerDuplicate(ctx, draft) : sendStored(ctx, draft, message)
}

/** Somebody else used the idempotency key or the message's id meanwhile, or the key more than a day ago. */
async function answerDuplicate(ctx: Context, draft: Draft): Promise<Submitted> {
  const { idempotency, messageId } = draft.outgoing
  const stored = messageId && (await findMessageById(ctx, draft.tenantId, messageId))
  if (stored) return { message: messageToWire(ctx, stored), status: 202 }
  if (idempotency === undefined) throw new Error('a new message could not be stored')
  const known = await answerAgain(ctx, draft.tenantId, idempotency)
  if (known !== undefined) return known
  await releaseExpiredKey(ctx, draft.tenantId, idempotency.key)
  return storeAndSend(ctx, draft)
}

/** Answers what became of a stored message: held, in the backlog, or dispatched and its outcome awaited. */
export async function sendStored(ctx: Context, draft: Draft, message: StoredMessage): Promise<Submitted> {
  const { isAsync = false, sessionId } = draft.outgoing
  if (draft.isHeld) return { message: toObject(ctx, draft, message), status: 201 }
  if (draft.waitsFor !== null && isAnsweredPending(draft)) {
    if (draft.waitsFor === 'owner') await notifyOwner(ctx, message)
    drainBacklog(ctx, sessionId)
    return { message: toObject(ctx, draft, message), status: isAsync ? 202 : 201 }
  }
  const outcome = isAsync ? undefined : outcomesOf(ctx).wait(message.id)
  if (draft.waitsFor === 'owner') {
    await notifyOwner(ctx, message)
    scheduleDrain(ctx, sessionId, 1000)
  } else {
    dispatch(ctx, message)
  }
  if (outcome === undefined) return { message: toObject(ctx, draft, message), status: 202 }
  const known = await outcome
  if (known?.status === 'failed') throw failureOf(known.error, message.id)
  return { message: toObject(ctx, draft, message, known), status: 201 }
}

/** Whoever holds the session takes the message from its backlog. */
function notifyOwner(ctx: Context, { tenantId, sessionId }: StoredMessage): Promise<void> {
  return ctx.events.publish(ctx.db.sql, outboxQueued, { tenantId, sessionId })
}

/** The message object from what is known here: reading the row again would cost as much as sending. */
function toObject(ctx: Context, draft: Draft, message: StoredMessage, outcome?: Outcome): MessageObject {
  const { outgoing, settings, isHeld } = draft
  return {
    id: message.id,
    chat_id: message.chat.id,
    wa_message_id: message.waMessageId,
    direction: 'outbound',
    message_type: message.messageType,
    content_preview: previewOf(message.text),
    status: isHeld ? 'pending_approval' : outcome === undefined ? 'pending' : 'sent',
    sent_at: outcome === undefined ? null : toTimestamp(outcome.at),
    created_at: toTimestamp(message.createdAt),
    session_id: message.sessionId,
    wa_chat_id: message.chat.waChatId,
    sender_phone: null,
    sender_name: null,
    wa_timestamp: null,
    reply_to_id: outgoing.replyTo ?? null,
    is_starred: false,
    reactions: [],
    edited_at: null,
    deleted_at: null,
    delivered_at: null,
    read_at: null,
    requires_approval: isHeld || draft.approval !== null,
    error: null,
    is_cold: draft.isCold,
    has_media: isMediaType(message.messageType),
    ...detailsToWire(ctx, message.id, detailsOfOutgoing(outgoing)),
    text: settings.storeFullText ? message.text : null,
  }
}

/**
 * What a reaction, an edit or an unsend passes: session and content policy. Such an act changes a message that has
 * left already, so it is neither counted nor queued. Answers the content as the policy leaves it.
 */
export async function passForAction(
  ctx: Context,
  outgoing: Pick<OutgoingMessage, 'sessionId' | 'chatId' | 'content'>,
): Promise<OutboundContent> {
  const tenantId = tenantOf(ctx)
  const settings = await getSettings(ctx, tenantId)
  const draft = newDraft(tenantId, { ...outgoing, origin: 'api' }, settings, null)
  await passPipeline(ctx, draft, (step) => step.isForActions === true)
  return draft.outgoing.content
}

/** What a message passes that goes to another agent and not to WhatsApp: nothing of it paces an account. */
const stepsForPeers: ReadonlySet<string> = new Set([
  'session',
  'allowed_numbers',
  'opt_out',
  'antispam',
  'content_policy',
  'approval',
])

/**
 * What a text to another agent passes. Answers it as the policy leaves it, and the own phone; undefined when a person
 * has to see it first: such a text goes by WhatsApp, where it can be held.
 */
export async function passForPeer(
  ctx: Context,
  outgoing: Pick<OutgoingMessage, 'sessionId' | 'chatId' | 'content'>,
): Promise<{ text: string; ownPhone: string | null } | undefined> {
  const tenantId = tenantOf(ctx)
  const settings = await getSettings(ctx, tenantId)
  const draft = newDraft(tenantId, { ...outgoing, origin: 'agent' }, settings, null)
  await passPipeline(ctx, draft, ({ name }) => stepsForPeers.has(name))
  const { content } = draft.outgoing
  if (draft.isHeld || content.kind !== 'text') return undefined
  return { text: content.text, ownPhone: draft.ownPhone }
}
