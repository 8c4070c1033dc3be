import type { Context } from '../../../context.ts'
import { addDays, dayIn, startOfDay } from '../../../platform/days.ts'
import { AppError } from '../../../platform/errors.ts'
import { toTimestamp } from '../../../wire.ts'
import { planFeatureMissing } from '../../account/plans/plans.schema.ts'
import { getTenantPlan } from '../../account/plans/plans.service.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import type { ModelChoice, ModelRole } from '../models/models.schema.ts'
import { estimateCost } from '../models/prices.service.ts'
import { ProviderFailure } from '../models/provider-failure.schema.ts'
import { findBudgetDay, reserveCall, settleCall } from './budget.store.ts'
import { budgetSpent, consentMissing, type Purpose } from './providers.schema.ts'
import type { AiConfigRow } from './providers.store.ts'

/** Tokens a tenant may use in a day when it says nothing else. */
export const defaultDailyTokens = 500_000
/** When somebody else's reservation may be free again. */
const soonMs = 30_000

/** Tokens that a text is at the most: no tokenizer makes more of it than it has bytes. */
export function mostTokensOf(text: string): number {
  return Buffer.byteLength(text)
}

/** What a text usually is in tokens, for providers that do not count. */
export function guessTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}

/** Refuses (403) without a plan that includes AI, and without consent. */
export async function requireAllowed(ctx: Context, tenantId: string): Promise<void> {
  const plan = await getTenantPlan(ctx, tenantId)
  if (!plan.features.has('ai'))
    throw planFeatureMissing.create({ message: `The plan ${plan.planName} does not include ai` })
  if (!(await getSettings(ctx, tenantId)).aiConsentEnabled) throw consentMissing.create()
}

/** The day of a tenant, and when its next one begins. */
export async function tenantDay(ctx: Context, tenantId: string): Promise<{ day: string; endsAt: Date }> {
  const { timeZone } = await getSettings(ctx, tenantId)
  const day = dayIn(timeZone, ctx.clock.now())
  return { day, endsAt: startOfDay(addDays(day, 1), timeZone) }
}

/** A call of a model as it is metered. */
export interface MeteredCall {
  purpose: Purpose
  choice: ModelChoice
  role: ModelRole
  /** Tokens at the most. */
  most: number
}

/** What a call used, with what came of it. */
export interface MeteredResult<T> {
  value: T
  inputTokens: number
  outputTokens: number
  seconds?: number | undefined
}

async function refuse(
  ctx: Context,
  config: AiConfigRow,
  day: string,
  endsAt: Date,
  most: number,
): Promise<AppError> {
  const budget = config.dailyTokenBudget ?? defaultDailyTokens
  const { used } = await findBudgetDay(ctx.db.sql, config.tenantId, day)
  // What calls under way have reserved and do not use is free again in a moment.
  const isOver = used + most > budget
  const waitMs = isOver ? endsAt.getTime() - ctx.clock.nowMs() : soonMs
  const reason =
    most > budget
      ? `a call may take ${most} tokens, more than the budget of a whole day (${budget})`
      : `${used} of ${budget} tokens are used, and a call may take ${most}`
  const message = isOver
    ? `${budgetSpent.text}: ${reason}. It renews at ${toTimestamp(endsAt)}`
    : `${budgetSpent.text} or reserved by calls under way: try again in a moment`
  return budgetSpent.create({
    message,
    headers: { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) },
  })
}

/** What is known of a failed call: refusals cost nothing, and what nobody knows counts at its longest. */
function tokensOfFailure(error: unknown, most: number): number {
  if (error instanceof ProviderFailure) return error.isUnknown ? most : 0
  return error instanceof AppError ? 0 : most
}

/**
 * Calls a model within the tenant's plan, consent and budget: tokens are reserved before, and what was used is written
 * after. Not for use inside a transaction.
 */
export async function runMetered<T>(
  ctx: Context,
  config: AiConfigRow,
  call: MeteredCall,
  run: () => Promise<MeteredResult<T>>,
): Promise<MeteredResult<T>> {
  const { tenantId } = config
  const { purpose, choice, role, most } = call
  await requireAllowed(ctx, tenantId)
  const { day, endsAt } = await tenantDay(ctx, tenantId)
  const { provider, model } = choice
  const id = ctx.ids.uuid()
  const started = {
    id,
    tenantId,
    day,
    purpose,
    provider,
    model,
    reservedTokens: most,
    startedAt: ctx.clock.now(),
  }
  const isReserved = await reserveCall(ctx.db.sql, started, config.dailyTokenBudget ?? defaultDailyTokens)
  if (!isReserved) throw await refuse(ctx, config, day, endsAt, most)
  const beganMs = ctx.clock.monotonicMs()
  const settle = (
    end: Pick<Parameters<typeof settleCall>[1], 'status' | 'inputTokens' | 'outputTokens' | 'errorCode'>,
    seconds?: number,
  ) => {
    const used = { input: end.inputTokens, output: end.outputTokens, seconds }
    const costMicros = estimateCost(used, { provider, model, role }, config.prices)
    const durationMs = Math.round(ctx.clock.monotonicMs() - beganMs)
    return settleCall(ctx.db.sql, { id, tenantId, costMicros, durationMs, ...end })
  }
  let result: MeteredResult<T>
  try {
    result = await run()
  } catch (error) {
    const errorCode = error instanceof AppError ? error.code : 'aborted'
    await settle({ status: 'failed', inputTokens: tokensOfFailure(error, most), outputTokens: 0, errorCode })
    throw error
  }
  const { inputTokens, outputTokens, seconds } = result
  await settle({ status: 'succeeded', inputTokens, outputTokens, errorCode: null }, seconds)
  return result
}
