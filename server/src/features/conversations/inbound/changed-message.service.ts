import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { seal } from '../../../platform/secrets.ts'
import { toTimestamp } from '../../../wire.ts'
import { openDetails, sealDetails } from '../messages/message-details.service.ts'
import { type MessageChanged, messageDeleted, messageEdited } from '../messages/message-events.schema.ts'
import { previewOf, storableText } from '../messages/message-text.service.ts'
import { fullTextPurpose, protoPurpose } from '../messages/purposes.service.ts'
import {
  emptyMessage,
  findTargetById,
  replaceReaction,
  type TargetRow,
  updateStar,
  updateText,
} from './targets.store.ts'

export type { TargetRow } from './targets.store.ts'

/** What events say of a message that something happens to. */
export function changeOf(target: TargetRow, text: string, at: Date): MessageChanged {
  return {
    tenantId: target.tenantId,
    sessionId: target.sessionId,
    messageId: target.id,
    chatId: target.waChatId,
    chatRecordId: target.chatId,
    waMessageId: target.waMessageId,
    messageType: target.messageType,
    text,
    isGroup: target.kind === 'group',
    direction: target.direction,
    at: toTimestamp(at),
  }
}

/** Whether an edit is older than what is stored, or stored already. */
function isKnownEdit(target: TargetRow, preview: string, at: Date): boolean {
  if (target.deletedAt !== null) return true
  if (target.editedAt === null) return false
  const knownMs = new Date(target.editedAt).getTime()
  return at.getTime() < knownMs || (at.getTime() === knownMs && preview === target.preview)
}

/** What an edit makes of a message. */
export interface Edit {
  text: string
  /** Chat ids of the people that the new text mentions. */
  mentions?: readonly string[] | undefined
  /** The serialised protobuf of the message as it is now; what is forwarded and quoted from then on. */
  proto?: Uint8Array | undefined
}

/** Gives a stored message its new text and publishes it; nothing when that is known already or the message is gone. */
export async function editStored(
  ctx: Context,
  sql: Sql,
  target: TargetRow,
  edit: Edit,
  at: Date,
): Promise<void> {
  const text = storableText(edit.text)
  const preview = previewOf(text)
  if (isKnownEdit(target, preview, at)) return
  const { id, tenantId } = target
  const details = openDetails(ctx, id, target.details)
  await updateText(sql, tenantId, id, {
    preview,
    full: target.hasFullText ? seal(ctx.config, fullTextPurpose(id), Buffer.from(text)) : null,
    details: sealDetails(ctx, id, details),
    proto: edit.proto === undefined ? null : seal(ctx.config, protoPurpose(id), edit.proto),
    at,
  })
  const mentions = edit.mentions ?? []
  await ctx.events.publish(sql, messageEdited, { ...changeOf(target, text, at), mentions })
}

/** Empties a stored message that was taken back for everyone and publishes it; nothing when that was done before. */
export async function deleteStored(ctx: Context, sql: Sql, target: TargetRow, at: Date): Promise<void> {
  if (target.deletedAt !== null) return
  await emptyMessage(sql, target.tenantId, target.id, at)
  await ctx.events.publish(sql, messageDeleted, changeOf(target, '', at))
}

/** Marks a stored message as starred or not. */
export function starStored(sql: Sql, tenantId: string, id: string, isStarred: boolean): Promise<void> {
  return updateStar(sql, tenantId, id, isStarred)
}

/** The account's own reaction on a stored message; an empty emoji takes it back. */
export async function reactStored(sql: Sql, target: TargetRow, emoji: string, at: Date): Promise<void> {
  const from = `${target.ownPhone}@c.us`
  await replaceReaction(sql, target.tenantId, target.id, { emoji, from, at: at.toISOString(), by: null })
}

/** A stored message of a tenant, locked until the transaction ends. */
export function lockMessage(sql: Sql, tenantId: string, id: string): Promise<TargetRow | undefined> {
  return findTargetById(sql, tenantId, id)
}
