import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import type { Sql } from '../../../platform/database/database.ts'
import { unknownThing } from '../../../platform/errors.ts'
import {
  type ReviewListInput,
  type ReviewObject,
  type reviewListAnswer,
  type reviewStats,
  reviewToWire,
  type UpdateReview,
} from './reviews.schema.ts'
import * as store from './reviews.store.ts'
import type { ReviewRow } from './reviews.tables.ts'

export type { ReviewFilter } from './reviews.store.ts'
export type { ReviewRow } from './reviews.tables.ts'

/** What a list asks for in either dialect; `is_*` wins. */
function filterOf(tenantId: string, input: ReviewListInput): store.ReviewFilter {
  const { collector_id: collectorId, is_approved: isApproved, is_hidden: isHidden } = input
  return {
    tenantId,
    collectorId,
    isApproved: isApproved ?? (input.approved_only === true ? true : undefined),
    isHidden: isHidden ?? (input.include_hidden === true ? undefined : false),
    minScore: input.min_score,
  }
}

/** One page of reviews, newest first. */
export async function getReviews(
  ctx: Context,
  input: ReviewListInput,
): Promise<z.input<typeof reviewListAnswer>> {
  const filter = filterOf(tenantOf(ctx), input)
  const { limit, offset } = input
  const total = await store.countReviewRows(ctx.db.sql, filter)
  const rows = offset >= total ? [] : await store.listReviewRows(ctx.db.sql, filter, limit, offset)
  return { reviews: rows.map(reviewToWire), total, limit, offset }
}

const round = (value: number): number => Math.round(value * 100) / 100

/** Figures of the reviews of a tenant, or of one collector. */
export async function getReviewStats(
  ctx: Context,
  collectorId: string | undefined,
): Promise<z.input<typeof reviewStats>> {
  const groups = await store.countReviewGroups(ctx.db.sql, { tenantId: tenantOf(ctx), collectorId })
  const countOf = (wanted: (group: store.ReviewGroup) => boolean) =>
    groups.filter(wanted).reduce((sum, group) => sum + group.count, 0)
  const total = countOf(() => true)
  const scores = groups.reduce((sum, group) => sum + Number(group.scores), 0)
  const languages = [...new Set(groups.map(({ language }) => language))].sort()
  return {
    total,
    approved: countOf(({ isApproved, isHidden }) => isApproved && !isHidden),
    pending: countOf(({ isApproved, isHidden }) => !isApproved && !isHidden),
    hidden: countOf(({ isHidden }) => isHidden),
    avg_score: total === 0 ? 0 : round(scores / total),
    by_label: {
      positive: countOf(({ label }) => label === 'positive'),
      neutral: countOf(({ label }) => label === 'neutral'),
      negative: countOf(({ label }) => label === 'negative'),
    },
    by_language: Object.fromEntries(
      languages.map((language) => [language, countOf((group) => group.language === language)]),
    ),
  }
}

/** One review, or 404. */
export async function getReview(ctx: Context, id: string): Promise<ReviewObject> {
  const row = await store.findReviewRow(ctx.db.sql, tenantOf(ctx), id)
  if (row === undefined) throw unknownThing('Review')
  return reviewToWire(row)
}

/** Approves, hides, notes. */
export async function updateReview(ctx: Context, id: string, input: UpdateReview): Promise<ReviewObject> {
  const { is_approved: isApproved, is_hidden: isHidden, notes } = input
  const row = await store.updateReviewRow(ctx.db.sql, tenantOf(ctx), id, {
    ...(isApproved === undefined ? {} : { isApproved }),
    ...(isHidden === undefined ? {} : { isHidden }),
    ...(notes === undefined ? {} : { notes: notes === '' ? null : notes }),
    updatedAt: ctx.clock.now(),
  })
  if (row === undefined) throw unknownThing('Review')
  return reviewToWire(row)
}

/** Deletes a review for good: its message is not collected again. */
export async function deleteReview(ctx: Context, id: string): Promise<void> {
  if (!(await store.deleteReviewRow(ctx.db.sql, tenantOf(ctx), id))) throw unknownThing('Review')
}

/** Of these messages those that their collectors have taken before, as `collector message`. */
export function listKnownSources(sql: Sql, sources: readonly store.ReviewSource[]): Promise<Set<string>> {
  return store.listKnownSources(sql, sources)
}

/**
 * Stores reviews of messages that their collectors have not taken before, and answers these: in one transaction with
 * what tells about them, and once however many collect at a time.
 */
export async function storeReviews(sql: Sql, rows: readonly ReviewRow[]): Promise<ReviewRow[]> {
  const claimed = await store.claimSources(
    sql,
    rows.map(({ collectorId, messageId, tenantId }) => ({ collectorId, messageId, tenantId })),
  )
  const fresh = rows.filter(({ collectorId, messageId }) => claimed.has(`${collectorId} ${messageId}`))
  await store.insertReviews(sql, fresh)
  return fresh
}

/** Reviews in their order, in steps, for whoever writes them while they are read. */
export async function* walkReviews(
  ctx: Context,
  filter: store.ReviewFilter,
  { most, step }: { most: number; step: number },
): AsyncGenerator<ReviewRow[]> {
  let last: ReviewRow | undefined
  for (let left = most; left > 0; ) {
    const rows = await store.listNextReviewRows(ctx.db.sql, filter, last, Math.min(step, left))
    if (rows.length > 0) yield rows
    if (rows.length < Math.min(step, left)) return
    left -= rows.length
    last = rows.at(-1)
  }
}

/** How many reviews there are. */
export function countReviews(ctx: Context, filter: store.ReviewFilter): Promise<number> {
  return store.countReviewRows(ctx.db.sql, filter)
}
