import { type Context, tenantOf } from '../../../context.ts'
import type { JobRun } from '../../../job.ts'
import { AppError } from '../../../platform/errors.ts'
import { done, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { detectLanguage, loadLanguageDetector } from '../../../platform/text-language.ts'
import { requireOptedIn } from '../../safety/opt-outs/opt-outs.service.ts'
import { providerFailed } from '../models/models.schema.ts'
import { type ComposedReply, composeReply, type EarlierTurn } from '../replies/compose-reply.service.ts'

import { injectionDetected } from '../replies/replies.schema.ts'
import { countReply } from '../replies/replies.service.ts'
import {
  draftEnding,
  type Ending,
  endSilently,
  handOverEnding,
  type Refusal,
  sendForTurn,
} from './conclude-turn.service.ts'
import type { HandOverReason } from './reply-turns.schema.ts'
import * as store from './reply-turns.store.ts'
import { isOutsideHours, modeOf, mostAgeMs, needsNotice, reasonForSilence } from './silence.ts'
import { standingTextsIn } from './standing-texts.ts'
import { readTurn, type Turn } from './turns.ts'

/** Somebody who does not stop writing is answered all the same. */
const longestBurstMs = 60_000
/** What was written while a session was away comes within this time of its return: the rest of a burst, too. */
const catchUpMs = 5_000
const earlierMessages = 12
/** So often in a row something may happen while an answer is written. */
const mostRounds = 4
const pauseMs = 5_000

/** What becomes of a turn: over, looked at again at once, or later. */
type Step = 'done' | 'again' | { afterMs: number }

const passing: ReadonlySet<string> = new Set([
  'session_not_working',
  'engine_unavailable',
  'too_many_waiting',
  'unavailable',
])

function burstLeftMs({ burst, lastReceivedAt, connectedMs, situation }: Turn, nowMs: number): number {
  const quietMs = situation.settings.debounce_seconds * 1000
  const longestMs = Math.max(longestBurstMs, quietMs)
  const endMs = Math.min(lastReceivedAt.getTime() + quietMs, burst.firstAt.getTime() + longestMs)
  return Math.max(endMs, connectedMs + Math.min(quietMs, catchUpMs)) - nowMs
}

async function isOptedOut(ctx: Context, { tenantId, chat }: Turn): Promise<string | undefined> {
  try {
    await requireOptedIn(ctx, { tenantId, chatId: chat.waChatId, origin: 'auto_reply' })
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

async function readEarlier(ctx: Context, { tenantId, chat, burst, situation }: Turn): Promise<EarlierTurn[]> {
  // In a group others speak as well: what they say is no matter of this person.
  if (chat.kind === 'group') return []
  const rows = await store.listEarlier(ctx.db.sql, {
    tenantId,
    chatId: chat.chatId,
    before: burst.firstAt,
    after: situation.state.handedOverAt,
    limit: earlierMessages,
  })
  return rows.toReversed().map(({ isOwn, text }) => ({ by: isOwn ? 'tenant' : 'contact', text }))
}

const silent = (reason: string, change: Ending['change'] = {}): Ending => ({
  outcome: 'silent',
  reason,
  change,
})

const stepOf = async (isOver: Promise<boolean>): Promise<Step> => ((await isOver) ? 'done' : 'again')

async function afterSending(ctx: Context, turn: Turn, refusal: Refusal | undefined): Promise<Step> {
  if (refusal === undefined) return 'done'
  if (refusal.kind === 'overtaken') return 'again'
  const { code, status } = refusal.error
  if (passing.has(code) || status >= 500) return { afterMs: pauseMs }
  return stepOf(endSilently(ctx, turn, silent(code)))
}

/** The language to speak to somebody in: of this burst, else of what was said before. */
async function languageOf(turn: Turn, earlier: readonly EarlierTurn[]): Promise<string | null> {
  const detector = await loadLanguageDetector()
  const said = earlier.filter(({ by }) => by === 'contact').map(({ text }) => text)
  return detectLanguage(detector, turn.text) ?? detectLanguage(detector, [...said, turn.text].join('\n'))
}

/** Makes a chat a person's matter; in a chat that answers by itself the customer is told. */
async function handOver(ctx: Context, turn: Turn, reason: HandOverReason): Promise<Step> {
  const { settings } = turn.situation
  const ending = handOverEnding(ctx, turn, reason)
  const isTold = modeOf(turn.situation) === 'auto' && reason !== 'injection' && reason !== 'automatic_peer'
  if (!isTold) return stepOf(endSilently(ctx, turn, ending))
  const language = await languageOf(turn, await readEarlier(ctx, turn))
  const text = settings.hand_over_message ?? standingTextsIn(language).handOver
  const refusal = await sendForTurn(ctx, turn, { text, language, kind: 'hand_over', ending })
  if (refusal?.kind !== 'refused') return refusal === undefined ? 'done' : 'again'
  // That nothing can be said to the customer is no reason to keep it from people.
  return stepOf(endSilently(ctx, turn, ending))
}

async function beSilent(ctx: Context, turn: Turn, reason: string, now: Date): Promise<Step> {
  const { situation } = turn
  if (reason === 'automatic_peer') return handOver(ctx, turn, 'automatic_peer')
  const isNoticed = reason === 'outside_hours' && modeOf(situation) === 'auto' && needsNotice(situation, now)
  const notice = situation.settings.office_hours_notice
  if (!isNoticed || notice === null) return stepOf(endSilently(ctx, turn, silent(reason)))
  const language = await languageOf(turn, [])
  const ending: Ending = { outcome: 'notified', reason, change: { noticedAt: now } }
  return afterSending(
    ctx,
    turn,
    await sendForTurn(ctx, turn, { text: notice, language, kind: 'notice', ending }),
  )
}

/** Writes an answer; an ending instead when there is none, and a pause when the provider may have one later. */
async function compose(
  ctx: Context,
  turn: Turn,
  earlier: readonly EarlierTurn[],
  run: JobRun,
): Promise<ComposedReply | Step> {
  const { chat, situation } = turn
  const { use_rag: useRag, apply_style: applyStyle, profile_id: profileId } = situation.settings
  try {
    return await countReply(ctx, () =>
      composeReply(ctx, {
        purpose: 'reply',
        waChatId: chat.waChatId,
        sessionId: chat.sessionId,
        context: turn.text,
        earlier,
        useRag,
        applyStyle,
        profileId,
        signal: run.signal,
      }),
    )
  } catch (error) {
    if (run.signal.aborted) return { afterMs: pauseMs }
    if (!(error instanceof AppError)) throw error
    if (error.code === injectionDetected.code) return handOver(ctx, turn, 'injection')
    // A message grows too old to be answered before this goes on for long.
    if (error.code === providerFailed.code) return { afterMs: pauseMs * 2 ** Math.min(4, run.attempt - 1) }
    return stepOf(endSilently(ctx, turn, silent(error.code)))
  }
}

/** Whether a process is there that can send: what is stored may be the last word of one that was killed. */
async function isConnected(ctx: Context, sessionId: string): Promise<boolean> {
  if (ctx.engine.isWorking(sessionId)) return true
  if (ctx.db.kind === 'embedded') return false
  const { free } = await ctx.engine.findFree([sessionId])
  return free.length === 0
}

async function answer(ctx: Context, turn: Turn, run: JobRun): Promise<Step> {
  // The rest of a burst may wait to be received, and what could not leave would be written in vain.
  if (modeOf(turn.situation) === 'auto' && !(await isConnected(ctx, turn.chat.sessionId)))
    return { afterMs: pauseMs }
  const earlier = await readEarlier(ctx, turn)
  const reply = await compose(ctx, turn, earlier, run)
  if (typeof reply === 'string' || 'afterMs' in reply) return reply
  const { situation } = turn
  const isAuto = modeOf(situation) === 'auto'
  const isUnknown = reply.decision === 'unknown' || reply.reasons.includes('no_evidence')
  if (reply.decision === 'hand_over') return handOver(ctx, turn, 'decided')
  if (isUnknown && isAuto) {
    return situation.settings.when_unknown === 'hand_over'
      ? handOver(ctx, turn, 'unknown')
      : stepOf(endSilently(ctx, turn, silent('unknown')))
  }
  if (reply.text === '') return handOver(ctx, turn, 'unknown')
  // What was not brought into its form was not decided either: a person looks.
  if (!isAuto || reply.reasons.length > 0 || reply.decision === 'unstructured')
    return stepOf(endSilently(ctx, turn, draftEnding(ctx, turn, reply)))
  const ending: Ending = { outcome: 'answered', reason: null }
  const refusal = await sendForTurn(ctx, turn, {
    text: reply.text,
    language: reply.language,
    kind: 'answer',
    ending,
  })
  return afterSending(ctx, turn, refusal)
}

async function step(ctx: Context, turn: Turn, run: JobRun): Promise<Step> {
  const now = ctx.clock.now()
  const reason = reasonForSilence(turn.situation, turn.burst, now) ?? (await isOptedOut(ctx, turn))
  // Who asks for a person gets one at night as well.
  const isAsleep = reason === 'outside_hours' && isOutsideHours(turn.situation.settings, now)
  if (turn.wantsPerson && reason === undefined) return handOver(ctx, turn, 'asked')
  if (turn.wantsPerson && isAsleep) return stepOf(endSilently(ctx, turn, handOverEnding(ctx, turn, 'asked')))
  if (reason !== undefined) return beSilent(ctx, turn, reason, now)
  return answer(ctx, turn, run)
}

/**
 * Answers what waits in a chat, once for the whole burst, or decides to be silent. Run again after a crash it finds
 * exactly what has not been answered.
 */
export async function takeTurn(ctx: Context, chatId: string, run: JobRun): Promise<JobOutcome> {
  for (let round = 0; round < mostRounds && !run.signal.aborted; round += 1) {
    const turn = await readTurn(ctx, tenantOf(ctx), chatId)
    if (turn === undefined) return done
    const leftMs = burstLeftMs(turn, ctx.clock.nowMs())
    if (leftMs > 0) return retryLater(Math.min(leftMs, mostAgeMs))
    const next = await step(ctx, turn, run)
    if (next === 'done') return done
    if (next !== 'again') return retryLater(next.afterMs)
  }
  return retryLater(1_000)
}
