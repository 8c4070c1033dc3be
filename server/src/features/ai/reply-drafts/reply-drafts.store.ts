// Reads tables of other areas: conversations (chats).
import { and, count, desc, eq, inArray } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { chats } from '../../conversations/chats/chats.tables.ts'
import { aiChatDrafts, type ChatDraftRow } from './reply-drafts.tables.ts'

/** A draft with what its chat is called. */
export interface NamedDraft extends ChatDraftRow {
  waChatId: string | null
}

/** Which drafts. */
export interface DraftFilter {
  tenantId: string
  status: ChatDraftRow['status']
  sessionId: string | undefined
}

const matching = ({ tenantId, status, sessionId }: DraftFilter) =>
  and(
    eq(aiChatDrafts.tenantId, tenantId),
    eq(aiChatDrafts.status, status),
    sessionId === undefined ? undefined : eq(aiChatDrafts.sessionId, sessionId),
  )

const named = (rows: { draft: ChatDraftRow; waChatId: string | null }[]): NamedDraft[] =>
  rows.map(({ draft, waChatId }) => ({ ...draft, waChatId }))

/** One page of drafts, newest first. */
export async function listDraftRows(
  sql: Sql,
  filter: DraftFilter,
  page: { limit: number; offset: number },
): Promise<{ rows: NamedDraft[]; total: number }> {
  const rows = await sql
    .select({ draft: aiChatDrafts, waChatId: chats.waChatId })
    .from(aiChatDrafts)
    .leftJoin(chats, eq(chats.id, aiChatDrafts.chatId))
    .where(matching(filter))
    .orderBy(desc(aiChatDrafts.createdAt), desc(aiChatDrafts.id))
    .limit(page.limit)
    .offset(page.offset)
  const [all] = await sql.select({ total: count() }).from(aiChatDrafts).where(matching(filter))
  return { rows: named(rows), total: all?.total ?? 0 }
}

/** A draft of a tenant. */
export async function findDraftRow(sql: Sql, tenantId: string, id: string): Promise<NamedDraft | undefined> {
  const rows = await sql
    .select({ draft: aiChatDrafts, waChatId: chats.waChatId })
    .from(aiChatDrafts)
    .leftJoin(chats, eq(chats.id, aiChatDrafts.chatId))
    .where(and(eq(aiChatDrafts.id, id), eq(aiChatDrafts.tenantId, tenantId)))
  return named(rows)[0]
}

/** Adds a draft. */
export async function insertDraftRow(sql: Sql, row: typeof aiChatDrafts.$inferInsert): Promise<void> {
  await sql.insert(aiChatDrafts).values(row)
}

/** Decides a draft that is pending; false when somebody did before. */
export async function decideDraftRow(
  sql: Sql,
  tenantId: string,
  id: string,
  change: Partial<Pick<ChatDraftRow, 'status' | 'decidedAt' | 'decidedBy' | 'sentMessageId'>>,
): Promise<boolean> {
  const rows = await sql
    .update(aiChatDrafts)
    .set(change)
    .where(
      and(eq(aiChatDrafts.id, id), eq(aiChatDrafts.tenantId, tenantId), eq(aiChatDrafts.status, 'pending')),
    )
    .returning({ id: aiChatDrafts.id })
  return rows.length > 0
}

/** Ends what waits in some chats: something newer was said. */
export async function supersedeDraftRows(
  sql: Sql,
  tenantId: string,
  chatIds: readonly string[],
  at: Date,
): Promise<void> {
  await sql
    .update(aiChatDrafts)
    .set({ status: 'superseded', decidedAt: at })
    .where(
      and(
        eq(aiChatDrafts.tenantId, tenantId),
        inArray(aiChatDrafts.chatId, [...chatIds]),
        eq(aiChatDrafts.status, 'pending'),
      ),
    )
}

/** Drafts of one chat become those of another. */
export async function moveDraftRows(
  sql: Sql,
  tenantId: string,
  fromChatId: string,
  toChatId: string,
): Promise<void> {
  await sql
    .update(aiChatDrafts)
    .set({ chatId: toChatId })
    .where(and(eq(aiChatDrafts.tenantId, tenantId), eq(aiChatDrafts.chatId, fromChatId)))
}
