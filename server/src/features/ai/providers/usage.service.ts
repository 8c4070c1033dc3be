import { type Context, tenantOf } from '../../../context.ts'
import { addDays } from '../../../platform/days.ts'
import { toTimestamp } from '../../../wire.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import {
  deleteOld,
  findBudgetDay,
  listAbandoned,
  listUsage,
  settleAbandoned,
  type UsageDayRow,
} from './budget.store.ts'
import { getConfigRow } from './config-cache.ts'
import { defaultDailyTokens, tenantDay } from './metering.ts'
import { keptUsageDays } from './providers.schema.ts'

const dayMs = 86_400_000
/** Single calls are kept as long as somebody may ask about one. */
const keptCallsMs = 30 * dayMs
/** No call takes this long. */
const abandonedAfterMs = 3_600_000
const batchSize = 500

function sumUp(rows: readonly UsageDayRow[]) {
  const sum = (of: (row: UsageDayRow) => number): number => rows.reduce((total, row) => total + of(row), 0)
  const calls = sum((row) => row.calls)
  const unpriced = sum((row) => row.unpricedCalls)
  const cost = sum((row) => row.costMicros)
  const [input, output] = [sum((row) => row.inputTokens), sum((row) => row.outputTokens)]
  return {
    calls,
    failed_calls: sum((row) => row.failedCalls),
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    // A figure that leaves everything out would look like a free day.
    cost_estimate: cost === 0 && unpriced > 0 ? null : cost / 1_000_000,
    unpriced_calls: unpriced,
  }
}

/** What the caller's tenant used, by day and purpose. */
export async function getUsage(ctx: Context, input: { from?: string | undefined; to?: string | undefined }) {
  const tenantId = tenantOf(ctx)
  const { timeZone } = await getSettings(ctx, tenantId)
  const { day: today, endsAt } = await tenantDay(ctx, tenantId)
  const to = input.to ?? today
  const from = input.from ?? addDays(to, -29)
  const rows = await listUsage(ctx.db.sql, { tenantId, from, to })
  const budget = await findBudgetDay(ctx.db.sql, tenantId, today)
  const byDay = Map.groupBy(rows, ({ day, purpose }) => `${day} ${purpose}`)
  const byModel = Map.groupBy(rows, ({ provider, model }) => `${provider} ${model}`)
  return {
    from,
    to,
    time_zone: timeZone,
    currency: 'USD' as const,
    budget: {
      daily_tokens: (await getConfigRow(ctx, tenantId))?.dailyTokenBudget ?? defaultDailyTokens,
      used_today: budget.used,
      reserved: budget.reserved,
      resets_at: toTimestamp(endsAt),
    },
    total: sumUp(rows),
    days: [...byDay.values()].flatMap((same) => {
      const [first] = same
      return first === undefined ? [] : [{ date: first.day, purpose: first.purpose, ...sumUp(same) }]
    }),
    models: [...byModel.values()].flatMap((same) => {
      const [first] = same
      return first === undefined ? [] : [{ provider: first.provider, model: first.model, ...sumUp(same) }]
    }),
  }
}

/** Ends calls whose process died, each counted at its longest, and removes what is over of the ledger. */
export async function pruneCalls(ctx: Context): Promise<void> {
  const nowMs = ctx.clock.nowMs()
  for (;;) {
    const open = await listAbandoned(ctx.db.sql, new Date(nowMs - abandonedAfterMs), batchSize)
    for (const call of open) await settleAbandoned(ctx.db.sql, call)
    if (open.length < batchSize) break
  }
  const today = new Date(nowMs).toISOString().slice(0, 10)
  await deleteOld(ctx.db.sql, {
    callsBefore: new Date(nowMs - keptCallsMs),
    daysBefore: addDays(today, -keptUsageDays),
  })
}
