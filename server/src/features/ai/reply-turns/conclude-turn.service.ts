import type { Context } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError } from '../../../platform/errors.ts'
import { labelChat } from '../../conversations/labels/labels.service.ts'
import { submit } from '../../sending/outbox/submit.service.ts'
import type { ComposedReply } from '../replies/compose-reply.service.ts'
import { keepChatDraft } from '../reply-drafts/reply-drafts.service.ts'
import { type HandOverReason, handedOver, turnOvertaken } from './reply-turns.schema.ts'
import * as store from './reply-turns.store.ts'
import type { ReplyChatRow } from './reply-turns.tables.ts'
import { reasonForSilence, rhythmWith } from './silence.ts'
import { standingTextsIn } from './standing-texts.ts'
import { readSituation, type Turn } from './turns.ts'

const hourMs = 3_600_000

/** How a turn ends, as its chat tells. */
export interface Ending {
  outcome: NonNullable<ReplyChatRow['outcome']>
  reason: string | null
  /** What follows in the same transaction. */
  follow?: (sql: Sql) => Promise<void>
  change?: Partial<ReplyChatRow>
}

/** Why a turn could not end as it was meant to. */
export type Refusal = { kind: 'overtaken' } | { kind: 'refused'; error: AppError }

/** Writes how a turn ended: nothing of it waits any more. The chat is held by this transaction. */
async function writeEnding(ctx: Context, sql: Sql, turn: Turn, { outcome, reason, follow, change }: Ending) {
  const { tenantId, chat, burst, situation } = turn
  const now = ctx.clock.now()
  await store.clearInbox(sql, tenantId, chat.chatId)
  await store.updateState(sql, tenantId, chat.chatId, {
    outcome,
    reason,
    outcomeAt: now,
    updatedAt: now,
    ...rhythmWith(situation.state, burst),
    lastHeard: burst.heard,
    ...change,
  })
  await follow?.(sql)
}

/** Whether exactly these messages still wait: another has come, or somebody else has answered them. */
async function isUnchanged(sql: Sql, turn: Turn): Promise<boolean> {
  const waiting = await store.listInboxIds(sql, turn.chat.chatId)
  const taken = new Set(turn.messageIds)
  return waiting.length === taken.size && waiting.every((id) => taken.has(id))
}

/** Ends a turn without a message; false when something happened in the chat: then it is looked at again. */
export function endSilently(ctx: Context, turn: Turn, ending: Ending): Promise<boolean> {
  const { tenantId, chat } = turn
  return ctx.db.transaction(async (sql) => {
    await store.holdChats(
      sql,
      [{ chatId: chat.chatId, tenantId, sessionId: chat.sessionId }],
      ctx.clock.now(),
    )
    if (!(await isUnchanged(sql, turn))) return false
    await writeEnding(ctx, sql, turn, ending)
    return true
  })
}

/** What is sent by itself, and how its chat is left. */
export interface TurnMessage {
  text: string
  /** ISO 639-1 of whom it is sent to. */
  language: string | null
  kind: 'answer' | 'hand_over' | 'notice'
  ending: Ending
}

/**
 * Sends a message for a turn. Whether it may be sent is asked once more in the transaction that stores it, with the chat
 * held: a person who answered meanwhile, a message that came, a consent that was withdrawn, and nothing is sent.
 */
export async function sendForTurn(
  ctx: Context,
  turn: Turn,
  { text, language, kind, ending }: TurnMessage,
): Promise<Refusal | undefined> {
  const { tenantId, chat, messageIds } = turn
  const { settings, state: before } = turn.situation
  const isFirst = before.disclosedAt === null
  const disclosure = settings.disclosure ?? standingTextsIn(language).disclosure
  const refuse = (reason: string) =>
    turnOvertaken.create({ message: `${turnOvertaken.text}: ${reason}`, details: { reason } })
  const alongside = async (sql: Sql): Promise<AppError | undefined> => {
    if (!(await store.tryHoldState(sql, tenantId, chat.chatId))) return refuse('something_came')
    if (!(await isUnchanged(sql, turn))) return refuse('something_came')
    const now = ctx.clock.now()
    const found = await readSituation(ctx, sql, tenantId, chat.chatId)
    if (found === undefined) return refuse('something_came')
    const reason = reasonForSilence(found.situation, turn.burst, now)
    // Whoever is told that nobody is there is told because of the hour.
    if (reason !== undefined && !(kind === 'notice' && reason === 'outside_hours')) return refuse(reason)
    const day = now.toISOString().slice(0, 10)
    const most = found.situation.settings.max_per_day
    const { sessionId } = chat
    if (!(await store.takeOfDay(sql, { tenantId, sessionId, day, most }))) return refuse('session_cap')
    const { state } = found.situation
    const change = {
      day,
      answers: state.day === day ? state.answers + 1 : 1,
      lastAnswerAt: now,
      turns: rhythmWith(state, turn.burst).turns + 1,
      ...(isFirst ? { disclosedAt: now } : {}),
      ...ending.change,
    }
    await writeEnding(ctx, sql, { ...turn, situation: found.situation }, { ...ending, change })
    return undefined
  }
  try {
    await submit(ctx, {
      sessionId: chat.sessionId,
      chatId: chat.waChatId,
      // Whoever is written to by a machine for the first time is told so.
      content: { kind: 'text', text: isFirst ? `${disclosure}\n\n${text}` : text },
      origin: 'auto_reply',
      isAsync: true,
      metadata: { ai_turn: kind },
      ...(chat.kind === 'group' ? { replyTo: messageIds.at(-1) } : {}),
      alongside,
    })
    return undefined
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return error.code === turnOvertaken.code ? { kind: 'overtaken' } : { kind: 'refused', error }
  }
}

/** How a chat is left that becomes a person's matter. */
export function handOverEnding(ctx: Context, turn: Turn, reason: HandOverReason): Ending {
  const { tenantId, chat, situation } = turn
  const now = ctx.clock.now()
  const until = new Date(now.getTime() + situation.settings.hand_over_hours * hourMs)
  const labelId = situation.settings.hand_over_label_id
  return {
    outcome: 'handed_over',
    reason,
    change: { pausedUntil: until, handedOverAt: now },
    follow: async (sql) => {
      const { chatId, sessionId, waChatId } = chat
      if (labelId !== null) await labelChat(ctx, sql, { tenantId, chatId, labelId })
      const over = { tenantId, sessionId, chatId: waChatId, reason, until: until.toISOString() }
      await ctx.events.publish(sql, handedOver, over)
    },
  }
}

/** How a chat is left whose answer a person has to send. */
export function draftEnding(ctx: Context, turn: Turn, reply: ComposedReply): Ending {
  const { tenantId, chat, messageIds } = turn
  return {
    outcome: 'drafted',
    reason: reply.reasons[0] ?? null,
    follow: (sql) =>
      keepChatDraft(ctx, sql, {
        tenantId,
        sessionId: chat.sessionId,
        chatId: chat.chatId,
        waChatId: chat.waChatId,
        text: reply.text,
        sources: reply.sources,
        reasons: reply.reasons,
        replyToId: chat.kind === 'group' ? (messageIds.at(-1) ?? null) : null,
      }),
  }
}
