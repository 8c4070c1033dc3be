import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import { contentText, type MessageTarget, type OutboundContent } from '../../../engine/content.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { waChatIdOf } from '../../conversations/contacts/contacts.service.ts'
import {
  deleteStored,
  editStored,
  lockMessage,
  reactStored,
  starStored,
  type TargetRow,
} from '../../conversations/inbound/changed-message.service.ts'
import type { MessageObject } from '../../conversations/messages/messages.schema.ts'
import {
  type MessageRow,
  requireMessage,
  showMessage,
} from '../../conversations/messages/messages.service.ts'
import { sessionNotWorking } from '../../sessions/lifecycle/sessions.schema.ts'
import { getWorkingSession } from '../../sessions/lifecycle/sessions.service.ts'
import { failureOf, messageLost } from '../outbox/send-failures.schema.ts'
import { passForAction } from '../outbox/submit.service.ts'
import {
  type EditMessage,
  messageGone,
  notEditable,
  notSentYet,
  notUnsendable,
} from './message-actions.schema.ts'

/** WhatsApp takes an edit for about 15 minutes, and an unsend for two days and a half. */
const editWindowMs = 15 * 60_000
const unsendWindowMs = 60 * 3_600_000

const leftStatuses: ReadonlySet<string> = new Set(['sent', 'delivered', 'read', 'received'])

/** How WhatsApp names a stored message. */
export function targetOf(row: MessageRow): MessageTarget {
  const isFromMe = row.direction === 'outbound'
  const hasSender = row.senderPhone !== null || row.senderLid !== null
  const sender =
    !isFromMe && row.chatKind === 'group' && hasSender
      ? waChatIdOf({ phone: row.senderPhone, lid: row.senderLid })
      : null
  return { waMessageId: row.waMessageId, isFromMe, sender }
}

/** A message that something can be done to: known to WhatsApp and not taken back. */
async function requireLeft(ctx: Context, id: string): Promise<MessageRow> {
  const row = await requireMessage(ctx, id)
  if (!leftStatuses.has(row.status)) throw notSentYet.create()
  if (row.deletedAt !== null) throw messageGone.create()
  return row
}

/** How an act was handed over: when, and as the content policy left it. */
interface HandedOver {
  at: Date
  content: OutboundContent
  /** What was sent, serialised; of an edit the message as it is now. */
  proto: Uint8Array
  /** Of an edit: whom the message mentions now. */
  mentions: readonly string[] | undefined
}

/** Hands an act over, wherever the session is; without an answer once more under the same id, which counts once. */
async function handOver(ctx: Context, row: MessageRow, wanted: OutboundContent): Promise<HandedOver> {
  const { sessionId, waChatId: chatId } = row
  const content = await passForAction(ctx, { sessionId, chatId, content: wanted })
  const submission = { sessionId, chatId, content, waMessageId: ctx.engine.newMessageId(sessionId) }
  let outcome = await ctx.engine.send(submission)
  if (outcome.kind === 'unknown') {
    const again = await ctx.engine.send(submission)
    // A second try that could not be made says nothing of the first one.
    if (again.kind !== 'not_sent') outcome = again
  }
  if (outcome.kind === 'sent') {
    const { at, proto, mentions } = outcome
    return { at, content, proto, mentions }
  }
  if (outcome.kind === 'refused') throw failureOf(outcome.error, row.id)
  if (outcome.kind === 'not_sent') throw sessionNotWorking.create()
  throw messageLost.create({ details: { message_id: row.id, error: outcome.error } })
}

async function change(
  ctx: Context,
  row: MessageRow,
  work: (sql: Sql, target: TargetRow) => Promise<void>,
): Promise<void> {
  await ctx.db.transaction(async (sql) => {
    const target = await lockMessage(sql, row.tenantId, row.id)
    if (target !== undefined) await work(sql, target)
  })
}

/** Reacts to a message; an empty emoji takes the own reaction back. */
export async function react(ctx: Context, id: string, emoji: string): Promise<MessageObject> {
  const row = await requireLeft(ctx, id)
  const at = ctx.clock.now()
  await handOver(ctx, row, { kind: 'reaction', target: targetOf(row), emoji, atMs: at.getTime() })
  await change(ctx, row, (sql, target) => reactStored(sql, target, emoji, at))
  return showMessage(ctx, row.id)
}

function isWithin(ctx: Context, row: MessageRow, windowMs: number): boolean {
  return row.sentAt !== null && ctx.clock.nowMs() - row.sentAt.getTime() <= windowMs
}

/** Gives an own text a new wording. Without mentions those stay that the text still names. */
export async function edit(
  ctx: Context,
  id: string,
  { message: text, mentions: wantedMentions }: EditMessage,
): Promise<MessageObject> {
  const row = await requireLeft(ctx, id)
  const isOwnText = row.direction === 'outbound' && row.messageType === 'text'
  if (!isOwnText || !isWithin(ctx, row, editWindowMs)) throw notEditable.create()
  const wanted = {
    kind: 'edit' as const,
    target: targetOf(row),
    text,
    ...(wantedMentions && { mentions: wantedMentions }),
  }
  const { content, proto, mentions } = await handOver(ctx, row, wanted)
  // Our own timestamp: a second edit within WhatsApp's second is still the newer one.
  await change(ctx, row, (sql, target) =>
    editStored(ctx, sql, target, { text: contentText(content), mentions, proto }, ctx.clock.now()),
  )
  return showMessage(ctx, row.id)
}

/** Takes an own message back for everyone; one that was taken back before stays so. */
export async function unsend(ctx: Context, id: string): Promise<{ status: 'deleted'; id: string }> {
  const row = await requireMessage(ctx, id)
  const answer = { status: 'deleted', id: row.id } as const
  if (row.direction !== 'outbound') throw notUnsendable.create()
  if (row.deletedAt !== null) return answer
  if (!leftStatuses.has(row.status)) throw notSentYet.create()
  if (!isWithin(ctx, row, unsendWindowMs)) throw notUnsendable.create()
  const { at } = await handOver(ctx, row, { kind: 'revoke', target: targetOf(row) })
  await change(ctx, row, (sql, target) => deleteStored(ctx, sql, target, at))
  return answer
}

/** Stars a message or takes the star away, on all devices of the account. */
export async function star(ctx: Context, id: string, isStarred: boolean): Promise<MessageObject> {
  const row = await requireLeft(ctx, id)
  const { sessionId, waChatId } = row
  await getWorkingSession(ctx, sessionId)
  await ctx.engine.chats.star(sessionId, waChatId, targetOf(row), isStarred)
  await starStored(ctx.db.sql, tenantOf(ctx), row.id, isStarred)
  return showMessage(ctx, row.id)
}
