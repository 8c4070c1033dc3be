import {
  and,
  asc,
  count,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  notInArray,
  or,
  type SQL,
  sql as text,
} from 'drizzle-orm'
import type { Sql } from '../../../platform/database/database.ts'
import { type BulkRecipientRow, bulkRecipients, type RecipientStatus } from '../bulk/bulk.tables.ts'
import type { RecipientStage } from './outcomes.schema.ts'

const { status, sentAt, deliveredAt, readAt, repliedAt } = bulkRecipients
const written = and(isNotNull(sentAt), notInArray(status, ['pending', 'failed', 'skipped']))

const stageConditions: Readonly<Record<RecipientStage, SQL | undefined>> = {
  waiting: eq(status, 'pending'),
  sent: and(written, isNull(deliveredAt)),
  delivered: and(written, isNotNull(deliveredAt), isNull(readAt)),
  read: and(written, isNotNull(readAt), isNull(repliedAt)),
  replied: and(written, isNotNull(repliedAt)),
  failed: eq(status, 'failed'),
  // Whoever opted out before their turn was never written to; whoever did so afterwards was reached.
  left_out: or(eq(status, 'skipped'), and(eq(status, 'opted_out'), isNull(sentAt))),
}

/** Which recipients of a job. */
export interface RecipientFilter {
  tenantId: string
  jobId: string
  statuses?: readonly RecipientStatus[] | undefined
  skipReason?: string | undefined
  stage?: RecipientStage | undefined
}

function conditionOf({ tenantId, jobId, statuses, skipReason, stage }: RecipientFilter): SQL | undefined {
  return and(
    eq(bulkRecipients.jobId, jobId),
    eq(bulkRecipients.tenantId, tenantId),
    statuses === undefined ? undefined : inArray(bulkRecipients.status, [...statuses]),
    skipReason === undefined ? undefined : eq(bulkRecipients.skipReason, skipReason),
    stage === undefined ? undefined : stageConditions[stage],
  )
}

/** Recipients in the order of the job: after a position, then so many left out. */
export function listPage(
  sql: Sql,
  filter: RecipientFilter,
  page: { after: number; offset: number; limit: number },
): Promise<BulkRecipientRow[]> {
  return sql
    .select()
    .from(bulkRecipients)
    .where(and(conditionOf(filter), gt(bulkRecipients.position, page.after)))
    .orderBy(asc(bulkRecipients.position))
    .limit(page.limit)
    .offset(page.offset)
}

/** How many there are. */
export async function countRecipients(sql: Sql, filter: RecipientFilter): Promise<number> {
  const [row] = await sql.select({ total: count() }).from(bulkRecipients).where(conditionOf(filter))
  return row?.total ?? 0
}

/** A recipient by id or phone (digits); of none of both whoever comes next, else the first. */
export async function findOne(
  sql: Sql,
  filter: RecipientFilter,
  by: { id?: string | undefined; phone?: string | undefined },
): Promise<BulkRecipientRow | undefined> {
  const [row] = await sql
    .select()
    .from(bulkRecipients)
    .where(
      and(
        conditionOf(filter),
        by.id === undefined ? undefined : eq(bulkRecipients.id, by.id),
        by.phone === undefined ? undefined : eq(bulkRecipients.phone, by.phone),
      ),
    )
    .orderBy(asc(bulkRecipients.position))
    .limit(1)
  return row
}

/** Somebody that a list or segment yields. */
export interface ListedPerson {
  phone: string
  name: string | null
  variables: Record<string, unknown> | null
}

/** The first people of a subquery of people, or the one with this phone (digits). */
export async function listPeople(
  sql: Sql,
  people: SQL,
  phone: string | undefined,
  limit: number,
): Promise<ListedPerson[]> {
  const wanted = phone === undefined ? text`` : text`WHERE p.phone = ${phone}`
  const { rows } = await sql.execute<ListedPerson & Record<string, unknown>>(
    text`SELECT p.phone, p.name, p.variables FROM ${people} p ${wanted} LIMIT ${limit}`,
  )
  return rows
}
