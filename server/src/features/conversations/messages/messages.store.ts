// Reads tables of other areas: sessions (sessions).
import { sql as text } from 'drizzle-orm'
import type { MessageType } from '../../../engine/content.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { MessageStatus, Reaction } from './messages.tables.ts'

/** A message with what its object on the wire needs of chat and contact. */
export interface MessageRow extends Record<string, unknown> {
  id: string
  tenantId: string
  sessionId: string
  chatId: string
  waMessageId: string
  direction: 'inbound' | 'outbound'
  messageType: MessageType
  status: MessageStatus
  contentPreview: string | null
  contentFull: Buffer | null
  details: Buffer | null
  /** Choices per voter, of polls. */
  pollVotes: number[][] | null
  hasMedia: boolean
  error: string | null
  isCold: boolean
  requiresApproval: boolean
  isStarred: boolean
  reactions: Reaction[]
  replyToId: string | null
  answeredPending: boolean
  idempotencyHash: string | null
  waTimestamp: Date | null
  sentAt: Date | null
  deliveredAt: Date | null
  readAt: Date | null
  editedAt: Date | null
  deletedAt: Date | null
  createdAt: Date
  waChatId: string
  /** `person`, `group` or `channel`. */
  chatKind: 'person' | 'group' | 'channel'
  senderPhone: string | null
  senderLid: string | null
  senderName: string | null
}

const timestampColumns = [
  'waTimestamp',
  'sentAt',
  'deliveredAt',
  'readAt',
  'editedAt',
  'deletedAt',
  'createdAt',
] as const

// Raw statements come back with the driver's own types: PostgreSQL's text for timestamps.
function toMessage(row: MessageRow): MessageRow {
  for (const name of timestampColumns) {
    const value: unknown = row[name]
    if (typeof value === 'string') (row as Record<string, unknown>)[name] = new Date(value)
  }
  return row
}

const selection = text`
  SELECT m.id, m.tenant_id AS "tenantId", m.session_id AS "sessionId", m.chat_id AS "chatId",
    m.wa_message_id AS "waMessageId", m.direction, m.message_type AS "messageType", m.status,
    m.content_preview AS "contentPreview", m.content_full AS "contentFull", m.details,
    CASE WHEN m.message_type = 'poll' THEN
      (SELECT json_agg(v.options) FROM poll_votes v WHERE v.message_id = m.id) END AS "pollVotes",
    m.has_media AS "hasMedia", m.error,
    m.is_cold AS "isCold", m.requires_approval AS "requiresApproval", m.is_starred AS "isStarred", m.reactions,
    m.reply_to_id AS "replyToId", m.answered_pending AS "answeredPending", m.idempotency_hash AS "idempotencyHash",
    m.wa_timestamp AS "waTimestamp", m.sent_at AS "sentAt", m.delivered_at AS "deliveredAt", m.read_at AS "readAt",
    m.edited_at AS "editedAt", m.deleted_at AS "deletedAt", m.created_at AS "createdAt",
    h.wa_chat_id AS "waChatId", h.kind AS "chatKind", c.phone AS "senderPhone",
    c.lid AS "senderLid", coalesce(c.name, c.book_name, c.push_name) AS "senderName"
  FROM messages m JOIN chats h ON h.id = m.chat_id LEFT JOIN contacts c ON c.id = m.sender_contact_id`

/** One message by its id. */
export async function findMessage(sql: Sql, tenantId: string, id: string): Promise<MessageRow | undefined> {
  const { rows } = await sql.execute<MessageRow>(
    text`${selection} WHERE m.id = ${id} AND m.tenant_id = ${tenantId}`,
  )
  return rows[0] === undefined ? undefined : toMessage(rows[0])
}

/** The newest message of a tenant with a WhatsApp id: these are unique enough in practice, but not by law. */
export async function findMessageByWaId(
  sql: Sql,
  tenantId: string,
  waMessageId: string,
): Promise<MessageRow | undefined> {
  const { rows } = await sql.execute<MessageRow>(text`${selection}
    WHERE m.session_id IN (SELECT id FROM sessions WHERE tenant_id = ${tenantId})
      AND m.wa_message_id = ${waMessageId} AND m.tenant_id = ${tenantId}
    ORDER BY m.created_at DESC, m.id DESC LIMIT 1`)
  return rows[0] === undefined ? undefined : toMessage(rows[0])
}

