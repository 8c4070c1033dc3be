// Reads tables of other areas: conversations (chats, contacts, messages), sessions (sessions).
import { and, eq, sql as text } from 'drizzle-orm'
import type { ChatId } from '../../../engine/ids.ts'
import type { Sql } from '../../../platform/database/database.ts'
import type { ReplyChatRow, ReplyMode } from './reply-turns.tables.ts'
import { aiReplyChats, aiReplyInbox, aiReplySettings } from './reply-turns.tables.ts'

/** What a session says of its automatic answers. */
export interface StoredSettings {
  settings: Record<string, unknown>
  /** Whether a chat of it has a mode of its own. */
  hasOwnModes: boolean
  /** Digits of its account. */
  phone: string | null
}

/** The settings of a session; undefined for one that is gone. */
export async function findSettings(
  sql: Sql,
  tenantId: string,
  sessionId: string,
): Promise<StoredSettings | undefined> {
  const { rows } = await sql.execute<StoredSettings & Record<string, unknown>>(text`
    SELECT coalesce(a.settings, '{}'::jsonb) AS settings, s.phone_number AS phone,
      EXISTS (SELECT FROM ai_reply_chats c WHERE c.session_id = s.id AND c.mode IS NOT NULL) AS "hasOwnModes"
    FROM sessions s LEFT JOIN ai_reply_settings a ON a.session_id = s.id
    WHERE s.id = ${sessionId} AND s.tenant_id = ${tenantId}`)
  return rows[0]
}

/** Settings of a session, held until the transaction ends: two changes at once do not lose one. */
export async function lockSettings(
  sql: Sql,
  tenantId: string,
  sessionId: string,
): Promise<Record<string, unknown>> {
  const [row] = await sql
    .select({ settings: aiReplySettings.settings })
    .from(aiReplySettings)
    .where(and(eq(aiReplySettings.sessionId, sessionId), eq(aiReplySettings.tenantId, tenantId)))
    .for('update')
  return row?.settings ?? {}
}

/** Stores the settings of a session. */
export async function saveSettings(sql: Sql, row: typeof aiReplySettings.$inferInsert): Promise<void> {
  const { settings, updatedAt } = row
  await sql
    .insert(aiReplySettings)
    .values(row)
    .onConflictDoUpdate({ target: aiReplySettings.sessionId, set: { settings, updatedAt } })
}

/** Takes a label that is gone out of the settings. */
export async function clearHandOverLabel(sql: Sql, tenantId: string, labelId: string): Promise<void> {
  await sql.execute(text`
    UPDATE ai_reply_settings SET settings = settings - 'hand_over_label_id'
    WHERE tenant_id = ${tenantId} AND settings ->> 'hand_over_label_id' = ${labelId}`)
}

/** A message to be answered. */
export interface InboxRow {
  messageId: string
  tenantId: string
  sessionId: string
  chatId: string
  text: Buffer
  wantsPerson: boolean
  waTimestamp: Date
  receivedAt: Date
}

/**
 * Makes sure that chats have a state and holds it until the transaction ends, in one order for everybody: whoever is
 * about to send an answer there finds it held, and looks again.
 */
export async function holdChats(
  sql: Sql,
  chats: readonly { chatId: string; tenantId: string; sessionId: string }[],
  at: Date,
): Promise<void> {
  const ordered = chats.toSorted((a, b) => (a.chatId < b.chatId ? -1 : 1))
  await sql.execute(text`
    INSERT INTO ai_reply_chats AS c (chat_id, tenant_id, session_id, updated_at)
    SELECT "chatId", "tenantId", "sessionId", ${at.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(ordered)}::json) AS r("chatId" uuid, "tenantId" uuid, "sessionId" uuid)
    ORDER BY 1
    ON CONFLICT (chat_id) DO UPDATE SET updated_at = excluded.updated_at, session_id = excluded.session_id`)
}

