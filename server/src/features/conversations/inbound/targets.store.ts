// Reads tables of other areas: sessions (sessions).
import { sql as text } from 'drizzle-orm'
import type { MessageType } from '../../../engine/content.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { Reaction } from '../messages/messages.tables.ts'

/** A stored message that something happens to, locked until the transaction ends. */
export interface TargetRow extends Record<string, unknown> {
  id: string
  tenantId: string
  sessionId: string
  chatId: string
  waChatId: string
  kind: 'person' | 'group' | 'channel'
  waMessageId: string
  messageType: MessageType
  direction: 'inbound' | 'outbound'
  details: Buffer | null
  hasFullText: boolean
  editedAt: Date | string | null
  deletedAt: Date | string | null
  preview: string | null
  /** Addresses of who wrote it; null for the account itself. */
  senderPhone: string | null
  senderLid: string | null
  /** Digits of the session's own account. */
  ownPhone: string | null
}

const selection = text`
  SELECT m.id, m.tenant_id AS "tenantId", m.session_id AS "sessionId", m.chat_id AS "chatId",
    h.wa_chat_id AS "waChatId", h.kind, m.wa_message_id AS "waMessageId", m.message_type AS "messageType",
    m.direction, m.details, m.content_full IS NOT NULL AS "hasFullText", m.edited_at AS "editedAt",
    m.deleted_at AS "deletedAt", m.content_preview AS preview, c.phone AS "senderPhone", c.lid AS "senderLid",
    s.phone_number AS "ownPhone"
  FROM messages m JOIN chats h ON h.id = m.chat_id JOIN sessions s ON s.id = m.session_id
    LEFT JOIN contacts c ON c.id = m.sender_contact_id`

/** Where a message is that something refers to by its WhatsApp id. */
export interface TargetRef {
  tenantId: string
  sessionId: string
  waMessageId: string
  isFromMe: boolean
}

/** Messages of one chat with a WhatsApp id: nearly always one, but ids are chosen by their senders. */
export async function listTargets(
  sql: Sql,
  { tenantId, sessionId, waMessageId, isFromMe }: TargetRef,
  chat: { id: string } | { waChatId: string; digits: string | null },
): Promise<TargetRow[]> {
  const isChat =
    'id' in chat
      ? text`m.chat_id = ${chat.id}`
      : text`(h.wa_chat_id = ${chat.waChatId} OR (${chat.digits}::text IS NOT NULL AND h.contact_id IN (
          SELECT p.id FROM contacts p WHERE p.tenant_id = ${tenantId}
            AND (p.phone = ${chat.digits} OR p.lid = ${chat.digits}))))`
  const { rows } = await sql.execute<TargetRow>(text`${selection}
    WHERE m.session_id = ${sessionId} AND m.tenant_id = ${tenantId} AND m.wa_message_id = ${waMessageId}
      AND m.direction = ${isFromMe ? 'outbound' : 'inbound'} AND ${isChat}
    ORDER BY m.id FOR UPDATE OF m`)
  return rows
}

/** One message of a tenant by our id. */
export async function findTargetById(sql: Sql, tenantId: string, id: string): Promise<TargetRow | undefined> {
  const { rows } = await sql.execute<TargetRow>(
    text`${selection} WHERE m.id = ${id} AND m.tenant_id = ${tenantId} FOR UPDATE OF m`,
  )
  return rows[0]
}

/** Notes which message a reaction is on. */
export async function setReplyTo(sql: Sql, tenantId: string, id: string, targetId: string): Promise<void> {
  await sql.execute(
    text`UPDATE messages SET reply_to_id = ${targetId} WHERE id = ${id} AND tenant_id = ${tenantId}`,
  )
}

/** Replaces a person's reaction unless a newer one is known; an empty emoji takes it away. */
export async function replaceReaction(
  sql: Sql,
  tenantId: string,
  id: string,
  reaction: Reaction,
): Promise<void> {
  const { rows } = await sql.execute<{ reactions: Reaction[] }>(
    text`SELECT reactions FROM messages
      WHERE id = ${id} AND tenant_id = ${tenantId} AND deleted_at IS NULL FOR UPDATE`,
  )
  // On a message that was taken back there is nothing to react to.
  if (rows[0] === undefined) return
  const before = rows[0].reactions
  const isSame = (other: Reaction): boolean => other.by === reaction.by || other.from === reaction.from
  if (before.some((other) => isSame(other) && Date.parse(other.at) > Date.parse(reaction.at))) return
  // One that was taken back is kept without its emoji: the reaction that it took back may come only now.
  const reactions = [...before.filter((other) => !isSame(other)), reaction]
  await sql.execute(text`
    UPDATE messages SET reactions = ${JSON.stringify(reactions)}::jsonb WHERE id = ${id} AND tenant_id = ${tenantId}`)
}

/** Gives a message a new text. A protobuf whose time is over does not come back. */
export async function updateText(
  sql: Sql,
  tenantId: string,
  id: string,
  changes: { preview: string; full: Buffer | null; details: Buffer | null; proto: Buffer | null; at: Date },
): Promise<void> {
  await sql.execute(text`
    UPDATE messages SET content_preview = ${changes.preview}, content_full = ${changes.full},
      details = ${changes.details}, proto = CASE WHEN proto IS NULL THEN NULL ELSE coalesce(${changes.proto}, proto) END, edited_at = ${changes.at.toISOString()}
    WHERE id = ${id} AND tenant_id = ${tenantId}`)
}

/** Empties a message that was taken back: nothing of what it said is kept. */
export async function emptyMessage(sql: Sql, tenantId: string, id: string, at: Date): Promise<void> {
  await sql.execute(text`
    UPDATE messages SET content_preview = NULL, content_full = NULL, details = NULL, proto = NULL, reactions = '[]',
      has_media = false, deleted_at = ${at.toISOString()}
    WHERE id = ${id} AND tenant_id = ${tenantId}`)
  await sql.execute(text`DELETE FROM poll_votes WHERE message_id = ${id} AND tenant_id = ${tenantId}`)
}

/** Marks a message as starred or not. */
export async function updateStar(sql: Sql, tenantId: string, id: string, isStarred: boolean): Promise<void> {
  await sql.execute(
    text`UPDATE messages SET is_starred = ${isStarred} WHERE id = ${id} AND tenant_id = ${tenantId}`,
  )
}

/** A vote as stored: indexes of the chosen options. */
export interface VoteRow {
  tenantId: string
  messageId: string
  voterContactId: string | null
  options: readonly number[]
  at: Date
}

/** Keeps what somebody has chosen now; false when that, or something newer, is known already. */
export async function upsertVote(sql: Sql, vote: VoteRow): Promise<boolean> {
  const { rowCount } = await sql.execute(text`
    INSERT INTO poll_votes AS v (message_id, tenant_id, voter_contact_id, options, voted_at)
    VALUES (${vote.messageId}, ${vote.tenantId}, ${vote.voterContactId}, ${text.param([...vote.options])}::integer[],
      ${vote.at.toISOString()})
    ON CONFLICT (message_id, voter_contact_id) DO UPDATE SET options = excluded.options, voted_at = excluded.voted_at
    WHERE v.voted_at <= excluded.voted_at AND v.options <> excluded.options`)
  return (rowCount ?? 0) > 0
}

/** What every voter of a poll has chosen. */
export async function listVotes(sql: Sql, tenantId: string, messageId: string): Promise<number[][]> {
  const { rows } = await sql.execute<{ options: number[] }>(text`
    SELECT options FROM poll_votes WHERE message_id = ${messageId} AND tenant_id = ${tenantId}`)
  return rows.map((row) => row.options)
}
