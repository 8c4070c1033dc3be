import type { Context } from '../../../context.ts'
import { tenantOf } from '../../../context.ts'
import { chatKind } from '../../../engine/ids.ts'
import { firstCharacters } from '../../../platform/characters.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { seal } from '../../../platform/secrets.ts'
import type { ContactsMerged } from '../../conversations/contacts/contacts.schema.ts'
import type { MessageProgress, MessageReceived } from '../../conversations/messages/message-events.schema.ts'
import { moveDrafts, supersedeDrafts } from '../reply-drafts/reply-drafts.service.ts'
import { findSpokenText } from '../transcripts/transcripts.service.ts'
import { wantsPerson } from './hand-over-words.ts'
import { type AnsweringSession, getAnsweringSession } from './reply-settings.service.ts'
import { turnJob } from './reply-turns.schema.ts'
import * as store from './reply-turns.store.ts'
import { mostAgeMs } from './silence.ts'

/** More of a message is not read. */
const longestText = 2_000

/** Binds the text of a message that waits to it. */
export const inboxPurpose = (messageId: string): string => `ai_reply_inbox.text ${messageId}`

/** A message that a session may answer by itself. */
export interface Answerable
  extends Pick<
    MessageReceived,
    'messageId' | 'tenantId' | 'sessionId' | 'chatRecordId' | 'text' | 'waTimestamp'
  > {
  session: AnsweringSession
}

/** Kinds that say nothing, or nothing yet. */
const silentKinds: ReadonlySet<string> = new Set(['reaction', 'unknown'])

const isOn = ({ settings, hasOwnModes }: AnsweringSession): boolean => settings.mode !== 'off' || hasOwnModes

/** Messages with a text, of people who speak to this account, written a moment ago, in sessions that answer at all. */
async function selectAnswerable(
  ctx: Context,
  sql: Sql,
  messages: readonly MessageReceived[],
): Promise<Answerable[]> {
  const wanted: (MessageReceived & { session: AnsweringSession })[] = []
  for (const message of messages) {
    const { chatId, messageType, text, waTimestamp } = message
    if (chatKind(chatId) === 'channel' || silentKinds.has(messageType) || text.trim() === '') continue
    if (ctx.clock.nowMs() - Date.parse(waTimestamp) > mostAgeMs) continue
    const session = await getAnsweringSession(ctx, sql, message.sessionId)
    if (session !== undefined && isOn(session)) wanted.push({ ...message, session })
  }
  const quoting = wanted.flatMap(({ isGroup, replyToId }) =>
    isGroup && replyToId !== null ? [replyToId] : [],
  )
  const own = quoting.length === 0 ? new Set() : await store.listOwnMessages(sql, tenantOf(ctx), quoting)
  return wanted.filter(({ isGroup, mentions, replyToId, session: { settings, ownChatId } }) => {
    if (!isGroup) return true
    if (settings.in_groups === 'off') return false
    return (ownChatId !== null && mentions.includes(ownChatId)) || (replyToId !== null && own.has(replyToId))
  })
}

/** Lets messages wait for an answer, in the transaction that stores them; one job for each chat in which none waited. */
export async function awaitAnswers(ctx: Context, sql: Sql, messages: readonly Answerable[]): Promise<void> {
  if (messages.length === 0) return
  const now = ctx.clock.now()
  const byChat = Map.groupBy(messages, ({ chatRecordId }) => chatRecordId)
  const chats = [...byChat].map(([chatId, [first]]) => ({
    chatId,
    tenantId: first?.tenantId ?? '',
    sessionId: first?.sessionId ?? '',
  }))
  await store.holdChats(sql, chats, now)
  const waiting = await store.listWaitingChats(
    sql,
    chats.map(({ chatId }) => chatId),
  )
  await store.insertInbox(
    sql,
    messages.map(({ messageId, tenantId, sessionId, chatRecordId, text, waTimestamp, session }) => ({
      messageId,
      tenantId,
      sessionId,
      chatId: chatRecordId,
      text: seal(ctx.config, inboxPurpose(messageId), Buffer.from(firstCharacters(text, longestText))),
      wantsPerson: wantsPerson(text, session.settings.hand_over_words),
      waTimestamp: new Date(waTimestamp),
      receivedAt: now,
    })),
  )
  for (const [chatId, [first]] of byChat) {
    if (waiting.has(chatId) || first === undefined) continue
    const delayMs = first.session.settings.debounce_seconds * 1000
    await ctx.jobs.add(sql, turnJob, { tenantId: first.tenantId, chatId }, { delayMs, key: chatId })
  }
}

/** What came in, in the transaction that stores it. */
export async function receiveMessages(
  ctx: Context,
  sql: Sql,
  messages: readonly MessageReceived[],
): Promise<void> {
  await awaitAnswers(ctx, sql, await selectAnswerable(ctx, sql, messages))
}

/** What was said in voice messages, in the transaction that stores it: it is answered as a text is. */
export async function receiveTranscripts(
  ctx: Context,
  sql: Sql,
  spoken: readonly { tenantId: string; messageId: string }[],
): Promise<void> {
  const tenantId = tenantOf(ctx)
  const ids = spoken.map(({ messageId }) => messageId)
  const wanted: Answerable[] = []
  for (const message of await store.listInbound(sql, tenantId, ids)) {
    const session = await getAnsweringSession(ctx, sql, message.sessionId)
    if (session === undefined || !isOn(session)) continue
    if (ctx.clock.nowMs() - message.waTimestamp.getTime() > mostAgeMs) continue
    const said = await findSpokenText(ctx, sql, tenantId, message.messageId)
    if (said === undefined || said.text.trim() === '') continue
    const waTimestamp = message.waTimestamp.toISOString()
    wanted.push({ ...message, tenantId, text: said.text, waTimestamp, session })
  }
  await awaitAnswers(ctx, sql, wanted)
}

/** Whether a message that left was a person's: what campaigns and machines send says who they are. */
const isPersons = ({ metadata }: MessageProgress): boolean =>
  metadata === null || metadata['origin'] === 'phone'

/** A person answered: whoever is about to send an answer finds the chat held, and what was drafted is out of date. */
export async function noticePeople(ctx: Context, sql: Sql, sent: readonly MessageProgress[]): Promise<void> {
  const chats = new Map<string, { chatId: string; tenantId: string; sessionId: string }>()
  for (const message of sent) {
    if (!isPersons(message) || message.messageType === 'reaction') continue
    const session = await getAnsweringSession(ctx, sql, message.sessionId)
    if (session === undefined || !isOn(session)) continue
    const { chatRecordId: chatId, tenantId, sessionId } = message
    chats.set(chatId, { chatId, tenantId, sessionId })
  }
  if (chats.size === 0) return
  await store.holdChats(sql, [...chats.values()], ctx.clock.now())
  await supersedeDrafts(ctx, sql, [...chats.keys()])
}

/** Two contacts are one person: what waits in the chat that goes waits in the other. */
export async function followMerge(ctx: Context, sql: Sql, merged: readonly ContactsMerged[]): Promise<void> {
  for (const { tenantId, keepId, dropId } of merged) {
    for (const pair of await store.listChatPairs(sql, tenantId, { keepId, dropId })) {
      const hasWaiting = await store.mergeChats(sql, tenantId, pair)
      await moveDrafts(ctx, sql, pair.drop, pair.keep)
      if (hasWaiting) await ctx.jobs.add(sql, turnJob, { tenantId, chatId: pair.keep }, { key: pair.keep })
    }
  }
}