/** The message stored under an idempotency key since a timestamp. */
export async function findMessageByKey(
  sql: Sql,
  tenantId: string,
  key: string,
  since: Date,
): Promise<MessageRow | undefined> {
  const { rows } = await sql.execute<MessageRow>(text`${selection}
    WHERE m.tenant_id = ${tenantId} AND m.idempotency_key = ${key} AND m.created_at > ${since.toISOString()}`)
  return rows[0] === undefined ? undefined : toMessage(rows[0])
}

/** Messages of a chat, newest first; reactions are shown at what they are on. */
export async function listMessages(
  sql: Sql,
  tenantId: string,
  chatId: string,
  limit: number,
  offset: number,
): Promise<MessageRow[]> {
  const { rows } = await sql.execute<MessageRow>(text`${selection}
    WHERE m.chat_id = ${chatId} AND m.tenant_id = ${tenantId} AND m.message_type <> 'reaction'
    ORDER BY m.ordered_at DESC, m.id DESC LIMIT ${limit} OFFSET ${offset}`)
  return rows.map(toMessage)
}

/** A place in a chat. */
interface Place {
  tenantId: string
  chatId: string
  messageId: string
}

/** Whether a message is in a chat. */
export async function isInChat(sql: Sql, { tenantId, chatId, messageId }: Place): Promise<boolean> {
  const { rows } = await sql.execute(text`
    SELECT 1 FROM messages WHERE id = ${messageId} AND chat_id = ${chatId} AND tenant_id = ${tenantId}`)
  return rows.length > 0
}

/** The messages of a chat nearest to one of them, newest first; with `isIncluded` the message itself, too. */
export async function listNearMessages(
  sql: Sql,
  { tenantId, chatId, messageId }: Place,
  { side, isIncluded, limit }: { side: 'older' | 'newer'; isIncluded: boolean; limit: number },
): Promise<MessageRow[]> {
  const signs = { older: isIncluded ? text`<=` : text`<`, newer: isIncluded ? text`>=` : text`>` }
  const direction = side === 'older' ? text`DESC` : text`ASC`
  const { rows } = await sql.execute<MessageRow>(text`${selection}
    WHERE m.chat_id = ${chatId} AND m.tenant_id = ${tenantId} AND m.message_type <> 'reaction'
      AND (m.ordered_at, m.id) ${signs[side]} (SELECT ordered_at, id FROM messages WHERE id = ${messageId})
    ORDER BY m.ordered_at ${direction}, m.id ${direction} LIMIT ${limit}`)
  return (side === 'older' ? rows : rows.reverse()).map(toMessage)
}

/** How many messages a chat has. */
export async function countMessages(sql: Sql, tenantId: string, chatId: string): Promise<number> {
  const { rows } = await sql.execute<{ total: number }>(text`
    SELECT count(*)::int AS total FROM messages
    WHERE chat_id = ${chatId} AND tenant_id = ${tenantId} AND message_type <> 'reaction'`)
  return rows[0]?.total ?? 0
}

/** What quoting a stored message needs. */
export interface QuotableMessage extends Record<string, unknown> {
  id: string
  sessionId: string
  chatId: string
  waMessageId: string
  direction: 'inbound' | 'outbound'
  proto: Buffer | null
  phone: string | null
  lid: string | null
}

/** A message of a tenant with its protobuf and its sender's addresses. */
export async function findQuotable(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<QuotableMessage | undefined> {
  const { rows } = await sql.execute<QuotableMessage>(text`
    SELECT m.id, m.session_id AS "sessionId", m.chat_id AS "chatId", m.wa_message_id AS "waMessageId",
      m.direction, m.proto, c.phone, c.lid
    FROM messages m LEFT JOIN contacts c ON c.id = m.sender_contact_id
    WHERE m.id = ${id} AND m.tenant_id = ${tenantId}`)
  return rows[0]
}

/** The encrypted protobuf of a message. */
export async function findProtoBytes(
  sql: Sql,
  tenantId: string,
  sessionId: string,
  waMessageId: string,
): Promise<{ id: string; proto: Buffer } | undefined> {
  const { rows } = await sql.execute<{ id: string; proto: Buffer }>(text`
    SELECT id, proto FROM messages
    WHERE session_id = ${sessionId} AND tenant_id = ${tenantId} AND wa_message_id = ${waMessageId}
      AND proto IS NOT NULL LIMIT 1`)
  return rows[0]
}
