import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { addDays, dayIn } from '../../../platform/days.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { findLabel } from '../../conversations/labels/labels.service.ts'
import { getSession } from '../../sessions/lifecycle/sessions.service.ts'
import { countedUntil } from '../rollups/rollups.service.ts'
import { addWaitSets, measureWaits, type WaitSet } from '../rollups/waits.service.ts'
import {
  badPeriod,
  defaultDays,
  type leadFunnelAnswer,
  type messagesAnswer,
  mostDays,
  type PeriodInput,
  type responseTimesAnswer,
} from './analytics.schema.ts'
import { type FigureKind, readFigures, readWaitRows } from './figures.service.ts'
import {
  type FigureScope,
  type Figures,
  findCounted,
  findOldestMark,
  type Grouping,
  listLabelNames,
  listSessionNames,
  type WaitRow,
} from './figures.store.ts'
import { keepAnswer } from './kept-answers.ts'
import { countDays, listSteps, stepOf } from './period.ts'

interface Asked {
  scope: FigureScope
  input: PeriodInput
  /** Grows with each count. */
  version: string
  asOf: Date
}

/** Refuses sessions and labels of others, as if there were none. */
async function requireScope(
  ctx: Context,
  input: { session_id?: string | undefined; label_id?: string | undefined },
) {
  if (input.session_id !== undefined) await getSession(ctx, input.session_id)
  if (input.label_id === undefined) return
  const label = await findLabel(ctx, ctx.db.sql, tenantOf(ctx), input.label_id)
  if (label === undefined) throw unknownThing('Label')
}

/** The day that a caller means: one, or that of a moment. */
function readDay(text: string, timeZone: string): string {
  return text.length === 10 ? text : dayIn(timeZone, new Date(text))
}

async function readScope(ctx: Context, input: PeriodInput): Promise<Omit<FigureScope, 'keptZone'>> {
  const tenantId = tenantOf(ctx)
  const timeZone = input.timezone ?? (await getSettings(ctx, tenantId)).timeZone
  const to = input.to === undefined ? dayIn(timeZone, ctx.clock.now()) : readDay(input.to, timeZone)
  const from = input.from === undefined ? addDays(to, 1 - defaultDays) : readDay(input.from, timeZone)
  const days = countDays(from, to)
  if (days < 1) throw badPeriod.create({ message: 'to: lies before from' })
  if (days > mostDays) throw badPeriod.create({ message: `from: a period has at most ${mostDays} days` })
  await requireScope(ctx, input)
  return { tenantId, sessionId: input.session_id, labelId: input.label_id, from, to, timeZone }
}

async function ask(ctx: Context, input: PeriodInput): Promise<Asked> {
  const scope = await readScope(ctx, input)
  const [counted, oldest] = await Promise.all([
    findCounted(ctx.db.sql, scope.tenantId),
    findOldestMark(ctx.db.sql, scope.tenantId),
  ])
  return {
    scope: { ...scope, keptZone: counted?.timeZone },
    input,
    version: counted?.version ?? '',
    asOf: countedUntil(oldest, ctx.clock.now()),
  }
}

const head = ({ scope: { timeZone, from, to }, input: { interval }, asOf }: Asked) => ({
  timezone: timeZone,
  from,
  to,
  interval,
  as_of: toTimestamp(asOf),
})

/** A rate with three decimals; null where there is nothing to divide by. */
export function rateOf(part: number, whole: number, decimals = 3): number | null {
  if (whole === 0) return null
  return Math.round((part / whole) * 10 ** decimals) / 10 ** decimals
}

const nothing: Figures = {
  received: 0,
  sent: 0,
  groupReceived: 0,
  groupSent: 0,
  failed: 0,
  delivered: 0,
  read: 0,
  replied: 0,
  leadsDetected: 0,
  leadsContacted: 0,
  leadsQualified: 0,
  leadsConverted: 0,
  leadsLost: 0,
}

const figureNames = Object.keys(nothing) as (keyof Figures)[]

function sumFigures(rows: readonly Figures[]): Figures {
  const sum = { ...nothing }
  for (const row of rows) for (const name of figureNames) sum[name] += row[name]
  return sum
}

function messageFigures(figures: Figures) {
  const { received, sent, groupReceived, groupSent, failed, delivered, read, replied } = figures
  return {
    received,
    sent,
    group_received: groupReceived,
    group_sent: groupSent,
    failed,
    delivered,
    read,
    replied,
    delivery_rate: rateOf(delivered, sent - groupSent),
    read_rate: rateOf(read, delivered),
    reply_rate: rateOf(replied, delivered),
  }
}

function leadFigures(figures: Figures) {
  return {
    detected: figures.leadsDetected,
    contacted: figures.leadsContacted,
    qualified: figures.leadsQualified,
    converted: figures.leadsConverted,
    lost: figures.leadsLost,
  }
}

const hasMessages = ({ received, sent, failed }: Figures) => received + sent + failed > 0
const hasLeads = ({ leadsDetected }: Figures) => leadsDetected > 0

/** Values of every step of the period. */
function toSeries<T, W>(
  { scope, input }: Asked,
  rows: readonly (T & { key: string })[],
  add: (values: readonly T[]) => T,
  toWire: (value: T) => W,
): (W & { date: string })[] {
  const steps = Map.groupBy(rows, ({ key }) => stepOf(key, input.interval))
  return listSteps(scope.from, scope.to, input.interval).map((date) => ({
    date,
    ...toWire(add(steps.get(date) ?? [])),
  }))
}

