import type { z } from 'zod'
import type { Context } from '../../../context.ts'
import { Answer } from '../../../operation.ts'
import { type Cell, toCsv, toJsonArray } from '../../../platform/files/rows-as-file.ts'
import type { BulkJobRow, BulkRecipientRow, RecipientStatus } from '../bulk/bulk.tables.ts'
import { encodeJob, encodeRecipient, requireJob } from '../bulk/bulk-send.service.ts'
import type { jobDetail, ListedRecipient, RecipientStage, recipientsAnswer } from './outcomes.schema.ts'
import { countRecipients, listPage, type RecipientFilter } from './recipients.store.ts'

/** Rows that an export holds at once. */
const step = 1000

interface FilterInput {
  status?: RecipientStatus[] | undefined
  skip_reason?: string | undefined
  stage?: RecipientStage | undefined
}

function filterOf(job: BulkJobRow, { status, skip_reason, stage }: FilterInput): RecipientFilter {
  return { tenantId: job.tenantId, jobId: job.id, statuses: status, skipReason: skip_reason, stage }
}

/** All of a job are known; only a filter has to count. */
function totalOf(ctx: Context, job: BulkJobRow, filter: RecipientFilter): Promise<number> | number {
  const { statuses, skipReason, stage } = filter
  const isFiltered = statuses !== undefined || skipReason !== undefined || stage !== undefined
  return isFiltered ? countRecipients(ctx.db.sql, filter) : job.totalRecipients
}

function toListed(row: BulkRecipientRow): ListedRecipient {
  return { ...encodeRecipient(row), position: row.position, variant: row.variant }
}

/** A job with one page of its recipients. */
export async function getJobDetail(
  ctx: Context,
  id: string,
  page: { status: RecipientStatus[] | undefined; limit: number; offset: number },
): Promise<z.output<typeof jobDetail>> {
  const job = await requireJob(ctx, id)
  const filter = filterOf(job, page)
  const rows = await listPage(ctx.db.sql, filter, { after: -1, offset: page.offset, limit: page.limit })
  return {
    ...encodeJob(job),
    recipients: rows.map(encodeRecipient),
    recipients_total: await totalOf(ctx, job, filter),
  }
}

/** One page of a job's recipients. */
export async function getRecipients(
  ctx: Context,
  id: string,
  input: FilterInput & { limit: number; offset: number; after?: number | undefined },
): Promise<z.output<typeof recipientsAnswer>> {
  const job = await requireJob(ctx, id)
  const filter = filterOf(job, input)
  const { limit, offset, after = -1 } = input
  const rows = await listPage(ctx.db.sql, filter, { after, offset, limit })
  return { recipients: rows.map(toListed), total: await totalOf(ctx, job, filter), limit, offset }
}

/** Walks over recipients in their order, so that few are in memory at once however many there are. */
async function* walk(ctx: Context, filter: RecipientFilter): AsyncGenerator<ListedRecipient[]> {
  for (let after = -1; ; ) {
    const rows = await listPage(ctx.db.sql, filter, { after, offset: 0, limit: step })
    if (rows.length > 0) yield rows.map(toListed)
    const last = rows.at(-1)
    if (last === undefined || rows.length < step) return
    after = last.position
  }
}

const columns = [
  'phone',
  'name',
  'status',
  'skip_reason',
  'error',
  'variant',
  'message_id',
  'sent_at',
  'delivered_at',
  'read_at',
  'replied_at',
] as const

async function* cellsOf(batches: AsyncIterable<ListedRecipient[]>): AsyncGenerator<Cell[][]> {
  for await (const batch of batches)
    yield batch.map((recipient) => columns.map((column) => recipient[column]))
}

/** The recipients of a job as a file that is written while it is read. */
export async function exportRecipients(
  ctx: Context,
  id: string,
  input: FilterInput,
  format: 'csv' | 'json',
): Promise<Answer> {
  const job = await requireJob(ctx, id)
  const filter = filterOf(job, input)
  const batches = walk(ctx, filter)
  const answer =
    format === 'csv'
      ? { contentType: 'text/csv; charset=utf-8', body: toCsv(columns, cellsOf(batches)) }
      : { contentType: 'application/json; charset=utf-8', body: toJsonArray(batches) }
  return new Answer(200, answer, {
    'content-disposition': `attachment; filename="recipients.${format}"`,
    'x-total-count': String(await totalOf(ctx, job, filter)),
  })
}