/** Which of these chats have something waiting already. */
export async function listWaitingChats(sql: Sql, chatIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM unnest(${text.param(chatIds)}::uuid[]) AS c(id)
    WHERE EXISTS (SELECT FROM ai_reply_inbox i WHERE i.chat_id = c.id)`)
  return new Set(rows.map(({ id }) => id))
}

/** Adds messages to be answered. */
export async function insertInbox(sql: Sql, rows: readonly InboxRow[]): Promise<void> {
  await sql
    .insert(aiReplyInbox)
    .values([...rows])
    .onConflictDoNothing()
}

/** What waits in a chat, in its order. */
export function listInbox(sql: Sql, tenantId: string, chatId: string): Promise<InboxRow[]> {
  return sql
    .select()
    .from(aiReplyInbox)
    .where(and(eq(aiReplyInbox.chatId, chatId), eq(aiReplyInbox.tenantId, tenantId)))
    .orderBy(aiReplyInbox.receivedAt, aiReplyInbox.messageId)
}

/** The ids of what waits in a chat. */
export async function listInboxIds(sql: Sql, chatId: string): Promise<string[]> {
  const rows = await sql
    .select({ id: aiReplyInbox.messageId })
    .from(aiReplyInbox)
    .where(eq(aiReplyInbox.chatId, chatId))
  return rows.map(({ id }) => id)
}

/** Nothing waits in a chat any more. */
export async function clearInbox(sql: Sql, tenantId: string, chatId: string): Promise<void> {
  await sql
    .delete(aiReplyInbox)
    .where(and(eq(aiReplyInbox.chatId, chatId), eq(aiReplyInbox.tenantId, tenantId)))
}

/** A chat with all that decides whether it is answered, as the database has it. */
export interface SituationRow {
  chatId: string
  sessionId: string
  kind: 'person' | 'group' | 'channel'
  waChatId: ChatId
  isOwnAccount: boolean
  settings: Record<string, unknown>
  /** Automatic answers of the session on this UTC day. */
  answersOfDay: number
  /** When the session connected last, in milliseconds since 1970. */
  connectedMs: number | null
}

/** A chat with its session's settings; undefined when it is gone. */
export async function findSituation(
  sql: Sql,
  tenantId: string,
  chatId: string,
  day: string,
): Promise<SituationRow | undefined> {
  const { rows } = await sql.execute<SituationRow & Record<string, unknown>>(text`
    SELECT c.id AS "chatId", c.session_id AS "sessionId", c.kind, c.wa_chat_id AS "waChatId",
      coalesce(a.settings, '{}'::jsonb) AS settings, coalesce(d.answers, 0) AS "answersOfDay",
      EXISTS (SELECT FROM sessions s WHERE s.phone_number = p.phone) AS "isOwnAccount",
      (extract(epoch FROM o.last_connected_at) * 1000)::float8 AS "connectedMs"
    FROM chats c
    JOIN sessions o ON o.id = c.session_id AND o.tenant_id = c.tenant_id
    LEFT JOIN contacts p ON p.id = c.contact_id
    LEFT JOIN ai_reply_settings a ON a.session_id = c.session_id
    LEFT JOIN ai_reply_days d ON d.session_id = c.session_id AND d.day = ${day}::date
    WHERE c.id = ${chatId} AND c.tenant_id = ${tenantId}`)
  return rows[0]
}

/** The state of a chat. */
export async function findState(
  sql: Sql,
  tenantId: string,
  chatId: string,
): Promise<ReplyChatRow | undefined> {
  const [row] = await sql
    .select()
    .from(aiReplyChats)
    .where(and(eq(aiReplyChats.chatId, chatId), eq(aiReplyChats.tenantId, tenantId)))
  return row
}

/** Holds the state of a chat until the transaction ends; false when somebody else does: something happens there. */
export async function tryHoldState(sql: Sql, tenantId: string, chatId: string): Promise<boolean> {
  const rows = await sql
    .select({ chatId: aiReplyChats.chatId })
    .from(aiReplyChats)
    .where(and(eq(aiReplyChats.chatId, chatId), eq(aiReplyChats.tenantId, tenantId)))
    .for('update', { skipLocked: true })
  return rows.length > 0
}

/** Changes the state of a chat. */
export async function updateState(
  sql: Sql,
  tenantId: string,
  chatId: string,
  change: Partial<ReplyChatRow>,
): Promise<void> {
  await sql
    .update(aiReplyChats)
    .set(change)
    .where(and(eq(aiReplyChats.chatId, chatId), eq(aiReplyChats.tenantId, tenantId)))
}

/**
 * When a person of the tenant wrote in a chat last, on the phone or here, not before `since`; by our clock, where that of
 * the phone is ahead. A draft that a person sent is the machine's text: the machine goes on.
 */
export async function findPersonAnswer(
  sql: Sql,
  tenantId: string,
  chatId: string,
  since: Date,
): Promise<Date | null> {
  const { rows } = await sql.execute<{ at: string | null }>(text`
    SELECT max(least(ordered_at, created_at)) AS at FROM messages
    WHERE chat_id = ${chatId} AND tenant_id = ${tenantId} AND ordered_at >= ${since.toISOString()}::timestamptz
      AND direction = 'outbound' AND origin IN ('phone', 'api') AND message_type <> 'reaction' AND status <> 'failed'
      AND NOT coalesce(metadata ? 'ai_draft_id', false)`)
  const at = rows[0]?.at ?? null
  return at === null ? null : new Date(at)
}

/** Takes one of the automatic answers that a session may give a day; false when none is left. */
export async function takeOfDay(
  sql: Sql,
  place: { tenantId: string; sessionId: string; day: string; most: number },
): Promise<boolean> {
  const { tenantId, sessionId, day, most } = place
  const { rows } = await sql.execute(text`
    INSERT INTO ai_reply_days AS d (session_id, tenant_id, day, answers)
    VALUES (${sessionId}, ${tenantId}, ${day}::date, 1)
    ON CONFLICT (session_id, day) DO UPDATE SET answers = d.answers + 1 WHERE d.answers < ${most}
    RETURNING answers`)
  return rows.length > 0
}

/** What was said in a chat before a moment and after another, the newest first. */
export async function listEarlier(
  sql: Sql,
  place: { tenantId: string; chatId: string; before: Date; after: Date | null; limit: number },
): Promise<{ isOwn: boolean; text: string }[]> {
  const { tenantId, chatId, before, after, limit } = place
  const { rows } = await sql.execute<{ isOwn: boolean; text: string }>(text`
    SELECT direction = 'outbound' AS "isOwn", content_preview AS text FROM messages
    WHERE chat_id = ${chatId} AND tenant_id = ${tenantId} AND ordered_at < ${before.toISOString()}::timestamptz
      AND (${after?.toISOString() ?? null}::timestamptz IS NULL OR ordered_at > ${after?.toISOString() ?? null}::timestamptz)
      AND message_type NOT IN ('reaction', 'unknown') AND coalesce(content_preview, '') <> '' AND deleted_at IS NULL
      AND status NOT IN ('failed', 'pending_approval')
    ORDER BY ordered_at DESC, id DESC LIMIT ${limit}`)
  return rows
}

/** Inbound messages of direct chats, as they were stored. */
export async function listInbound(
  sql: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<{ messageId: string; sessionId: string; chatRecordId: string; waTimestamp: Date }[]> {
  const { rows } = await sql.execute<{ id: string; sessionId: string; chatId: string; at: string }>(text`
    SELECT m.id, m.session_id AS "sessionId", m.chat_id AS "chatId", coalesce(m.wa_timestamp, m.created_at) AS at
    FROM messages m JOIN chats c ON c.id = m.chat_id AND c.kind = 'person'
    WHERE m.id = ANY(${text.param(ids)}::uuid[]) AND m.tenant_id = ${tenantId} AND m.direction = 'inbound'`)
  return rows.map(({ id, sessionId, chatId, at }) => ({
    messageId: id,
    sessionId,
    chatRecordId: chatId,
    waTimestamp: new Date(at),
  }))
}

/** Which of these messages are the account's own. */
export async function listOwnMessages(
  sql: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql.execute<{ id: string }>(text`
    SELECT id FROM messages WHERE id = ANY(${text.param(ids)}::uuid[]) AND tenant_id = ${tenantId}
      AND direction = 'outbound'`)
  return new Set(rows.map(({ id }) => id))
}

/** The chats of two contacts that are in one session each time: those of the second go. */
export async function listChatPairs(
  sql: Sql,
  tenantId: string,
  { keepId, dropId }: { keepId: string; dropId: string },
): Promise<{ keep: string; drop: string }[]> {
  const { rows } = await sql.execute<{ keep: string; drop: string }>(text`
    SELECT k.id AS keep, d.id AS drop FROM chats k JOIN chats d ON d.session_id = k.session_id
    WHERE k.contact_id = ${keepId} AND d.contact_id = ${dropId} AND k.tenant_id = ${tenantId} ORDER BY k.id`)
  return rows
}

/** What waits in a chat that goes, and what silences it, becomes that of the one that stays. */
export async function mergeChats(
  sql: Sql,
  tenantId: string,
  { keep, drop }: { keep: string; drop: string },
): Promise<boolean> {
  const { rows } = await sql.execute(text`
    UPDATE ai_reply_inbox SET chat_id = ${keep} WHERE chat_id = ${drop} AND tenant_id = ${tenantId}
    RETURNING message_id`)
  await sql.execute(text`
    UPDATE ai_reply_chats k SET mode = coalesce(k.mode, d.mode), paused_until = greatest(k.paused_until, d.paused_until),
      handed_over_at = greatest(k.handed_over_at, d.handed_over_at),
      disclosed_at = least(k.disclosed_at, d.disclosed_at), last_answer_at = greatest(k.last_answer_at, d.last_answer_at)
    FROM ai_reply_chats d WHERE k.chat_id = ${keep} AND d.chat_id = ${drop} AND k.tenant_id = ${tenantId}`)
  await sql.execute(text`
    UPDATE ai_reply_chats SET chat_id = ${keep} WHERE chat_id = ${drop} AND tenant_id = ${tenantId}
      AND NOT EXISTS (SELECT FROM ai_reply_chats k WHERE k.chat_id = ${keep})`)
  await sql.execute(text`DELETE FROM ai_reply_chats WHERE chat_id = ${drop} AND tenant_id = ${tenantId}`)
  return rows.length > 0
}

/** The mode that a chat has of its own. */
export async function setOwnMode(
  sql: Sql,
  tenantId: string,
  chatId: string,
  mode: ReplyMode | null,
): Promise<void> {
  await updateState(sql, tenantId, chatId, { mode })
}
