import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { wordSignals } from '../detection/word-signals.service.ts'
import { holdGroup, reopenAnalyses } from './analyses.store.ts'
import {
  followCaptured,
  leadModes,
  type MonitoredMessage,
  signalsOf,
  toAwaited,
  toCapture,
  withoutSkipped,
} from './capture.service.ts'
import { insertCaptured, listSpoken, type SpokenMessage } from './capture.store.ts'
import { analysisAwaited } from './monitored-groups.schema.ts'
import { getWatched } from './watched-groups.ts'

/** What was said in older messages is read by people, but is no news. */
const mostAgeMs = 24 * 3_600_000

/** What was said in a sound. */
export interface Spoken {
  messageId: string
  text: string
}

interface Heard extends MonitoredMessage {
  isCaptured: boolean
}

function messageOf(tenantId: string, spoken: SpokenMessage, text: string): MonitoredMessage['message'] {
  const { messageId, sessionId, senderContactId, phone, senderName, replyToId, waTimestamp } = spoken
  const senderPhone = phone === null ? null : `+${phone}`
  const said = { tenantId, sessionId, messageId, senderContactId, senderPhone, senderName, text, waTimestamp }
  // A sound mentions nobody; what it answers by WhatsApp's id was told when it came.
  return { ...said, replyToId, quotedWaMessageId: null, mentions: [] }
}

/** Those in groups that listen, each group held as by whoever captures. */
async function hear(ctx: Context, sql: Sql, spoken: readonly Spoken[]): Promise<Heard[]> {
  const tenantId = tenantOf(ctx)
  const texts = new Map(spoken.map(({ messageId, text }) => [messageId, text]))
  const since = new Date(ctx.clock.nowMs() - mostAgeMs)
  const heard: Heard[] = []
  for (const row of await listSpoken(sql, tenantId, [...texts.keys()], since)) {
    const group = (await getWatched(ctx, sql, row.sessionId)).groups.get(row.chatId)
    if (group === undefined || !(await holdGroup(sql, tenantId, group.id))) continue
    const text = texts.get(row.messageId) ?? ''
    const keyword = group.monitorMode === 'keywords' ? (group.matcher().find(text) ?? null) : null
    heard.push({ message: messageOf(tenantId, row, text), group, keyword, isCaptured: row.isCaptured })
  }
  return heard
}

/**
 * Sounds of monitored groups were written down: what holds a keyword is captured now, leads of the sounds that came
 * without words get these, and what waits for nothing else is analysed. In the transaction that stores the transcripts.
 */
export async function captureSpoken(ctx: Context, sql: Sql, spoken: readonly Spoken[]): Promise<void> {
  if (spoken.length === 0) return
  const tenantId = tenantOf(ctx)
  const heard = await hear(ctx, sql, spoken)
  const matching = heard.filter(({ isCaptured, keyword }) => !isCaptured && keyword !== null)
  const captured = matching.length === 0 ? [] : await withoutSkipped(ctx, sql, matching)
  await insertCaptured(sql, tenantId, captured.map(toCapture))
  await followCaptured(ctx, sql, captured)
  const known = heard.filter(({ isCaptured }) => isCaptured)
  await wordSignals(ctx, sql, signalsOf(known.filter(({ group }) => leadModes.has(group.monitorMode))))
  const analysed = known.filter(({ group }) => group.monitorMode === 'ai_analysis')
  if (analysed.length === 0) return
  const ids = analysed.map(({ message }) => message.messageId)
  const reopened = await reopenAnalyses(sql, tenantId, ids)
  const awaiting = analysed.filter(({ message }) => reopened.has(message.messageId))
  await ctx.events.publishMany(sql, analysisAwaited, awaiting.map(toAwaited))
}
