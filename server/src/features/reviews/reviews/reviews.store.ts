// Reads tables of other areas: account (tenant_settings).
import { and, count, desc, eq, gte, inArray, sql as text } from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type ReviewRow, reviewSources, reviews, type sentimentLabels } from './reviews.tables.ts'

/** Which reviews. */
export interface ReviewFilter {
  tenantId: string
  collectorId?: string | undefined
  isApproved?: boolean | undefined
  isHidden?: boolean | undefined
  minScore?: number | undefined
}

function whereOf({ tenantId, collectorId, isApproved, isHidden, minScore }: ReviewFilter) {
  return and(
    eq(reviews.tenantId, tenantId),
    collectorId === undefined ? undefined : eq(reviews.collectorId, collectorId),
    isApproved === undefined ? undefined : eq(reviews.isApproved, isApproved),
    isHidden === undefined ? undefined : eq(reviews.isHidden, isHidden),
    minScore === undefined ? undefined : gte(reviews.sentimentScore, minScore),
  )
}

/** One page of reviews, newest first. */
export function listReviewRows(
  sql: Sql,
  filter: ReviewFilter,
  limit: number,
  offset: number,
): Promise<ReviewRow[]> {
  return sql
    .select()
    .from(reviews)
    .where(whereOf(filter))
    .orderBy(desc(reviews.collectedAt), desc(reviews.id))
    .limit(limit)
    .offset(offset)
}

/** The next reviews of a walk, newest first, behind the one given. */
export function listNextReviewRows(
  sql: Sql,
  filter: ReviewFilter,
  after: Pick<ReviewRow, 'collectedAt' | 'id'> | undefined,
  limit: number,
): Promise<ReviewRow[]> {
  const behind =
    after === undefined
      ? undefined
      : text`(${reviews.collectedAt}, ${reviews.id}) < (${after.collectedAt.toISOString()}::timestamptz, ${after.id}::uuid)`
  return sql
    .select()
    .from(reviews)
    .where(and(whereOf(filter), behind))
    .orderBy(desc(reviews.collectedAt), desc(reviews.id))
    .limit(limit)
}

/** How many reviews there are. */
export async function countReviewRows(sql: Sql, filter: ReviewFilter): Promise<number> {
  const [row] = await sql.select({ total: count() }).from(reviews).where(whereOf(filter))
  return row?.total ?? 0
}

/** How many reviews of a kind there are. */
export interface ReviewGroup {
  label: (typeof sentimentLabels)[number]
  language: string
  isApproved: boolean
  isHidden: boolean
  count: number
  scores: number
}

/** Reviews counted by what figures are made of. */
export function countReviewGroups(
  sql: Sql,
  filter: Pick<ReviewFilter, 'tenantId' | 'collectorId'>,
): Promise<ReviewGroup[]> {
  const { sentimentLabel: label, detectedLanguage: language, isApproved, isHidden } = reviews
  return sql
    .select({
      label,
      language,
      isApproved,
      isHidden,
      count: count(),
      scores: text<number>`sum(${reviews.sentimentScore})`,
    })
    .from(reviews)
    .where(whereOf(filter))
    .groupBy(label, language, isApproved, isHidden)
}

/** One review. */
export async function findReviewRow(sql: Sql, tenantId: string, id: string): Promise<ReviewRow | undefined> {
  const [row] = await sql
    .select()
    .from(reviews)
    .where(and(eq(reviews.tenantId, tenantId), eq(reviews.id, id)))
  return row
}

/** Changes a review; undefined when there is none. */
export async function updateReviewRow(
  sql: Sql,
  tenantId: string,
  id: string,
  changes: Partial<Pick<ReviewRow, 'isApproved' | 'isHidden' | 'notes'>> & Pick<ReviewRow, 'updatedAt'>,
): Promise<ReviewRow | undefined> {
  const [row] = await sql
    .update(reviews)
    .set(changes)
    .where(and(eq(reviews.tenantId, tenantId), eq(reviews.id, id)))
    .returning()
  return row
}

