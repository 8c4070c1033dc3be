import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { AppError, unknownThing } from '../../../platform/errors.ts'
import { done, giveUp, type JobOutcome, retryLater } from '../../../platform/jobs/jobs.ts'
import { seal, unseal } from '../../../platform/secrets.ts'
import { toTimestamp } from '../../../wire.ts'
import { getTenantPlan } from '../../account/plans/plans.service.ts'
import { getSettingsWithin } from '../../account/settings/settings.service.ts'
import { hasMessageFile } from '../../conversations/media/media-download.service.ts'
import type { MessageReceived } from '../../conversations/messages/message-events.schema.ts'
import {
  findMessageById,
  type MessageRow,
  requireMessage,
} from '../../conversations/messages/messages.service.ts'
import {
  describeAiError,
  outcomeOfAiError,
  requireAi,
  requireProvider,
  type Transcription,
  transcribeSound,
} from '../providers/providers.service.ts'
import { withSound } from './sound-files.ts'
import { noSound, runTranscriptJob, soundGone, transcriptReady } from './transcripts.schema.ts'
import {
  countSince,
  deleteExpired,
  deleteTranscriptsOf,
  findTranscript,
  findTranscriptOf,
  listTranscribing,
  queueTranscripts,
  updateTranscript,
} from './transcripts.store.ts'
import type { TranscriptRow } from './transcripts.tables.ts'

const isSound = (type: string): boolean => type === 'voice' || type === 'audio'

const contentPurpose = (id: string): string => `transcripts.content:${id}`

function openContent(ctx: Context, row: TranscriptRow): string {
  return row.content === null ? '' : unseal(ctx.config, contentPurpose(row.id), row.content).toString()
}

function encodeResult(ctx: Context, row: TranscriptRow) {
  // Stored in half the precision.
  const confidence = Math.round((row.confidence ?? 0) * 10_000) / 10_000
  return { transcript: openContent(ctx, row), language: row.language ?? 'und', confidence }
}

function encodeTask(ctx: Context, row: TranscriptRow) {
  const { id, messageId, status } = row
  const result = status === 'completed' ? { result: encodeResult(ctx, row) } : {}
  return { task_id: id, message_id: messageId, status, ...result }
}

/** Stores tasks with their jobs, for messages that are not written down yet. */
async function enqueue(
  ctx: Context,
  sql: Sql,
  messages: readonly Pick<
    TranscriptRow,
    'tenantId' | 'sessionId' | 'chatId' | 'messageId' | 'messageCreatedAt'
  >[],
): Promise<TranscriptRow[]> {
  const createdAt = ctx.clock.now()
  const rows = await queueTranscripts(
    sql,
    messages.map((message) => ({ ...message, id: ctx.ids.uuid(), createdAt })),
  )
  const payloads = rows.map(({ id, tenantId }) => ({ tenantId, transcriptId: id }))
  if (payloads.length > 0) await ctx.jobs.addMany(sql, runTranscriptJob, payloads)
  return rows
}

async function requireSound(ctx: Context, message: MessageRow): Promise<void> {
  if (!isSound(message.messageType)) throw noSound.create()
  if (!(await hasMessageFile(ctx, message))) throw soundGone.create()
}

/** Queues the transcription of a message; what is written down already is answered at once. */
export async function requestTranscript(ctx: Context, messageId: string) {
  const tenantId = tenantOf(ctx)
  const message = await requireMessage(ctx, messageId)
  const known = await findTranscriptOf(ctx.db.sql, tenantId, message.id)
  if (known !== undefined && known.status !== 'failed') return encodeTask(ctx, known)
  await requireSound(ctx, message)
  await requireProvider(ctx, tenantId, 'transcription')
  const { sessionId, chatId, createdAt: messageCreatedAt } = message
  const task = { tenantId, sessionId, chatId, messageId: message.id, messageCreatedAt }
  await ctx.db.transaction((sql) => enqueue(ctx, sql, [task]))
  const queued = await findTranscriptOf(ctx.db.sql, tenantId, message.id)
  if (queued === undefined) throw unknownThing('Message')
  return encodeTask(ctx, queued)
}

/** Own data stays readable after a downgrade; whoever has none is told about the plan. */
async function requireOwn(ctx: Context, row: TranscriptRow | undefined): Promise<TranscriptRow> {
  if (row !== undefined) return row
  await requireAi(ctx)
  throw unknownThing('Transcript')
}

/** How a task of the caller stands. */
export async function getTask(ctx: Context, taskId: string) {
  const row = await requireOwn(ctx, await findTranscript(ctx.db.sql, tenantOf(ctx), taskId))
  return {
    task_id: row.id,
    status: row.status,
    result: row.status === 'completed' ? encodeResult(ctx, row) : null,
    ...(row.status === 'failed' ? { error: row.error ?? 'Unknown' } : {}),
  }
}

/** What was said in a message of the caller. */
export async function getTranscript(ctx: Context, messageId: string) {
  const found = await findTranscriptOf(ctx.db.sql, tenantOf(ctx), messageId)
  const row = await requireOwn(ctx, found?.status === 'completed' ? found : undefined)
  return {
    message_id: row.messageId,
    ...encodeResult(ctx, row),
    transcribed_at: toTimestamp(row.transcribedAt ?? row.createdAt),
  }
}

