import { type Context, tenantOf } from '../../../context.ts'
import { type ChatId, phoneOf } from '../../../engine/ids.ts'
import type { JobRun } from '../../../job.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError } from '../../../platform/errors.ts'
import { done, type JobOutcome } from '../../../platform/jobs/jobs.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { type ChatRef, findChat } from '../../conversations/chats/chats.service.ts'
import { displayName, waChatIdOf } from '../../conversations/contacts/contacts.service.ts'
import {
  type DueResponse,
  findGroupResponse,
  settleGroupResponse,
} from '../../leads/monitoring/follow-leads.service.ts'
import { fillTemplate } from '../../leads/monitoring/monitored-groups.schema.ts'
import { submit } from '../../sending/outbox/submit.service.ts'
import { providerFailed } from '../models/models.schema.ts'
import { composeReply } from '../replies/compose-reply.service.ts'
import { countReply } from '../replies/replies.service.ts'
import { keepChatDraft } from '../reply-drafts/reply-drafts.service.ts'
import { findSpokenText } from '../transcripts/transcripts.service.ts'
import { getReplySettings } from './reply-settings.service.ts'
import { turnOvertaken } from './reply-turns.schema.ts'
import * as store from './reply-turns.store.ts'
import { hasPaused } from './silence.ts'
import { standingTextsIn } from './standing-texts.ts'

const longestPauseMs = 720 * 3_600_000

/** The text of an answer, or why there is none. */
type Written = { text: string } | { refused: string }

/** Why the person's direct chat is not written to: somebody of the tenant is there, or it was handed over. */
async function whySilent(ctx: Context, sql: Sql, chat: ChatRef | undefined): Promise<string | undefined> {
  if (chat === undefined) return undefined
  const { tenantId, sessionId, id } = chat
  const now = ctx.clock.now()
  const since = new Date(now.getTime() - longestPauseMs)
  return hasPaused(
    {
      settings: await getReplySettings(ctx, sessionId, sql),
      state: await store.findState(sql, tenantId, id),
      personAnsweredAt: await store.findPersonAnswer(sql, tenantId, id, since),
    },
    now,
  )
}

/** What is answered: of a sound what was written down. */
async function wordsOf(ctx: Context, { said, messageId }: DueResponse): Promise<string> {
  if (messageId === null || (said ?? '').trim() !== '') return said ?? ''
  return (await findSpokenText(ctx, ctx.db.sql, tenantOf(ctx), messageId))?.text ?? ''
}

/** Lets the model write; what wants a person becomes a draft of the direct chat, where there is one. */
async function writeByModel(
  ctx: Context,
  due: DueResponse,
  waChatId: ChatId,
  chat: ChatRef | undefined,
  run: JobRun,
): Promise<Written> {
  const { sessionId } = due
  const settings = await getReplySettings(ctx, sessionId)
  const { use_rag: useRag, apply_style: applyStyle, profile_id: profileId } = settings
  const context = await wordsOf(ctx, due)
  const task = { waChatId, sessionId, context, useRag, applyStyle, profileId }
  if (task.context.trim() === '') return { refused: 'empty_text' }
  const reply = await countReply(ctx, () =>
    composeReply(ctx, { ...task, purpose: 'reply', signal: run.signal }),
  )
  const isSure = reply.reasons.length === 0 && reply.decision === 'answer'
  if (isSure) {
    const said = settings.disclosure ?? standingTextsIn(reply.language).disclosure
    return { text: `${said}\n\n${reply.text}` }
  }
  if (chat !== undefined && reply.text !== '') {
    const { text, sources, reasons } = reply
    const place = { tenantId: tenantOf(ctx), sessionId, chatId: chat.id, waChatId, replyToId: null }
    await ctx.db.transaction((sql) => keepChatDraft(ctx, sql, { ...place, text, sources, reasons }))
  }
  return { refused: 'requires_approval' }
}

async function write(
  ctx: Context,
  due: DueResponse,
  waChatId: ChatId,
  chat: ChatRef | undefined,
  run: JobRun,
): Promise<Written> {
  if (due.template === null) return writeByModel(ctx, due, waChatId, chat, run)
  const { phone, keyword } = due
  const text = fillTemplate(due.template, { name: displayName(due), phone: phoneOf(phone), keyword })
  return text === '' ? { refused: 'empty_text' } : { text }
}

async function send(
  ctx: Context,
  responseId: string,
  due: DueResponse,
  run: JobRun,
): Promise<Written | undefined> {
  const tenantId = tenantOf(ctx)
  const { sessionId, groupId } = due
  if (!due.isWanted) return { refused: 'switched_off' }
  if (due.isOwnAccount) return { refused: 'own_account' }
  const waChatId = waChatIdOf(due)
  const chat = await findChat(ctx, tenantId, sessionId, waChatId)
  const silent = await whySilent(ctx, ctx.db.sql, chat)
  if (silent !== undefined) return { refused: silent }
  const written = await write(ctx, due, waChatId, chat, run)
  if ('refused' in written) return written
  const isByModel = due.template === null
  const { message } = await submit(ctx, {
    sessionId,
    chatId: waChatId,
    content: { kind: 'text', text: written.text },
    origin: 'auto_reply',
    isAsync: true,
    metadata: { auto_response_id: responseId, group_id: groupId },
    idempotency: { key: `auto-response ${responseId}`, bodyHash: responseId },
    alongside: async (sql) => {
      const isRefused = isByModel && !(await getSettings(ctx, tenantId, sql)).aiConsentEnabled
      const reason = isRefused ? 'no_consent' : await whySilent(ctx, sql, chat)
      return reason === undefined ? undefined : turnOvertaken.create({ details: { reason } })
    },
  })
  const sent = { status: 'submitted' as const, sentMessageId: message.id, error: null }
  await settleGroupResponse(ctx, responseId, sent)
  return undefined
}

/**
 * Answers a lead of a monitored group in the person's direct chat, from the group's template or by the model, under the
 * same silence as every automatic answer. What is refused is recorded and not tried again; a crash after the message was
 * stored sends nothing twice.
 */
export async function sendGroupResponse(ctx: Context, responseId: string, run: JobRun): Promise<JobOutcome> {
  const due = await findGroupResponse(ctx, responseId)
  if (due === undefined) return done
  const refuse = (error: string) =>
    settleGroupResponse(ctx, responseId, { status: 'refused', sentMessageId: null, error })
  try {
    const written = await send(ctx, responseId, due, run)
    if (written !== undefined && 'refused' in written) await refuse(written.refused)
  } catch (error) {
    // Anything but a refusal is trouble of ours or of the provider: the job tries again.
    if (!(error instanceof AppError) || error.status >= 500 || error.code === providerFailed.code) throw error
    const reason = error.code === turnOvertaken.code ? error.details?.['reason'] : undefined
    await refuse(typeof reason === 'string' ? reason : error.code)
  }
  return done
}