/** Removes a review; whether there was one. Its source stays, so that nothing collects it again. */
export async function deleteReviewRow(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql
    .delete(reviews)
    .where(and(eq(reviews.tenantId, tenantId), eq(reviews.id, id)))
    .returning({ id: reviews.id })
  return rows.length > 0
}

/** Which message a collector takes. */
export interface ReviewSource {
  collectorId: string
  messageId: string
  tenantId: string
}

const keyOf = ({ collectorId, messageId }: Pick<ReviewSource, 'collectorId' | 'messageId'>) =>
  `${collectorId} ${messageId}`

/** Of these messages those that their collectors have taken before, as `collector message`. */
export async function listKnownSources(sql: Sql, sources: readonly ReviewSource[]): Promise<Set<string>> {
  if (sources.length === 0) return new Set()
  const ids = (name: 'collectorId' | 'messageId') => [...new Set(sources.map((source) => source[name]))]
  const rows = await sql
    .select()
    .from(reviewSources)
    .where(
      and(
        inArray(reviewSources.collectorId, ids('collectorId')),
        inArray(reviewSources.messageId, ids('messageId')),
      ),
    )
  return new Set(rows.map(keyOf))
}

/** Takes messages for their collectors; answers those that nobody had taken, as `collector message`. */
export async function claimSources(sql: Sql, sources: readonly ReviewSource[]): Promise<Set<string>> {
  if (sources.length === 0) return new Set()
  const ordered = sources.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const rows = await sql.insert(reviewSources).values(ordered).onConflictDoNothing().returning()
  return new Set(rows.map(keyOf))
}

/** Stores reviews. */
export async function insertReviews(sql: Sql, rows: readonly ReviewRow[]): Promise<void> {
  if (rows.length > 0) await sql.insert(reviews).values([...rows])
}

/** The reviews of messages. */
export function listReviewsOfMessages(
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
): Promise<ReviewRow[]> {
  return sql
    .select()
    .from(reviews)
    .where(and(eq(reviews.tenantId, tenantId), inArray(reviews.messageId, [...messageIds])))
}

/** Gives a review another text, which nobody has approved. */
export async function replaceText(
  sql: Sql,
  row: Pick<
    ReviewRow,
    | 'id'
    | 'tenantId'
    | 'messageText'
    | 'sentimentScore'
    | 'sentimentLabel'
    | 'sentimentConfidence'
    | 'updatedAt'
  >,
): Promise<void> {
  const { id, tenantId, ...changes } = row
  await sql
    .update(reviews)
    .set({ ...changes, sentimentSource: 'lexicon', isApproved: false })
    .where(and(eq(reviews.tenantId, tenantId), eq(reviews.id, id)))
}

/** Removes the reviews of messages that were taken back. */
export async function deleteReviewsOfMessages(
  sql: Sql,
  tenantId: string,
  messageIds: readonly string[],
): Promise<void> {
  await sql
    .delete(reviews)
    .where(and(eq(reviews.tenantId, tenantId), inArray(reviews.messageId, [...messageIds])))
}

/** Gives the reviews of one contact to another that turned out to be the same person. */
export async function moveReviewsOf(
  sql: Sql,
  { tenantId, keepId, dropId }: { tenantId: string; keepId: string; dropId: string },
): Promise<void> {
  await sql
    .update(reviews)
    .set({ contactId: keepId })
    .where(and(eq(reviews.tenantId, tenantId), eq(reviews.contactId, dropId)))
}

/** Removes reviews that nobody approved before their message's text had to go, at most so many; answers how many. */
export async function deleteExpired(sql: Sql, now: Date, limit: number): Promise<number> {
  const { rowCount } = await sql.execute(text`
    DELETE FROM reviews WHERE id IN (
      SELECT r.id FROM tenant_settings s JOIN reviews r ON r.tenant_id = s.tenant_id AND NOT r.is_approved
      WHERE r.message_at < ${now.toISOString()}::timestamptz - make_interval(days => s.message_retention_days)
      LIMIT ${limit})`)
  return rowCount ?? 0
}