/** What was said in a message, for features that read messages; undefined when it is not written down. */
export async function findSpokenText(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  messageId: string,
): Promise<{ text: string; language: string; confidence: number } | undefined> {
  const row = await findTranscriptOf(sql, tenantId, messageId)
  if (row?.status !== 'completed') return undefined
  const { transcript: text, language, confidence } = encodeResult(ctx, row)
  return { text, language, confidence }
}

type Arrived = Parameters<typeof enqueue>[2][number]

/** What is written down by itself is paid by the tenant: not any number of messages of one conversation. */
const mostPerHour = 30
const hourMs = 3_600_000
/** Nor a lecture. */
const longestSeconds = 900

/** Those of one tenant that do not exceed what a conversation may have written down in an hour. */
async function withinRate(
  ctx: Context,
  sql: Sql,
  tenantId: string,
  voices: readonly Arrived[],
): Promise<Arrived[]> {
  const chatIds = [...new Set(voices.map(({ chatId }) => chatId))]
  const counts = await countSince(sql, tenantId, chatIds, new Date(ctx.clock.nowMs() - hourMs))
  return voices.filter(({ chatId }) => {
    const before = counts.get(chatId) ?? 0
    counts.set(chatId, before + 1)
    return before < mostPerHour
  })
}

/** Queues the voice messages of sessions that are set to it, within the transaction that stores the messages. */
export async function queueArrived(
  ctx: Context,
  sql: Sql,
  received: readonly MessageReceived[],
): Promise<void> {
  const voices = received.filter(
    ({ messageType, details }) => messageType === 'voice' && (details?.media?.seconds ?? 0) <= longestSeconds,
  )
  if (voices.length === 0) return
  const sessionIds = [...new Set(voices.map(({ sessionId }) => sessionId))]
  const transcribing = new Set(await listTranscribing(sql, sessionIds))
  const messageCreatedAt = ctx.clock.now()
  const wanted = voices
    .filter(({ sessionId }) => transcribing.has(sessionId))
    .map(({ tenantId, sessionId, chatRecordId: chatId, messageId }) => {
      return { tenantId, sessionId, chatId, messageId, messageCreatedAt }
    })
  for (const [tenantId, own] of Map.groupBy(wanted, (voice) => voice.tenantId)) {
    const { aiConsentEnabled } = await getSettingsWithin(ctx, sql, tenantId)
    const isIncluded = (await getTenantPlan(ctx, tenantId, sql)).features.has('ai')
    if (aiConsentEnabled && isIncluded) await enqueue(ctx, sql, await withinRate(ctx, sql, tenantId, own))
  }
}

/** Forgets what was written down of messages that were taken back. */
export function forgetTranscripts(sql: Sql, tenantId: string, messageIds: readonly string[]): Promise<void> {
  return deleteTranscriptsOf(sql, tenantId, messageIds)
}

/** Removes transcripts whose time is over. */
export function expireTranscripts(ctx: Context): Promise<void> {
  return deleteExpired(ctx.db.sql, ctx.clock.now())
}

async function complete(ctx: Context, row: TranscriptRow, said: Transcription): Promise<void> {
  const { id, tenantId, sessionId, messageId } = row
  // Two conversations may have become one meanwhile.
  const chatId = (await findMessageById(ctx, tenantId, messageId))?.chatId ?? row.chatId
  await ctx.db.transaction(async (sql) => {
    const stored = await updateTranscript(sql, tenantId, id, {
      status: 'completed',
      error: null,
      content: seal(ctx.config, contentPurpose(id), Buffer.from(said.text)),
      language: said.language,
      confidence: said.confidence,
      noSpeech: said.noSpeech,
      transcribedAt: ctx.clock.now(),
    })
    // Its message was deleted meanwhile.
    if (stored === undefined) return
    await ctx.events.publish(sql, transcriptReady, { tenantId, sessionId, chatId, messageId })
  })
}

const mostAttempts = 8
const firstPauseMs = 15_000
const longestPauseMs = 3_600_000

/** What follows from a failure: a session that is offline and a provider that is busy are waited for. */
function outcomeOf(error: unknown, attempt: number): JobOutcome {
  const ofModel = outcomeOfAiError(error, { attempt, mostAttempts })
  if (ofModel !== undefined) return ofModel
  const isOver = error instanceof AppError && [400, 404, 410, 413].includes(error.status)
  if (isOver) return giveUp(error.code)
  if (attempt >= mostAttempts) return giveUp('it cannot be written down')
  return retryLater(Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)), error)
}

/** Writes one message down; the task says how it ended. */
export async function runTranscript(
  ctx: Context,
  { tenantId, transcriptId: id }: { tenantId: string; transcriptId: string },
  { attempt, signal }: { attempt: number; signal: AbortSignal },
): Promise<JobOutcome> {
  const row = await findTranscript(ctx.db.sql, tenantId, id)
  if (row === undefined || row.status === 'completed' || row.status === 'failed') return done
  await updateTranscript(ctx.db.sql, tenantId, id, { status: 'processing' })
  try {
    await requireAi(ctx)
    await requireProvider(ctx, tenantId, 'transcription')
    const said = await withSound(ctx, row, (sound) => transcribeSound(ctx, { tenantId, ...sound, signal }))
    await complete(ctx, row, said)
    return done
  } catch (error) {
    const outcome = outcomeOf(error, attempt)
    const isOver = outcome.kind === 'give_up'
    const change = isOver
      ? { status: 'failed' as const, error: describeAiError(error).slice(0, 500) }
      : { status: 'queued' as const }
    await updateTranscript(ctx.db.sql, tenantId, id, change)
    return outcome
  }
}
