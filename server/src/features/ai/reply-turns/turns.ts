import { createHash } from 'node:crypto'
import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unseal } from '../../../platform/secrets.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { inboxPurpose } from './receive-messages.service.ts'
import { readSettings } from './reply-settings.service.ts'
import * as store from './reply-turns.store.ts'
import type { ReplyChatRow } from './reply-turns.tables.ts'
import type { Burst, Situation } from './silence.ts'
import { disclosesMachine } from './standing-texts.ts'

/** A burst of messages in a chat with all that decides what becomes of it. */
export interface Turn {
  tenantId: string
  chat: Pick<store.SituationRow, 'chatId' | 'sessionId' | 'kind' | 'waChatId'>
  situation: Situation & { state: ReplyChatRow }
  burst: Burst
  /** Ids of the messages, in their order. */
  messageIds: readonly string[]
  lastReceivedAt: Date
  /** When the session connected last, in milliseconds since 1970; 0 when it never did. */
  connectedMs: number
  text: string
  wantsPerson: boolean
}

/** Of a flood the last messages are read. */
const mostMessages = 20
const mostText = 2_000
const pauseLookMs = 720 * 3_600_000

function textOf(ctx: Context, rows: readonly store.InboxRow[]): string {
  const texts = rows
    .slice(-mostMessages)
    .map(({ messageId, text }) => unseal(ctx.config, inboxPurpose(messageId), text).toString())
  let whole = texts.join('\n')
  while (whole.length > mostText && texts.length > 1) {
    texts.shift()
    whole = texts.join('\n')
  }
  return whole.slice(0, mostText).toWellFormed()
}

/** What decides about a chat, as the database has it now. */
export async function readSituation(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  chatId: string,
): Promise<{ row: store.SituationRow; situation: Turn['situation'] } | undefined> {
  const row = await store.findSituation(sql, tenantId, chatId, ctx.clock.now().toISOString().slice(0, 10))
  const state = await store.findState(sql, tenantId, chatId)
  if (row === undefined || state === undefined) return undefined
  const since = new Date(ctx.clock.nowMs() - pauseLookMs)
  return {
    row,
    situation: {
      settings: readSettings(row.settings),
      state,
      isConsenting: (await getSettings(ctx, tenantId, sql)).aiConsentEnabled,
      isOwnAccount: row.isOwnAccount,
      answersOfDay: row.answersOfDay,
      personAnsweredAt: await store.findPersonAnswer(sql, tenantId, chatId, since),
    },
  }
}

/** What waits in a chat; undefined when nothing does. What belongs to a chat that is gone goes. */
export async function readTurn(ctx: Context, tenantId: string, chatId: string): Promise<Turn | undefined> {
  const { sql } = ctx.db
  const rows = await store.listInbox(sql, tenantId, chatId)
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined) return undefined
  const found = await readSituation(ctx, sql, tenantId, chatId)
  if (found === undefined) {
    await store.clearInbox(sql, tenantId, chatId)
    return undefined
  }
  const text = textOf(ctx, rows)
  return {
    tenantId,
    chat: found.row,
    situation: found.situation,
    burst: {
      firstAt: first.receivedAt,
      newestAt: new Date(Math.max(...rows.map(({ waTimestamp }) => waTimestamp.getTime()))),
      heard: createHash('sha256').update(text.toLowerCase().replaceAll(/\s+/g, ' ').trim()).digest('hex'),
      isDisclosed: disclosesMachine(text),
    },
    messageIds: rows.map(({ messageId }) => messageId),
    lastReceivedAt: last.receivedAt,
    // What is stored lags, and a process that was killed says nothing any more.
    connectedMs:
      ctx.engine.activity(found.row.sessionId)?.connectedAt.getTime() ?? found.row.connectedMs ?? 0,
    text,
    wantsPerson: rows.some((row) => row.wantsPerson),
  }
}
