import type { z } from 'zod'
import { type Context, tenantOf } from '../../../context.ts'
import { addDays, dayIn, startOfDay } from '../../../platform/days.ts'
import { unknownThing } from '../../../platform/errors.ts'
import { toTimestamp, toTimestampOrNull } from '../../../wire.ts'
import { getSettings } from '../../account/settings/settings.service.ts'
import { campaignTitle } from '../../outreach/bulk/bulk.schema.ts'
import type { BulkJobRow, BulkRecipientRow } from '../../outreach/bulk/bulk.tables.ts'
import { getSession } from '../../sessions/lifecycle/sessions.service.ts'
import { badPeriod } from './analytics.schema.ts'
import { rateOf } from './analytics.service.ts'
import type { CampaignsInput, campaignAnswer, campaignQuery, campaignsAnswer } from './campaigns.schema.ts'
import {
  type CampaignRow,
  countReasons,
  countVariants,
  findCampaign,
  listCampaignContacts,
  listCampaigns,
  measureSends,
} from './campaigns.store.ts'

const mostMinutes = 10_000
/** Sends further apart than this had a pause between them. */
const pauseMs = 10 * 60_000

function funnelOf(job: BulkJobRow) {
  return {
    total: job.totalRecipients,
    sent: job.sentCount,
    delivered: job.deliveredCount,
    read: job.readCount,
    replied: job.repliedCount,
    ignored: job.ignoredCount,
    failed: job.failedCount,
    skipped: job.skippedCount,
    opted_out: job.optedOutCount,
    read_unknown: job.readUnknownCount,
  }
}

function ratesOf({ sentCount, deliveredCount, readCount, repliedCount }: BulkJobRow) {
  return {
    delivery_rate: rateOf(deliveredCount, sentCount),
    read_rate: rateOf(readCount, deliveredCount),
    reply_rate: rateOf(repliedCount, deliveredCount),
  }
}

function encodeContact(row: BulkRecipientRow) {
  return {
    phone: `+${row.phone}`,
    name: row.name,
    status: row.status,
    sent_at: toTimestampOrNull(row.sentAt),
    delivered_at: toTimestampOrNull(row.deliveredAt),
    read_at: toTimestampOrNull(row.readAt),
    replied_at: toTimestampOrNull(row.repliedAt),
    error: row.error,
    skip_reason: row.skipReason,
  }
}

/** A date begins and ends in the tenant's zone; a moment is itself. */
function boundOf(input: string | undefined, timeZone: string, isEnd: boolean): string | undefined {
  if (input === undefined) return undefined
  if (input.length === 10) return startOfDay(isEnd ? addDays(input, 1) : input, timeZone).toISOString()
  const at = new Date(input)
  // Its whole second: answers show no smaller part.
  return new Date(at.getTime() + (isEnd ? 1000 : 0)).toISOString()
}

const titleOf = ({ job, listName }: CampaignRow, timeZone: string): string =>
  campaignTitle(job.name, listName, dayIn(timeZone, job.createdAt))

/** Campaigns of a period beside each other. */
export async function compareCampaigns(
  ctx: Context,
  input: CampaignsInput,
): Promise<z.output<typeof campaignsAnswer>> {
  const { session_id: sessionId, sort, order, limit, offset } = input
  const tenantId = tenantOf(ctx)
  if (sessionId !== undefined) await getSession(ctx, sessionId)
  const { timeZone } = await getSettings(ctx, tenantId)
  const [from, before] = [boundOf(input.from, timeZone, false), boundOf(input.to, timeZone, true)]
  if (from !== undefined && before !== undefined && before <= from) throw badPeriod.create()
  const page = { from, before, sessionId, sort, order, limit, offset }
  const { rows, total } = await listCampaigns(ctx.db.sql, tenantId, page)
  const campaigns = rows.map(({ job, listName }) => ({
    job_id: job.id,
    name: titleOf({ job, listName }, timeZone),
    session_id: job.sessionId,
    status: job.status,
    created_at: toTimestamp(job.createdAt),
    funnel: funnelOf(job),
    rates: ratesOf(job),
  }))
  return { campaigns, total, limit, offset }
}

function secondsOf(ctx: Context, { startedAt, completedAt }: BulkJobRow): number | null {
  if (startedAt === null) return null
  const endMs = completedAt?.getTime() ?? ctx.clock.nowMs()
  return Math.max(0, Math.round((endMs - startedAt.getTime()) / 1000))
}

/** What a campaign achieved, with a page of its recipients. */
export async function getCampaign(
  ctx: Context,
  jobId: string,
  { limit, offset, status }: z.output<typeof campaignQuery>,
): Promise<z.output<typeof campaignAnswer>> {
  const tenantId = tenantOf(ctx)
  const { sql } = ctx.db
  const found = await findCampaign(sql, tenantId, jobId)
  if (found === undefined) throw unknownThing('Campaign')
  const { job } = found
  const { timeZone } = await getSettings(ctx, tenantId)
  const [failures, skips, sends, contacts, variants] = await Promise.all([
    countReasons(sql, tenantId, jobId, 'failed'),
    countReasons(sql, tenantId, jobId, 'skipped'),
    measureSends(sql, tenantId, jobId, { mostMinutes, pauseMs }),
    listCampaignContacts(sql, tenantId, jobId, { status, limit, offset }),
    job.variants === null ? [] : countVariants(sql, tenantId, jobId),
  ])
  const activeMinutes = sends.activeMs / 60_000
  return {
    job_id: job.id,
    name: titleOf(found, timeZone),
    session_id: job.sessionId,
    status: job.status,
    created_at: toTimestamp(job.createdAt),
    started_at: toTimestampOrNull(job.startedAt),
    completed_at: toTimestampOrNull(job.completedAt),
    duration_seconds: secondsOf(ctx, job),
    messages_per_minute: rateOf(job.sentCount, activeMinutes, 2),
    funnel: funnelOf(job),
    rates: ratesOf(job),
    failures,
    skips,
    timing: sends.minutes,
    variants,
    contacts: contacts.rows.map(encodeContact),
    contacts_total: contacts.total,
    limit,
    offset,
  }
}