interface Breakdown<T> {
  sessions: readonly (T & { key: string })[]
  labels: readonly (T & { key: string })[]
}

async function nameBreakdown<T, W>(
  ctx: Context,
  { sessions, labels }: Breakdown<T>,
  toWire: (value: T) => W,
) {
  const { sql } = ctx.db
  const tenantId = tenantOf(ctx)
  const [sessionNames, labelNames] = await Promise.all([
    sessions.length === 0 ? new Map<string, string>() : listSessionNames(sql, tenantId),
    labels.length === 0 ? new Map<string, { name: string; color: string }>() : listLabelNames(sql, tenantId),
  ])
  return {
    by_session: sessions.map((row) => ({
      session_id: row.key,
      name: sessionNames.get(row.key) ?? null,
      ...toWire(row),
    })),
    by_label: labels.flatMap((row) => {
      const label = labelNames.get(row.key)
      return label === undefined ? [] : [{ label_id: row.key, ...label, ...toWire(row) }]
    }),
  }
}

/** What of the figures an answer shows. */
interface FigureView<W> {
  kind: FigureKind
  isCounted: (figures: Figures) => boolean
  toWire: (figures: Figures) => W
}

/** Sums, values of every step, and rows by session and label that have any of them. */
function askFigures<W>(ctx: Context, asked: Asked, { kind, isCounted, toWire }: FigureView<W>) {
  const { scope, version, input } = asked
  return keepAnswer(ctx, kind, { scope, version, interval: input.interval }, async () => {
    const list = (by: Grouping) => readFigures(ctx.db.sql, scope, by, kind)
    const [days, sessions, labels] = await Promise.all([list('day'), list('session'), list('label')])
    return {
      totals: sumFigures(days),
      series: toSeries<Figures, W>(asked, days, sumFigures, toWire),
      breakdown: { sessions: sessions.filter(isCounted), labels: labels.filter(isCounted) },
    }
  })
}

/** How much was written in a period, and what became of it. */
export async function getMessageVolumes(
  ctx: Context,
  input: PeriodInput,
): Promise<z.output<typeof messagesAnswer>> {
  const asked = await ask(ctx, input)
  const { totals, series, breakdown } = await askFigures(ctx, asked, {
    kind: 'messages',
    isCounted: hasMessages,
    toWire: messageFigures,
  })
  return {
    ...head(asked),
    totals: messageFigures(totals),
    series,
    ...(await nameBreakdown<Figures, ReturnType<typeof messageFigures>>(ctx, breakdown, messageFigures)),
  }
}

/** How far the leads of a period have come. */
export async function getLeadFunnel(
  ctx: Context,
  input: PeriodInput,
): Promise<z.output<typeof leadFunnelAnswer>> {
  const asked = await ask(ctx, input)
  const { totals, series, breakdown } = await askFigures(ctx, asked, {
    kind: 'leads',
    isCounted: hasLeads,
    toWire: leadFigures,
  })
  const funnel = leadFigures(totals)
  return {
    ...head(asked),
    funnel,
    rates: {
      contact_rate: rateOf(funnel.contacted, funnel.detected),
      qualification_rate: rateOf(funnel.qualified, funnel.detected),
      conversion_rate: rateOf(funnel.converted, funnel.detected),
      loss_rate: rateOf(funnel.lost, funnel.detected),
    },
    series,
    ...(await nameBreakdown<Figures, ReturnType<typeof leadFigures>>(ctx, breakdown, leadFigures)),
  }
}

type Answers = Pick<WaitRow, 'waits' | 'firstWaits'>

const addAnswers = (rows: readonly Answers[]): Answers => ({
  waits: rows.flatMap(({ waits }) => waits),
  firstWaits: rows.flatMap(({ firstWaits }) => firstWaits),
})

function waitFigures(waits: readonly WaitSet[]) {
  const { count, medianSeconds, averageSeconds, p90Seconds } = measureWaits(addWaitSets(waits))
  return {
    count,
    median_seconds: medianSeconds,
    average_seconds: averageSeconds,
    p90_seconds: p90Seconds,
  }
}
const responseFigures = ({ waits, firstWaits }: Answers) => ({
  first_reply: waitFigures(firstWaits),
  reply: waitFigures(waits),
})

/** Rows of one key put together. */
function addByKey(rows: readonly WaitRow[]): (Answers & { key: string })[] {
  return [...Map.groupBy(rows, ({ key }) => key)].map(([key, own]) => ({ key, ...addAnswers(own) }))
}

/** How long people waited for answers in a period. */
export async function getResponseTimes(
  ctx: Context,
  input: PeriodInput,
): Promise<z.output<typeof responseTimesAnswer>> {
  const asked = await ask(ctx, input)
  const { scope, version } = asked
  const question = { scope, version, interval: input.interval }
  const { totals, series, breakdown } = await keepAnswer(ctx, 'response-times', question, async () => {
    const list = (by: Grouping) => readWaitRows(ctx.db.sql, scope, by)
    const [rows, sessions, labels] = await Promise.all([list('day'), list('session'), list('label')])
    return {
      totals: responseFigures(addAnswers(rows)),
      series: toSeries<Answers, ReturnType<typeof responseFigures>>(asked, rows, addAnswers, responseFigures),
      breakdown: { sessions: addByKey(sessions), labels: addByKey(labels) },
    }
  })
  return {
    ...head(asked),
    totals,
    series,
    ...(await nameBreakdown<Answers, ReturnType<typeof responseFigures>>(ctx, breakdown, responseFigures)),
  }
}
